"""Calls as data: what a dry run prints is the very object that an ordinary run sends."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Later(str):
    """A value that an earlier step of the same plan brings about, in words: only a dry run ever shows it."""

    __slots__ = ()

    def __str__(self) -> str:
        """Return the words in braces, which no name or ARN holds."""
        return f"{{{super().__str__()}}}"


@dataclass(frozen=True)
class Content:
    """Bytes that a call carries, with the name of the file that they came from."""

    name: str
    data: bytes

    @property
    def text(self) -> str:
        """The content as text."""
        return self.data.decode("utf-8")

    def __str__(self) -> str:
        """Return what people get to see in place of the bytes."""
        return f"<{self.name}, {len(self.data):,} bytes>"


@dataclass(frozen=True)
class Call:
    """One call of an AWS API; `operation` is spelled as the API spells it."""

    service: str
    operation: str
    parameters: Mapping[str, Any]

    def shown(self) -> dict[str, Any]:
        """Return the call in JSON's types, with names in place of contents."""
        return {"service": self.service, "operation": self.operation, "parameters": _shown(self.parameters)}


def is_settled(value: object) -> bool:
    """Tell whether nothing in `value` has to wait for an earlier step."""
    if isinstance(value, Mapping):
        return all(is_settled(each) for each in value.values())
    if isinstance(value, list | tuple):
        return all(is_settled(each) for each in value)
    return not isinstance(value, Later)


def _shown(value: object) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, Mapping):
        return {str(key): _shown(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(each) for each in value]
    return str(value) if isinstance(value, Later | Content) else value
