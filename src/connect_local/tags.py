"""The rules for tags on Connect resources: their number, their characters, their reserved keys.

moto's `TaggingService` checks Python's word characters, which are not the set that Connect documents.
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
            problem = f"is longer than {LONGEST_VALUE} characters"
            raise InvalidParameterException(f"The value of tag {key} {problem}")
        if not _is_allowed(value):
            problem = "contains a character that is not allowed"
            raise InvalidParameterException(f"The value of tag {key} {problem}")


def check_keys(keys: Iterable[str]) -> None:
    for key in keys:
        if not 1 <= len(key) <= LONGEST_KEY:
            rule = f"must have 1 to {LONGEST_KEY} characters"
            raise InvalidParameterException(f"A tag key {rule}, not {len(key)}")
        if is_system_tag(key):
            rule = f"must not begin with {RESERVED_PREFIX}, which is reserved"
            raise InvalidParameterException(f"A tag key {rule}")
        if not _is_allowed(key):
            raise InvalidParameterException("A tag key contains a character that is not allowed")


def check_count(tags: Iterable[str]) -> None:
    """InvalidRequestException for more tags than a resource can have; system tags do not count."""
    counted = sum(not is_system_tag(key) for key in tags)
    if counted > MOST_TAGS:
        raise InvalidRequestException(f"A resource can have at most {MOST_TAGS} tags, not {counted}")


def check_system_tags(tags: Iterable[str]) -> None:
    """ValueError, because no caller of the API can send system tags."""
    others = sorted(key for key in tags if not is_system_tag(key))
    if others:
        raise ValueError(f"system tags begin with {RESERVED_PREFIX}, unlike {', '.join(others)}")


def is_system_tag(key: str) -> bool:
    """Whether only AWS itself can set or remove the tag, as CloudFormation does on a stack's resources."""
    return key.startswith(RESERVED_PREFIX)


def _is_allowed(text: str) -> bool:
    """Whether all are letters, separators, numbers (categories of Unicode) or listed signs."""
    return all(char in _PUNCTUATION or unicodedata.category(char)[0] in "LZN" for char in text)
