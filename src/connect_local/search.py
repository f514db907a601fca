"""Filters and criteria of `SearchUsers`; a condition that is not implemented is refused, never ignored."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeAlias, cast

from .exceptions import AccessDeniedException, InvalidParameterException, InvalidRequestException
from .search_index import Entry
from .users import User

Test: TypeAlias = Callable[[Entry], bool]
Condition: TypeAlias = Mapping[str, object]
Groups: TypeAlias = Callable[[str], Collection[str]]

MOST_TAGS = 25
MOST_GROUPS = 20
SHORTEST_PART = 2
LONGEST_PART = 25

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


def wanted(search_filter: Condition | None, criteria: Condition | None, groups: Groups) -> Test:
    """A test for users that match filter and criteria; without either, every user matches it.

    `groups` returns the identifiers of a hierarchy group and of all groups below it.
    """
    of_criteria = _of_criteria(criteria, groups) if criteria else _everybody
    return _all([_of_filter(search_filter or {}, groups), of_criteria])


def _of_filter(given: Condition, groups: Groups) -> Test:
    if {"TagFilter", "UserAttributeFilter"} <= given.keys():
        raise AccessDeniedException("SearchFilter takes either TagFilter or UserAttributeFilter, not both")
    if "UserAttributeFilter" in given:
        return _of_attributes(given["UserAttributeFilter"], groups)  # type: ignore[arg-type]  # its form is that of the service's model
    return _of_tag_filter(given["TagFilter"]) if "TagFilter" in given else _everybody  # type: ignore[arg-type]  # its form is that of the service's model


def _of_tag_filter(tag_filter: Condition) -> Test:
    kind, conditions = _only_member("TagFilter", tag_filter)
    if kind == "TagCondition":
        return _of_tag(conditions)  # type: ignore[arg-type]  # its form is that of the service's model
    if kind == "AndConditions":
        return _of_tags(conditions)  # type: ignore[arg-type]  # its form is that of the service's model
    return _any([_of_tags(group) for group in conditions])  # type: ignore[attr-defined]  # its form is that of the service's model


def _of_attributes(attribute_filter: Condition, groups: Groups) -> Test:
    kind, given = _only_member("UserAttributeFilter", attribute_filter)
    conjunctions: list[Condition] = {  # type: ignore[assignment]  # its form is that of the service's model
        "OrConditions": given,
        "AndCondition": [given],
        "TagCondition": [{"TagConditions": [given]}],
        "HierarchyGroupCondition": [{"HierarchyGroupCondition": given}],
    }[kind]
    _check_numbers(conjunctions)
    return _any([_of_conjunction(each, groups) for each in conjunctions])


def _of_conjunction(given: Condition, groups: Groups) -> Test:
    of_group: Test = _everybody
    if "HierarchyGroupCondition" in given:
        of_group = _of_group(given["HierarchyGroupCondition"], groups)  # type: ignore[arg-type]  # its form is that of the service's model
    return _all([_of_tags(_tag_conditions(given)), of_group])


def _check_numbers(conjunctions: Sequence[Condition]) -> None:
    tags = sum(len(_tag_conditions(each)) for each in conjunctions)
    groups = sum("HierarchyGroupCondition" in each for each in conjunctions)
    for kind, number, most in (("tag", tags, MOST_TAGS), ("hierarchy group", groups, MOST_GROUPS)):
        if number > most:
            rule = f"takes at most {most} {kind} conditions, not {number}"
            raise InvalidParameterException(f"SearchFilter.UserAttributeFilter {rule}")


def _tag_conditions(conjunction: Condition) -> Sequence[Condition]:
    return conjunction.get("TagConditions") or []  # type: ignore[return-value]  # its form is that of the service's model


def _of_tags(conditions: Sequence[Condition]) -> Test:
    return _all([_of_tag(condition) for condition in conditions])


def _of_tag(condition: Condition) -> Test:
    if not {"TagKey", "TagValue"} <= condition.keys():
        problem = "A TagCondition without both TagKey and TagValue is not implemented here"
        raise InvalidRequestException(problem)
    return lambda entry: entry.state.tags.get(str(condition["TagKey"])) == condition["TagValue"]


def _of_group(condition: Condition, groups: Groups) -> Test:
    _require("HierarchyGroupCondition", condition, "Value", "HierarchyGroupMatchType")
    group = str(condition["Value"])
    is_exact = condition["HierarchyGroupMatchType"] == "EXACT"
    matching = {group} if is_exact else set(groups(group))
    return lambda entry: entry.user.profile.get("HierarchyGroupId") in matching


def _of_criteria(criteria: Condition, groups: Groups) -> Test:
    kind, condition = _only_member("SearchCriteria", criteria)
    if kind == "StringCondition":
        return _of_string(condition)  # type: ignore[arg-type]  # its form is that of the service's model
    if kind == "HierarchyGroupCondition":
        return _of_group(condition, groups)  # type: ignore[arg-type]  # its form is that of the service's model
    if kind == "ListCondition":
        problem = "SearchCriteria.ListCondition is not implemented here, as users have no proficiencies"
        raise InvalidRequestException(problem)
    tests = [_of_criteria(each, groups) for each in condition]  # type: ignore[attr-defined]  # its form is that of the service's model
    return _all(tests) if kind == "AndConditions" else _any(tests)


def _of_string(condition: Condition) -> Test:
    _require("StringCondition", condition, "FieldName", "Value", "ComparisonType")
    name, value, comparison = (str(condition[member]) for member in ("FieldName", "Value", "ComparisonType"))
    if name not in _FIELDS:
        raise InvalidParameterException(f"StringCondition.FieldName must be one of {', '.join(_FIELDS)}")
    if comparison == "CONTAINS" and not SHORTEST_PART <= len(value) <= LONGEST_PART:
        rule = f"must have {SHORTEST_PART} to {LONGEST_PART} characters for CONTAINS, not {len(value)}"
        raise InvalidParameterException(f"StringCondition.Value {rule}")
    values, compare = _FIELDS[name], _COMPARISONS[comparison]
    return lambda entry: any(isinstance(found, str) and compare(found, value) for found in values(entry.user))


def _require(where: str, condition: Condition, *members: str) -> None:
    for member in members:
        if member not in condition:
            raise InvalidRequestException(f"{where}.{member} is required")


def _only_member(where: str, members: Condition) -> tuple[str, object]:
    if len(members) != 1:
        raise InvalidParameterException(f"{where} takes exactly one condition, not {len(members)}")
    ((kind, conditions),) = members.items()
    return kind, conditions


def _everybody(_entry: Entry) -> bool:
    return True


def _all(tests: Sequence[Test]) -> Test:
    return lambda entry: all(test(entry) for test in tests)


def _any(tests: Sequence[Test]) -> Test:
    return lambda entry: any(test(entry) for test in tests)
