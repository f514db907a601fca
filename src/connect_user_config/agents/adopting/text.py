"""Writes a template as YAML or JSON, the same bytes for the same template.

YAML names the login of each agent in a comment, behind its id. JSON has no comments, so it names them in the
template's Metadata.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from connect_user_config.reading.document import ToolMissing

from .documents import OURS, Tree

_WITH_ID: Final = re.compile(r"^ +(?:(?:- )+|UserId: )'?([A-Za-z0-9_-]+)'?$", re.MULTILINE)
_QUOTED: Final = re.compile(r"(!(?:Ref|ImportValue) )'([A-Za-z][A-Za-z0-9-]*)'")
"""Without libyaml, PyYAML puts the name behind a tag in quotes."""
_LIKE_A_NUMBER: Final = re.compile(r"[-+.0-9eE_]+")
_SHORT_FORMS: Final = {"Ref": "!Ref", "Fn::ImportValue": "!ImportValue"}
_WIDE: Final = 1_000_000


def to_json(tree: Tree, logins: Mapping[str, str]) -> str:
    """Return the template as JSON; `logins` are by the agent's id."""
    about = {**tree["Metadata"][OURS], "Logins": dict(logins)}
    return json.dumps({**tree, "Metadata": {OURS: about}}, indent=2, ensure_ascii=False) + "\n"


def to_yaml(tree: Tree, logins: Mapping[str, str]) -> str:
    """Return the template as YAML; raises ToolMissing without the extra `check`."""
    try:
        import yaml  # noqa: PLC0415 - JSON needs none
    except ImportError as error:
        raise ToolMissing from error
    text: str = yaml.dump(tree, Dumper=_dumper(yaml), sort_keys=False, allow_unicode=True, width=_WIDE)

    def commented(line: re.Match[str]) -> str:
        login = logins.get(line[1])
        return line[0] if login is None else f"{line[0]}  # {login}"

    return _WITH_ID.sub(commented, _QUOTED.sub(r"\1\2", text))


FORMATS: Final[Mapping[str, Callable[[Tree, Mapping[str, str]], str]]] = {"yaml": to_yaml, "json": to_json}


def _dumper(yaml: Any) -> Any:  # noqa: ANN401 - PyYAML makes its classes itself
    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # chosen here
        def ignore_aliases(self, _data: object) -> bool:
            """CloudFormation knows no anchors."""
            return True

    def mapping(dumper: Any, node: dict[str, Any]) -> Any:  # noqa: ANN401 - as above
        if len(node) == 1 and (short := _SHORT_FORMS.get(next(iter(node)))):
            return dumper.represent_scalar(short, next(iter(node.values())))
        # An entry of an array stands on one line.
        return dumper.represent_mapping("tag:yaml.org,2002:map", node, flow_style="Channel" in node or None)

    def string(dumper: Any, text: str) -> Any:  # noqa: ANN401 - as above
        style = "'" if _LIKE_A_NUMBER.fullmatch(text) else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Dumper.add_representer(dict, mapping)
    Dumper.add_representer(str, string)
    return Dumper
