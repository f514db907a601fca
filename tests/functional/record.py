"""Reads the record in an agent's tags by guide/owning.md, not by the code that writes it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from support import record_form
from support.record_form import MARKER, OWNER, is_ours

from .settings import PHONE_NUMBER, Setting

UNRECORDED: Final = object()
"""An earlier value that is not known."""

_REQUESTS: Final = re.compile(r"^(v1 \w+ \w+\.\w+) [0-9a-f.]+")


@dataclass(frozen=True)
class Recorded:
    """The word for each recorded setting."""

    declared: Mapping[Setting, str]
    earlier: Mapping[Setting, str]


def recorded(tags: Mapping[str, str]) -> Recorded:
    """Return the declared and the earlier values that the tags record."""
    declared: dict[Setting, str] = {}
    earlier: dict[Setting, str] = {}
    for key, value in tags.items():
        if is_ours(key) and key not in (MARKER, OWNER):
            of_array = record_form.FIELDS[key.partition(":")[2]]
            version, *words = value.split(" ")
            assert version == "v1", value
            middle = words.index("was")
            declared |= _settings(of_array, words[:middle])
            earlier |= _settings(of_array, words[middle + 1 :])
    return Recorded(declared, earlier)


def _settings(of_array: tuple[str, Mapping[str, str]], words: list[str]) -> dict[Setting, str]:
    found = record_form.words_of(of_array, words)
    assert len(found) == len(words), words
    return {(array, channel, tuple(path.split("."))): word for (array, channel, path), word in found.items()}


def words_for(setting: Setting, value: object) -> str:
    """Return the word for a value in a record; a phone number is never recorded, only its absence."""
    if value is UNRECORDED:
        return record_form.UNRECORDED
    if setting == PHONE_NUMBER:
        return "none" if value is None else record_form.UNRECORDED
    return str(value).lower() if isinstance(value, bool) else str(value)


def without_requests(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the tags without the digests of the requests that wrote them."""
    return {key: _REQUESTS.sub(r"\1 -", value) if key == OWNER else value for key, value in tags.items()}
