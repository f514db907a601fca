"""The kinds of value that a setting can hold: how a declared value is read, and how a recorded one is written in a tag.

CloudFormation hands scalars over as they stand in the template or as strings, depending on the front end. A value is
accepted where only one reading is possible and refused everywhere else. The table of arrays is the only caller.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

Value = bool | int | str


class Withheld(Enum):
    """Stands for an earlier value that is not recorded anywhere: a phone number never goes into a tag.

    Of a phone type it says that there was a desk phone whose number is no longer on the user.
    """

    NUMBER = "withheld"


PriorValue = Value | Withheld | None


class Kind(Protocol):
    """A kind of setting value."""

    @property
    def sensitive(self) -> bool:
        """Whether values must never be shown, logged or recorded."""
        ...

    def coerce(self, raw: object) -> Value:
        """Return the value that `raw` stands for; ValueError, with the rule as its text, where that is not plain."""
        ...

    def to_tag(self, value: PriorValue) -> str:
        """Return the text of `value` in an ownership tag."""
        ...

    def from_tag(self, text: str) -> PriorValue:
        """Return the value that `text` records; ValueError when it records none."""
        ...


@dataclass(frozen=True)
class Boolean:
    """true or false."""

    sensitive: bool = False

    def coerce(self, raw: object) -> bool:
        """Accept true, false and the words "true" and "false" in any case; "yes", "on", 1 and 0 are refused."""
        if isinstance(raw, bool):
            return raw
        word = raw.lower() if isinstance(raw, str) else None
        if word in ("true", "false"):
            return word == "true"
        raise ValueError("must be true or false")

    def to_tag(self, value: PriorValue) -> str:
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
        """Accept 30, 30.0, "30" and "30.0"; refuse fractions, other notations, and values below 0 or above `most`."""
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

    def to_tag(self, value: PriorValue) -> str:
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

    def to_tag(self, value: PriorValue) -> str:
        """Return the name, or "withheld"."""
        return value.value if isinstance(value, Withheld) else str(value)

    def from_tag(self, text: str) -> PriorValue:
        """Return the name; one that is not in the list may come from a service that has learned it since."""
        if text == Withheld.NUMBER.value:
            return Withheld.NUMBER
        if not _NAME.fullmatch(text):
            raise ValueError("is not a name")
        return text


_E164: Final = re.compile(r"\+[1-9][0-9]{1,14}")


@dataclass(frozen=True)
class PhoneNumber:
    """A phone number in E.164 form; only whether there was one is ever recorded."""

    sensitive: bool = True

    def coerce(self, raw: object) -> str:
        """Accept "+" and 2 to 15 digits, the first not 0 (the pattern of ``SensitivePhoneNumber`` in the service model)."""
        if isinstance(raw, str) and _E164.fullmatch(raw):
            return raw
        raise ValueError(
            "must be in E.164 form: + and 2 to 15 digits, the first not 0, no spaces"
            " (put it in quotes in YAML: unquoted, it loses its +)"
        )

    def to_tag(self, value: PriorValue) -> str:
        """Return "none", or "withheld" for any number."""
        return "none" if value is None else Withheld.NUMBER.value

    def from_tag(self, text: str) -> PriorValue:
        """Return None or `Withheld.NUMBER`."""
        if text not in ("none", Withheld.NUMBER.value):
            raise ValueError("must be none or withheld")
        return None if text == "none" else Withheld.NUMBER
