"""Reads the text of a template, YAML or JSON, into one form: plain values, intrinsics in their long form.

CloudFormation reads YAML 1.1: ``yes`` is true, and an unquoted number loses its plus sign. Dates stay text.
"""

import json
from functools import cache
from itertools import accumulate
from typing import Any, Final

from custom_connect_userconfig.core.redaction import redact

_DEEP: Final = 500
"""Levels of nesting; no template of CloudFormation's has as many."""
_TEXT: Final = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value")
"""Types of YAML 1.1 that stay text: dates, and a lone equals sign, which PyYAML cannot read."""
_BY_ITS_NAME: Final = ("Ref", "Condition")


class NotReadable(Exception):
    """The text is neither YAML nor JSON, or what it holds is nested too deeply."""


class ToolMissing(Exception):
    """The extra `check`, which brings what reads templates, is missing; the message is the line that installs
    it.
    """

    def __init__(self) -> None:
        super().__init__("pip install 'cloudformation-validate>=1.10,<2' 'pyyaml>=6.0.2,<7'")


def read(text: str) -> object:
    """Return what `text` holds. Raises NotReadable, with the line where that is known, and ToolMissing."""
    text = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    try:
        if text.lstrip().startswith("{"):
            try:
                return json.loads(text)
            except ValueError:
                # YAML allows braces too, with unquoted names in them; and it says what is wrong with a
                # number.
                return _read_yaml(text)
        return _read_yaml(text)
    except RecursionError as error:
        raise NotReadable("is nested too deeply") from error


def _read_yaml(text: str) -> object:
    try:
        import yaml  # noqa: PLC0415 - a JSON template needs none, and it takes its time
    except ImportError as error:
        raise ToolMissing from error
    try:
        loader = _loader(in_python=_may_be_deep(text))(text)
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        where = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise NotReadable(redact(f"{where}{error.problem or error.context or 'is no YAML'}")) from error
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise NotReadable(redact(f"is no YAML: {error}")) from error


def _may_be_deep(text: str) -> bool:
    """Tell whether `text` may be nested so deeply that the loader in C would end the process."""
    opened = accumulate((1 if c in "[{" else -1 for c in text if c in "[]{}"), initial=0)
    return max(opened) > _DEEP or any(
        line.count("- ") + line.count("? ") > _DEEP for line in text.splitlines()
    )


@cache
def _loader(*, in_python: bool) -> Any:  # noqa: ANN401 - PyYAML's loaders are classes that it makes itself
    """Return a loader: the one in C, ten times as fast, where PyYAML has it and the text allows it."""
    import yaml  # noqa: PLC0415 - see above

    base = yaml.SafeLoader if in_python else getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc, valid-type]  # chosen here
        pass

    Loader.yaml_implicit_resolvers = {
        first: [each for each in resolvers if each[0] not in _TEXT]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    Loader.add_multi_constructor("!", _intrinsic)
    return Loader


def _intrinsic(loader: Any, name: str, node: Any) -> dict[str, object]:  # noqa: ANN401 - as above
    import yaml  # noqa: PLC0415 - see above

    if isinstance(node, yaml.ScalarNode):
        value: object = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in _BY_ITS_NAME else f"Fn::{name}": value}
