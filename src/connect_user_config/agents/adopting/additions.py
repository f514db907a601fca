"""What somebody has added to a template by hand: the next run would write the template without it.

Values of settings are no additions, since each run brings them up to date.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from connect_user_config.reading.template import parameters_in
from custom_connect_userconfig.core.arrays import ARRAY_BY_NAME
from custom_connect_userconfig.core.declaration import INSTANCE_ID, USER_ID

from . import naming
from .documents import (
    EXTENSIONS,
    FOR_EACH,
    INSTANCE,
    NOBODY,
    OURS,
    PARTS,
    VARIABLE,
    Flavour,
    description,
    parameter,
)

_SECTIONS: Final = (
    "AWSTemplateFormatVersion",
    "Transform",
    "Description",
    "Metadata",
    "Parameters",
    "Resources",
)
_COMMENT: Final = re.compile(r"(?:^|(?<=\s))#.*")
_WITH_LOGIN: Final = re.compile(r" +(?:(?:- )+|UserId: )'?[A-Za-z0-9_-]+'? +#.*")
"""A line whose comment is the login of an agent."""


def additions(tree: Mapping[str, Any], text: str) -> Iterator[str]:
    """Yield the place of each addition in a template of `adopt`; `text` is its YAML, empty for JSON.

    Raises KeyError, TypeError or ValueError if `adopt` cannot have written it.
    """
    about = tree["Metadata"][OURS]
    yield from (name for name in tree if name not in _SECTIONS)
    if tree.get("Transform", EXTENSIONS) != EXTENSIONS:
        yield "Transform"
    if tree.get("Description") != description(about["Part"], about[PARTS]):
        yield "Description"
    yield from (f"Metadata.{name}" for name in tree["Metadata"] if name != OURS)
    for name, node in tree.get("Parameters", {}).items():
        if node != parameter():
            yield f"Parameters.{name}"
    for name, node in tree["Resources"].items():
        yield from (f"Resources.{name}{at}" for at in _of_member(name, node, about))
    yield from _comments(text)


def _of_member(name: str, node: Any, about: Mapping[str, Any]) -> Iterator[str]:  # noqa: ANN401 - whatever stands there
    if name.startswith(FOR_EACH):
        variable, _, template = node
        body = template.get(f"Agent&{{{VARIABLE}}}")
        if variable != VARIABLE or len(template) != 1 or body is None:
            yield ""
        else:
            yield from _of_resource(body, about, {"Ref": VARIABLE})
    elif {name: node} != NOBODY:
        user = node.get("Properties", {}).get(USER_ID)
        if not isinstance(user, str) or name != naming.logical_id(user):
            yield ""
        else:
            yield from _of_resource(node, about, user)


def _of_resource(node: Mapping[str, Any], about: Mapping[str, Any], user: object) -> Iterator[str]:
    if node["Type"] != about["Type"]:
        yield ".Type"
    yield from (
        f".{name}" for name in node if name not in ("Type", "DependsOn", "DeletionPolicy", "Properties")
    )
    if node.get("DeletionPolicy", "Delete") != "Delete":
        yield ".DeletionPolicy"
    if not isinstance(node.get("DependsOn", ""), str):
        yield ".DependsOn"
    flavour = Flavour(about["Type"], about.get("Export", ""))
    fixed = {**flavour.properties(), INSTANCE_ID: about[INSTANCE], USER_ID: user}
    number = naming.parameter(user) if isinstance(user, str) else ""
    for name, value in node["Properties"].items():
        if not _is_of_settings(value, number) if name in ARRAY_BY_NAME else fixed.get(name) != value:
            yield f".Properties.{name}"


def _is_of_settings(array: object, number: str) -> bool:
    """Tell whether values are literal; a phone number is in its parameter."""
    return parameters_in(array) <= {number} and '"Fn::' not in json.dumps(array)


def _comments(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if (found := _COMMENT.search(line)) and not _WITH_LOGIN.fullmatch(line):
            yield found[0]
