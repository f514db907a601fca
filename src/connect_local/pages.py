"""Paging over a sequence that may change between two pages.

`models` uses it for `ListUsers` and `SearchUsers`. moto's own paginator refuses a token if its item has been
deleted since. A token here names a position in the order of creation, which deletions do not change.
"""

import base64
import binascii
from collections.abc import Iterable
from typing import Protocol, TypeVar

from .exceptions import InvalidParameterException


class Numbered(Protocol):
    @property
    def number(self) -> int: ...


_MARK = "after:"
Item = TypeVar("Item", bound=Numbered)


def page(items: Iterable[Item], size: int, token: str | None) -> tuple[list[Item], str | None]:
    """At most `size` items after the token, and the token for the rest, None if there is no rest."""
    start = _position(token) if token else -1
    rest = sorted((item for item in items if item.number > start), key=lambda item: item.number)
    shown = rest[:size]
    return shown, _token(shown[-1].number) if len(rest) > size else None


def _token(position: int) -> str:
    return base64.urlsafe_b64encode(f"{_MARK}{position}".encode()).decode()


def _position(token: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix(_MARK))
    except (binascii.Error, ValueError) as error:
        raise InvalidParameterException("NextToken is not a token of this operation") from error
