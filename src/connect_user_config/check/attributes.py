"""Finds attributes of our resources that do not exist, wherever in a template they are asked for."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from custom_connect_userconfig.core.declaration import INSTANCE_ID, USER_ARN, USER_ID
from custom_connect_userconfig.core.problems import Path
from custom_connect_userconfig.core.redaction import shown

from . import rules
from .findings import Finding, shown_name
from .types import Flavour, flavour_of

_ATTRIBUTES: Final = {
    # The registry serves read-only properties only.
    Flavour.REGISTRY: (USER_ARN,),
    Flavour.CUSTOM: (INSTANCE_ID, USER_ID, USER_ARN),
}
_IN_TEXT: Final = re.compile(r"\$\{([A-Za-z0-9]+)\.([^}$]+)\}")
_GET_ATT: Final = "Fn::GetAtt"
_SUB: Final = "Fn::Sub"


def unknown_attributes(tree: Mapping[str, object], types: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a finding for each attribute that a resource, by its logical id in `types`, does not have."""
    for section in ("Resources", "Outputs", "Conditions"):
        for path, name, attribute in _asked_for(tree.get(section), (section,)):
            if name not in types:
                continue
            known = _ATTRIBUTES[flavour_of(types[name])]
            if attribute not in known:
                said = (
                    f"{shown_name(name)} has no attribute {shown(attribute)}: known are {', '.join(known)}."
                )
                yield Finding(shown_name(name), path, rules.UNKNOWN_ATTRIBUTE, said)


def _asked_for(node: object, path: Path) -> Iterator[tuple[Path, str, str]]:
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _asked_for(item, (*path, index))
    if not isinstance(node, dict):
        return
    for name, member in node.items():
        at = (*path, str(name))
        if name == _GET_ATT:
            yield from _get_att(at, member)
        elif name == _SUB:
            text = member[0] if isinstance(member, list) and member else member
            for found in _IN_TEXT.finditer(text) if isinstance(text, str) else ():
                yield at, found[1], found[2]
        yield from _asked_for(member, at)


def _get_att(path: Path, operand: object) -> Iterator[tuple[Path, str, str]]:
    parts = operand.split(".", 1) if isinstance(operand, str) else operand
    if isinstance(parts, list) and len(parts) == 2 and all(isinstance(part, str) for part in parts):  # noqa: PLR2004 - resource and attribute
        yield path, parts[0], parts[1]
