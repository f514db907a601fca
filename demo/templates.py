"""Templates: edits them, compares them, and reads their resources without the code of the resource type."""

import difflib
import re
import textwrap
from collections.abc import Mapping
from typing import Any, Final

import yaml

from .local_cloud import ROOT

OTHER_AGENTS: Final = ROOT / "demo" / "other-agents.yaml"
_FIRST_YAML: Final = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, of which it resolves `!Ref` only.

    The project has a reader of its own, but the demo looks from outside: it imports nothing of the project.
    """


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> object:
    if suffix == "Ref" and isinstance(node, yaml.ScalarNode):
        return {"Ref": str(loader.construct_scalar(node))}
    return suffix


_Loader.add_multi_constructor("!", _function)


def readme_snippet() -> str:
    """Return the resource that README.md shows, letter by letter."""
    found = _FIRST_YAML.search((ROOT / "README.md").read_text("utf-8"))
    if not found:
        raise ValueError("README.md shows no YAML")
    return found[1]


def pasted(snippet: str, template: str = "Resources:\n") -> str:
    """Return `template`, whose last section are its resources, with `snippet` pasted at its end."""
    return template + textwrap.indent(snippet, "  ")


def declared(template: str, parameters: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the properties of each resource of `template`, by logical id."""
    resources = yaml.load(template, _Loader)["Resources"]  # noqa: S506  # nosec B506  # derived from the safe loader
    return {name: _resolved(resource["Properties"], parameters) for name, resource in resources.items()}


def _resolved(value: Any, parameters: Mapping[str, str]) -> Any:  # noqa: ANN401 - whatever YAML holds
    if isinstance(value, dict):
        if set(value) == {"Ref"}:
            return parameters[value["Ref"]]
        return {name: _resolved(each, parameters) for name, each in value.items()}
    return [_resolved(each, parameters) for each in value] if isinstance(value, list) else value


def edited(template: str, *edits: tuple[str, str]) -> str:
    """Return `template` with each text replaced; raises ValueError unless each occurs exactly once."""
    for old, new in edits:
        if template.count(old) != 1:
            raise ValueError(f"{old!r} occurs {template.count(old)} times in the template")
        template = template.replace(old, new)
    return template


def edits(old: str, new: str) -> list[str]:
    """Return the lines that differ, as `diff` shows them."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]
