"""Removes phone numbers from texts of templates and of the service, before they reach a message or a log."""

import re
from reprlib import Repr
from typing import Final

# With the spaces, dots, hyphens and brackets that people write into numbers.
_WITH_PLUS: Final = re.compile(r"(?:\+|%2[Bb])\d(?:[ .()-]{0,2}\d){1,14}")
# Only digits that stand alone: account ids inside ARNs and parts of UUIDs stay readable.
_BARE: Final = re.compile(r"(?<![\w:./-])\d{7,15}(?![\w:/-])")
# The same with separators; a UUID has too many digits, or letters.
_WRITTEN: Final = re.compile(r"(?<![\w:./-])\(?\d(?:[ .()/-]{0,3}\d){6,14}(?![\w:/-])")
_DIGITS: Final = re.compile(r"\d(?:[\W_]{0,3}\d){6,}")
_REFERENCE: Final = re.compile(r"\{\{resolve:([a-z-]{0,20})")

REDACTED: Final = "[phone number redacted]"

_SHOWN_CHARACTERS: Final = 60
_SHORT_NUMBER: Final = re.compile(r"'?-?[0-9]{1,7}'?")


class _Repr(Repr):
    """`repr` with a bounded depth and length, because a template may hold a value of any size."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 6
        self.maxdict = self.maxlist = 20
        self.maxstring = self.maxlong = self.maxother = 400


_REPR: Final = _Repr()


def redact_international(text: str) -> str:
    """Return `text` without numbers that start with a plus; bare digits, such as seconds, stay."""
    return _WITH_PLUS.sub(REDACTED, text)


def redact(text: str) -> str:
    """Return `text` without anything that looks like a phone number."""
    return _BARE.sub(REDACTED, redact_international(text))


def shown(value: object, *, as_number: bool = False) -> str:
    """Return a value of a template for a message: cut, and without anything that may be a phone number.

    Seven digits may be a phone number. With `as_number`, if a number is expected, up to seven plain digits
    stay. Of a dynamic reference only the kind is shown.
    """
    text = _REPR.repr(value)
    if reference := reference_in(text):
        return reference
    if as_number and _SHORT_NUMBER.fullmatch(text):
        return text
    text = _DIGITS.sub(REDACTED, redact_international(text))
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"


def shown_identifier(given: str, most: int = 200) -> str:
    """Return an id or an ARN for a message; account numbers and UUIDs stay readable."""
    if reference := reference_in(given):
        return reference
    text = _WRITTEN.sub(REDACTED, redact_international(repr(given)))
    return text if len(text) <= most else f"{text[:most]}…"


def reference_in(text: str) -> str | None:
    """Return the kind of the dynamic reference in `text`, None if there is none; its name is left out."""
    found = _REFERENCE.search(text)
    return f"an unresolved dynamic reference ({{{{resolve:{found[1]}:…}}}})" if found else None
