"""What to do about a value that is wrong, as far as what is known tells it.

Advice never repeats a value: whoever adds it has shown the value already, without a phone number.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from .redaction import reference_in

_LONGEST_NAME: Final = 60
"""Characters of a name in which a known one is looked for."""
_WORDS: Final = re.compile(r"[^\W\d_]{2,40}(?:[ .][^\W\d_]{2,40}){1,5}")
_ADDRESS: Final = re.compile(r"[^\s/:@]{1,64}@[^\s/:@]{1,255}")
_LETTERS: Final = re.compile(r"[A-Za-z][A-Za-z_-]{0,99}")
FIND_USER_ID: Final = (
    "A user name is not an id. To find the id: aws connect list-users --instance-id INSTANCE"
    " --query \"UserSummaryList[?Username=='NAME'].Id\""
)
FIND_INSTANCE_ID: Final = (
    "The alias of an instance is not its id. To find the id: aws connect list-instances"
    " --query \"InstanceSummaryList[?InstanceAlias=='ALIAS'].Id\""
)


def did_you_mean(name: object, known: Sequence[str]) -> str:
    """Return ": did you mean …?" when `name` is close to one of `known`, whatever its case; else no text."""
    close = _close(name[:_LONGEST_NAME], tuple(known)) if isinstance(name, str) else None
    return f": did you mean {close}?" if close else ""


@lru_cache(maxsize=64)
def _close(name: str, known: tuple[str, ...]) -> str | None:
    # Imported for a mistake only: a cold start has no time for it.
    import difflib  # noqa: PLC0415

    by_case = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(name.casefold(), by_case, cutoff=0.5)
    return by_case[close[0]] if close else None


def about_name(name: str, known: Sequence[str]) -> str:
    """Return which known name is meant, or which names there are."""
    return did_you_mean(name, known) or f": known are {', '.join(known)}"


def looks_like_a_login(given: str) -> bool:
    """Tell whether `given`, which is no id, is a person's name or e-mail address."""
    return bool(_WORDS.fullmatch(given) or _ADDRESS.fullmatch(given))


def looks_like_a_name(given: str) -> bool:
    """Tell whether `given` could be an id but has no digit, which ids made by the service always have."""
    return bool(_LETTERS.fullmatch(given))


def unresolved(raw: object) -> str | None:
    """Return what is wrong with a dynamic reference that CloudFormation has not replaced by its value."""
    reference = reference_in(raw) if isinstance(raw, str) else None
    return reference and (
        f"is {reference}: CloudFormation resolves no references to secure values (ssm-secure,"
        " secretsmanager) in custom resources."
        " Use a parameter with NoEcho, or a plain ssm reference"
    )
