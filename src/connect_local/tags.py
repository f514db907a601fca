"""The rules for tags on Connect resources: how many, which characters, which names are reserved.

Called by `models`. moto's `TaggingService` checks with Python's word characters, which are not the set that
Connect documents.
"""

import unicodedata
from collections.abc import Iterable, Mapping

from .exceptions import InvalidParameterException, InvalidRequestException

MOST_TAGS = 50
LONGEST_KEY = 128
LONGEST_VALUE = 256
RESERVED_PREFIX = "aws:"
_PUNCTUATION = frozenset("_.:/=+-@")


def check_tags(tags: Mapping[str, str]) -> None:
    check_keys(tags)
    for key, value in tags.items():
        if len(value) > LONGEST_VALUE:
            raise InvalidParameterException(
                f"The value of tag {key} is longer than {LONGEST_VALUE} characters"
            )
        if not _is_allowed(value):
            raise InvalidParameterException(
                f"The value of tag {key} contains a character that is not allowed"
            )


def check_keys(keys: Iterable[str]) -> None:
    for key in keys:
        if not 1 <= len(key) <= LONGEST_KEY:
            raise InvalidParameterException(
                f"A tag key must have 1 to {LONGEST_KEY} characters, not {len(key)}"
            )
        if is_system_tag(key):
            raise InvalidParameterException(
                f"A tag key must not begin with {RESERVED_PREFIX}, which is reserved"
            )
        if not _is_allowed(key):
            raise InvalidParameterException("A tag key contains a character that is not allowed")


def check_count(tags: Iterable[str]) -> None:
    """Refuses more tags than a resource can have; system tags do not count."""
    counted = sum(not is_system_tag(key) for key in tags)
    if counted > MOST_TAGS:
        raise InvalidRequestException(f"A resource can have at most {MOST_TAGS} tags, not {counted}")


def check_system_tags(tags: Iterable[str]) -> None:
    """ValueError, because no caller of the API can send system tags."""
    others = sorted(key for key in tags if not is_system_tag(key))
    if others:
        raise ValueError(f"system tags begin with {RESERVED_PREFIX}, unlike {', '.join(others)}")


def is_system_tag(key: str) -> bool:
    """Whether AWS itself sets the tag, as CloudFormation does on what a stack creates; no caller can set or
    remove it.
    """
    return key.startswith(RESERVED_PREFIX)


def _is_allowed(text: str) -> bool:
    """Whether all is letters, separators, numbers (by Unicode's categories, which `re` does not know) or
    listed signs.
    """
    return all(char in _PUNCTUATION or unicodedata.category(char)[0] in "LZN" for char in text)
