"""Puts messages together: whole sentences, one after another, and never longer than people read or
CloudFormation takes.

Whoever joins two texts does it here, because texts of the service end as they like. Both front ends, and the
log, bound what they say here, because a template or a service may make any text as long as it likes.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

MOST: Final = 2_000
"""Characters of a message; a reply of a custom resource has 4,096 bytes for everything."""
_ENDS: Final = (".", "?", "!")
_ROOM_FOR_THE_REST: Final = 30


def joined(*texts: str) -> str:
    """Return `texts` as sentences one after another; empty ones are left out."""
    return " ".join(_ended(text.strip()) for text in texts if text.strip())


def bounded(text: str, most: int = MOST) -> str:
    """Return `text`, its middle replaced by how much is left out if it has more than `most` characters.

    Take phone numbers out first: half a number would no longer be known for one.
    """
    if len(text) <= most:
        return text
    kept = most // 2 - _ROOM_FOR_THE_REST
    return f"{text[:kept]} … ({len(text) - 2 * kept:,} characters left out) … {text[-kept:]}"


def numbered(problems: Sequence[str]) -> str:
    """Return `problems` as sentences, numbered if there are several; those for which there is no room are
    counted.
    """
    if len(problems) == 1:
        return bounded(_sentence(problems[0]))
    said = [f"({number}) {_sentence(problem)}" for number, problem in enumerate(problems[:MOST], 1)]
    head = f"{len(problems):,} problems:"
    lengths = accumulate((len(each) + 1 for each in said), initial=len(head))
    fitting = sum(length <= MOST - _ROOM_FOR_THE_REST for length in lengths) - 1
    # One is always told, however long.
    shown = [bounded(each, MOST - 2 * _ROOM_FOR_THE_REST) for each in said[: max(1, fitting)]]
    more = len(problems) - len(shown)
    return " ".join((head, *shown, *([f"And {more:,} more."] if more else [])))


def _sentence(problem: str) -> str:
    return problem[0].upper() + _ended(problem[1:])


def _ended(text: str) -> str:
    return text if text.endswith(_ENDS) else f"{text}."
