"""What an app hands over: a value of another class than is meant is told, with what to write."""

from collections.abc import Mapping, Sequence
from typing import Any

from custom_connect_userconfig.core.redaction import shown


def check_class(name: str, value: object, wanted: type, remedy: str) -> None:
    """Raise TypeError, with the `remedy`, if the argument `name` is of another class."""
    if not isinstance(value, wanted):
        raise TypeError(f"{name}: {shown(value)} is no {wanted.__name__}: {remedy}")


def check_list(name: str, value: object, wanted: type, example: str) -> None:
    """Raise TypeError, with an `example` of an item, if the argument is no list of the class."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise TypeError(f"{name}: {shown(value)} is no list of {wanted.__name__}: write [{example}]")
    for index, item in enumerate(value):
        check_class(f"{name}[{index}]", item, wanted, f"write {example}")


def check_mapping(name: str, value: object, wanted: type, example: str) -> None:
    """Raise TypeError, with an `example` of a value, if the argument is no mapping of the class by name."""
    if not isinstance(value, Mapping):
        said = f"is no mapping of {wanted.__name__} by name"
        raise TypeError(f"{name}: {shown(value)} {said}: write {{'NAME': {example}}}")
    for key, item in value.items():
        check_class(f"{name}.{key}", item, wanted, f"write {example}")


def check_count(name: str, value: Any, most: int) -> None:  # noqa: ANN401 - whatever the app has written
    """Raise ValueError if the argument is no whole number from 1 to `most`."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise ValueError(f"{name}: {shown(value, as_number=True)} is not a whole number from 1 to {most}")
