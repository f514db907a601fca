"""Composes messages of whole sentences and bounds their length.

Texts of the service end with or without a full stop, and a template or the service can make a text very
long. So both front ends and the log join and bound their texts here.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

MOST: Final = 2_000
"""Characters of a message; the response of a custom resource has at most 4,096 bytes in all."""
_ENDS: Final = (".", "?", "!")
_ROOM_FOR_THE_REST: Final = 30
"""Characters for the words that this module adds to a shortened text."""


def joined(*texts: str) -> str:
    """Return `texts` as one text of sentences; empty texts are left out."""
    return " ".join(_ended(text.strip()) for text in texts if text.strip())


def bounded(text: str, most: int = MOST) -> str:
    """Return `text`; if it has more than `most` characters, a count of characters replaces its middle.

    Redact phone numbers first: half of a number would no longer be recognized.
    """
    if len(text) <= most:
        return text
    kept = most // 2 - _ROOM_FOR_THE_REST
    return f"{text[:kept]} … ({len(text) - 2 * kept:,} characters left out) … {text[-kept:]}"


def numbered(problems: Sequence[str]) -> str:
    """Return `problems` as sentences, numbered if there are several; surplus ones are only counted."""
    if len(problems) == 1:
        return bounded(_sentence(problems[0]))
    said = [f"({number}) {_sentence(problem)}" for number, problem in enumerate(problems[:MOST], 1)]
    head = f"{len(problems):,} problems:"
    lengths = accumulate((len(each) + 1 for each in said), initial=len(head))
    fitting = sum(length <= MOST - _ROOM_FOR_THE_REST for length in lengths) - 1
    # The first problem is always shown, however long it is.
    shown = [bounded(each, MOST - 2 * _ROOM_FOR_THE_REST) for each in said[: max(1, fitting)]]
    more = len(problems) - len(shown)
    return " ".join((head, *shown, *([f"And {more:,} more."] if more else [])))


def _sentence(problem: str) -> str:
    return problem[0].upper() + _ended(problem[1:])


def _ended(text: str) -> str:
    return text if text.endswith(_ENDS) else f"{text}."
