"""The part of `SearchUsers` filters that is implemented: tag conditions. Anything else is refused, never ignored.

Called by `models`.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from .exceptions import AccessDeniedException, InvalidRequestException

Tags: TypeAlias = Mapping[str, str]
Alternatives: TypeAlias = list[list[tuple[str, str]]]


def alternatives(search_filter: Mapping[str, object] | None, criteria: Mapping[str, object] | None) -> Alternatives | None:
    """The filter as an OR of ANDs of (key, value); None when everything matches."""
    if criteria:
        raise InvalidRequestException("SearchCriteria is not implemented here; search with SearchFilter.TagFilter")
    given = {name: value for name, value in (search_filter or {}).items() if value}
    if {"TagFilter", "UserAttributeFilter"} <= given.keys():
        raise AccessDeniedException("SearchFilter takes either TagFilter or UserAttributeFilter, not both")
    if "UserAttributeFilter" in given:
        raise InvalidRequestException("SearchFilter.UserAttributeFilter is not implemented here; use TagFilter")
    return _of_tag_filter(given["TagFilter"]) if "TagFilter" in given else None  # type: ignore[arg-type]


def matches(tags: Tags, wanted: Alternatives | None) -> bool:
    return wanted is None or any(all(tags.get(key) == value for key, value in group) for group in wanted)


def _of_tag_filter(tag_filter: Mapping[str, object]) -> Alternatives:
    if len(tag_filter) != 1:
        raise InvalidRequestException("TagFilter takes exactly one of TagCondition, AndConditions and OrConditions")
    ((kind, conditions),) = tag_filter.items()
    if kind == "TagCondition":
        return [_group([conditions])]  # type: ignore[list-item]
    if kind == "AndConditions":
        return [_group(conditions)]  # type: ignore[arg-type]
    return [_group(group) for group in conditions]  # type: ignore[attr-defined]


def _group(conditions: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    for condition in conditions:
        if "TagKey" not in condition or "TagValue" not in condition:
            raise InvalidRequestException("A TagCondition without both TagKey and TagValue is not implemented here")
    return [(condition["TagKey"], condition["TagValue"]) for condition in conditions]
