"""Which resources are ours, by the names of their types, and which front end serves each."""

import re
from collections.abc import Iterable
from enum import Enum
from typing import Final

from connect_user_config.type_names import CUSTOM_RESOURCE, NAME

DOCUMENTED: Final = CUSTOM_RESOURCE
LITERAL: Final = "Custom::Connect::UserConfig"
_CUSTOM_RESOURCE: Final = "AWS::CloudFormation::CustomResource"
_CUSTOM: Final = "Custom::"
_REGISTRY_ENDING: Final = "::Connect::UserConfig"
_CUSTOM_NAME: Final = re.compile(r"Custom::[A-Za-z0-9_@:-]+")
_DOCUMENTED_NAME: Final = re.compile(r"Custom::[A-Za-z0-9_@-]+")
_LONGEST: Final = 60
"""Characters of a custom resource's type (documentation of ``AWS::CloudFormation::CustomResource``)."""


class Flavour(Enum):
    """Which front end serves a type."""

    REGISTRY = "registry"
    CUSTOM = "custom resource"


class Types:
    """The names of our types: the usual ones, and those that are given."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Each name is a type's, or an organisation's alone; dots may stand for colons.

        Raises ValueError, with what is wrong, for a name that no type can have.
        """
        self._given = {_full(name) for name in names}

    def is_ours(self, name: str) -> bool:
        """Tell whether a resource of this type is ours."""
        return (
            name in (DOCUMENTED, LITERAL)
            or name in self._given
            or (name.endswith(_REGISTRY_ENDING) and bool(NAME.fullmatch(name)))
        )

    def may_stand_in(self, text: str) -> bool:
        """Tell whether `text` can hold a resource of ours; quick, since most templates hold none."""
        return DOCUMENTED in text or _REGISTRY_ENDING in text or any(name in text for name in self._given)


def flavour_of(name: str) -> Flavour:
    """Return which front end serves the type `name`."""
    is_custom = name.startswith(_CUSTOM) or name == _CUSTOM_RESOURCE
    return Flavour.CUSTOM if is_custom else Flavour.REGISTRY


def is_documented(name: str) -> bool:
    """Tell whether AWS documents that a resource may have the type `name`."""
    if not name.startswith(_CUSTOM):
        return True
    return bool(_DOCUMENTED_NAME.fullmatch(name)) and len(name) <= _LONGEST


def _full(name: str) -> str:
    full = name.replace(".", "::")
    if full.isalnum():
        full += _REGISTRY_ENDING
    if full != _CUSTOM_RESOURCE and not (NAME.fullmatch(full) or _CUSTOM_NAME.fullmatch(full)):
        raise ValueError("is neither the name of a resource type nor an organisation's")
    return full
