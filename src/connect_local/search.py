"""Tag filters and string conditions of `SearchUsers`; all other conditions are refused, never ignored."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, cast

from .exceptions import AccessDeniedException, InvalidParameterException, InvalidRequestException
from .search_index import Entry
from .users import User

Test: TypeAlias = Callable[[Entry], bool]
Condition: TypeAlias = Mapping[str, object]

_FIELDS: Mapping[str, Callable[[User], Sequence[object]]] = {
    "resourceId": lambda user: [user.id],
    "Username": lambda user: [user.username],
    "FirstName": lambda user: [user.identity.get("FirstName")],
    "LastName": lambda user: [user.identity.get("LastName")],
    "RoutingProfileId": lambda user: [user.profile.get("RoutingProfileId")],
    "SecurityProfileId": lambda user: cast("Sequence[object]", user.profile["SecurityProfileIds"]),
}
_COMPARISONS: Mapping[object, Callable[[str, str], bool]] = {
    "EXACT": str.__eq__,
    "STARTS_WITH": str.startswith,
    "CONTAINS": str.__contains__,
}


def wanted(search_filter: Condition | None, criteria: Condition | None) -> Test:
    """A test for users that match filter and criteria; without either, every user matches it."""
    return _all([_of_filter(search_filter or {}), _of_criteria(criteria) if criteria else _everybody])


def _of_filter(given: Condition) -> Test:
    if {"TagFilter", "UserAttributeFilter"} <= given.keys():
        raise AccessDeniedException("SearchFilter takes either TagFilter or UserAttributeFilter, not both")
    if "UserAttributeFilter" in given:
        problem = "SearchFilter.UserAttributeFilter is not implemented here; use TagFilter"
        raise InvalidRequestException(problem)
    return _of_tag_filter(given["TagFilter"]) if "TagFilter" in given else _everybody  # type: ignore[arg-type]


def _of_tag_filter(tag_filter: Condition) -> Test:
    kind, conditions = _only_member("TagFilter", tag_filter)
    if kind == "TagCondition":
        return _of_tag(conditions)  # type: ignore[arg-type]
    if kind == "AndConditions":
        return _all([_of_tag(condition) for condition in conditions])  # type: ignore[attr-defined]
    return _any([_all([_of_tag(condition) for condition in group]) for group in conditions])  # type: ignore[attr-defined]


def _of_tag(condition: Condition) -> Test:
    if not {"TagKey", "TagValue"} <= condition.keys():
        problem = "A TagCondition without both TagKey and TagValue is not implemented here"
        raise InvalidRequestException(problem)
    return lambda entry: entry.state.tags.get(str(condition["TagKey"])) == condition["TagValue"]


def _of_criteria(criteria: Condition) -> Test:
    kind, conditions = _only_member("SearchCriteria", criteria)
    if kind == "StringCondition":
        return _of_string(conditions)  # type: ignore[arg-type]
    if kind not in ("AndConditions", "OrConditions"):
        raise InvalidRequestException(f"SearchCriteria.{kind} is not implemented here; use StringCondition")
    tests = [_of_criteria(condition) for condition in conditions]  # type: ignore[attr-defined]
    return _all(tests) if kind == "AndConditions" else _any(tests)


def _of_string(condition: Condition) -> Test:
    for member in ("FieldName", "Value", "ComparisonType"):
        if member not in condition:
            raise InvalidRequestException(f"StringCondition.{member} is required")
    name, value = str(condition["FieldName"]), str(condition["Value"])
    if name not in _FIELDS:
        raise InvalidParameterException(f"StringCondition.FieldName must be one of {', '.join(_FIELDS)}")
    values, compare = _FIELDS[name], _COMPARISONS[condition["ComparisonType"]]
    return lambda entry: any(isinstance(found, str) and compare(found, value) for found in values(entry.user))


def _only_member(where: str, members: Condition) -> tuple[str, object]:
    if len(members) != 1:
        raise InvalidRequestException(f"{where} takes exactly one condition, not {len(members)}")
    ((kind, conditions),) = members.items()
    return kind, conditions


def _everybody(_entry: Entry) -> bool:
    return True


def _all(tests: Sequence[Test]) -> Test:
    return lambda entry: all(test(entry) for test in tests)


def _any(tests: Sequence[Test]) -> Test:
    return lambda entry: any(test(entry) for test in tests)
