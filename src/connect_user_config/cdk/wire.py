"""Structs as CloudFormation writes them."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any


def to_wire(value: object) -> Any:  # noqa: ANN401 - whatever JSON holds, and tokens
    """Return `value` with structs as objects. What is None, the CDK leaves out."""
    if is_dataclass(value) and not isinstance(value, type):
        return to_wire({_name(each.name): getattr(value, each.name) for each in fields(value)})
    if isinstance(value, Mapping):
        return {name: to_wire(member) for name, member in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [to_wire(item) for item in value]
    return value


def _name(field: str) -> str:
    return "".join(part.capitalize() for part in field.split("_"))
