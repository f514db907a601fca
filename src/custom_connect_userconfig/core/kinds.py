"""The kinds of value that a setting can hold: how a declared value is read, and how a recorded one is written
in a tag.

CloudFormation hands scalars over as they stand in the template or as strings, depending on the front end. A
value is accepted where only one reading is possible and refused everywhere else. The table of arrays is the
only caller.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

Value = bool | int | str


class Unrecorded(Enum):
    """Stands for a value that no record holds: a phone number never goes into a tag, and some earlier values
    cannot be known.
    """

    VALUE = "unrecorded"


RecordedValue = Value | Unrecorded | None
"""What a record says of a value; None means that there is no phone number."""


class Kind(Protocol):
    """A kind of setting value."""

    @property
    def sensitive(self) -> bool:
        """Whether values must never be shown, logged or recorded."""
        ...

    def coerce(self, raw: object) -> Value:
        """Return the value that `raw` stands for; ValueError, with the rule as its text, where that is not
        plain.
        """
        ...

    def to_tag(self, value: Value | None) -> str:
        """Return the text of `value` in an ownership tag."""
        ...

    def from_tag(self, text: str) -> Value | None:
        """Return the value that `text` records; ValueError if it records none."""
        ...


@dataclass(frozen=True)
class Boolean:
    """true or false."""

    sensitive: bool = False

    def coerce(self, raw: object) -> bool:
        """Accept true, false and the words "true" and "false" in any case; refuse "yes", "on", 1 and 0."""
        if isinstance(raw, bool):
            return raw
        word = raw.lower() if isinstance(raw, str) else None
        if word in ("true", "false"):
            return word == "true"
        raise ValueError("must be true or false")

    def to_tag(self, value: Value | None) -> str:
        """Return "true" or "false"."""
        return "true" if value else "false"

    def from_tag(self, text: str) -> bool:
        """Return what "true" or "false" stands for."""
        return self.coerce(text)


_WHOLE_NUMBER: Final = re.compile(r"(-?(?:0|[1-9][0-9]{0,18}))(?:\.0{1,18})?")


@dataclass(frozen=True)
class Seconds:
    """Whole seconds from 0 to `most`."""

    most: int
    sensitive: bool = False

    def coerce(self, raw: object) -> int:
        """Accept 30, 30.0, "30" and "30.0"; refuse fractions, other notations, and values below 0 or above
        `most`.
        """
        number = self._whole(raw)
        if not 0 <= number <= self.most:
            raise ValueError(f"must be between 0 (no limit) and {self.most:,} seconds")
        return number

    @staticmethod
    def _whole(raw: object) -> int:
        if isinstance(raw, str) and (digits := _WHOLE_NUMBER.fullmatch(raw)):
            return int(digits[1])
        if isinstance(raw, int) and not isinstance(raw, bool):
            return raw
        if isinstance(raw, float) and raw.is_integer():
            return int(raw)
        raise ValueError("must be a whole number of seconds")

    def to_tag(self, value: Value | None) -> str:
        """Return the digits of `value`."""
        return str(value)

    def from_tag(self, text: str) -> int:
        """Return the number; the range is not checked, since it records what the service once showed."""
        return self._whole(text)


_NAME: Final = re.compile(r"[A-Za-z0-9_]{1,40}")


@dataclass(frozen=True)
class OneOf:
    """One of the names in `names`, spelled exactly so."""

    names: tuple[str, ...]
    sensitive: bool = False

    def coerce(self, raw: object) -> str:
        """Accept a name of the list; a wrong case is refused with the right spelling."""
        if isinstance(raw, str) and raw in self.names:
            return raw
        raise ValueError(f"must be {' or '.join(self.names)}")

    def to_tag(self, value: Value | None) -> str:
        """Return the name."""
        return str(value)

    def from_tag(self, text: str) -> str:
        """Return the name; one that is not in the list may come from a service that has learned it since."""
        if not _NAME.fullmatch(text):
            raise ValueError("is not a name")
        return text


_NO_NUMBER: Final = "none"
_E164: Final = re.compile(r"\+[1-9][0-9]{1,14}")


@dataclass(frozen=True)
class PhoneNumber:
    """A phone number in E.164 form; only whether there was one is ever recorded."""

    sensitive: bool = True

    def coerce(self, raw: object) -> str:
        """Accept "+" and 2 to 15 digits, the first not 0 (the pattern of ``SensitivePhoneNumber`` in the
        service model).
        """
        if isinstance(raw, str) and _E164.fullmatch(raw):
            return raw
        raise ValueError(
            "must be in E.164 form: + and 2 to 15 digits, the first not 0, no spaces"
            " (put it in quotes in YAML: unquoted, it loses its +)"
        )

    def to_tag(self, value: Value | None) -> str:
        """Return "none"; ValueError for a number, which no tag may hold."""
        if value is not None:
            raise ValueError("a phone number is never recorded")
        return _NO_NUMBER

    def from_tag(self, text: str) -> None:
        """Return None for "none"."""
        if text != _NO_NUMBER:
            raise ValueError(f"must be {_NO_NUMBER}")
