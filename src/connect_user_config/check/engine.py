"""The engine: every problem of a template. The hosts, a command and rules for cfn-lint, only show what it
finds.

The rules of single declarations are the core's, which the handlers obey as well. Here they meet what only a
template shows: conditions, parameters, other resources, names. A problem is told if there are values of the
parameters for which it is certain.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from connect_user_config.reading.template import Resource, Template, node_at, parameters_in
from connect_user_config.reading.values import TRANSFORM, World, text_of
from connect_user_config.type_names import is_reserved
from custom_connect_userconfig.core.arrays import PHONE, PHONE_NUMBER
from custom_connect_userconfig.core.declaration import INSTANCE_ID, USER_ARN, USER_ID, examine
from custom_connect_userconfig.core.identifiers import Environment
from custom_connect_userconfig.core.messages import joined
from custom_connect_userconfig.core.problems import PartlyKnown, Path, Problem, Rule, Severity
from custom_connect_userconfig.core.redaction import reference_in

from . import rules
from .attributes import unknown_attributes
from .duplicates import duplicate_users
from .findings import Finding, shown_name
from .types import DOCUMENTED, Flavour, Types, flavour_of, is_documented

_OF_CLOUDFORMATION: Final = ("ServiceToken", "ServiceTimeout")
_MOST_AT_ONCE: Final = 300
_RETAINING: Final = ("Retain", "RetainExceptOnCreate")
_Key = tuple[Path, str, tuple[str, ...]]
"""Where a problem stands in the template, its rule, and which member it is about."""


@dataclass(frozen=True)
class Checked:
    """What a check of one template says."""

    findings: tuple[Finding, ...]
    resources: int
    """How many resources of ours there are."""


def check(tree: object, types: Types, given: Mapping[str, str] | None = None) -> Checked:
    """Return every problem of a template, and how many of its resources were checked.

    `tree` is what `document.read` returns, `given` are the values of parameters.
    """
    if not isinstance(tree, dict) or not isinstance(tree.get("Resources"), dict):
        return Checked((), 0)
    template = Template(tree, given or {})
    resources = _resources(template, types)
    if not resources:
        return Checked((), 0)
    if template.macros:
        names = ", ".join(map(shown_name, template.macros))
        said = f"The macro {names} rewrites the template before it is deployed, so nothing in it was checked."
        at = ("Transform",) if "Transform" in tree else ("Resources", TRANSFORM)
        return Checked((Finding("", at, rules.MACRO, said),), 0)
    found = [finding for resource in resources for finding in _of_resource(template, resource)]
    found += _of_defaults(template, types, found)
    found += duplicate_users(template, resources)
    found += unknown_attributes(tree, {resource.logical_id: resource.type for resource in resources})
    found += _lanes(resources)
    return Checked(tuple(found), len(resources))


def _resources(template: Template, types: Types) -> list[Resource]:
    return template.resources(types.is_ours, lambda name: flavour_of(name) is Flavour.REGISTRY)


def _of_resource(template: Template, resource: Resource) -> Iterator[Finding]:
    yield from _of_name(resource)
    if resource.node.get("DeletionPolicy") in _RETAINING:
        said = (
            "DeletionPolicy keeps the agent's settings and the record of who owns them when this is deleted"
        )
        yield _finding(resource, ("DeletionPolicy",), rules.RETAINED, said)
    yield from _certain(template, resource).values()


def _of_name(resource: Resource) -> Iterator[Finding]:
    name = resource.type
    if flavour_of(name) is Flavour.REGISTRY and is_reserved(name):
        remedy = f"Use your organisation's name, or {DOCUMENTED}"
        said = f"{name} cannot be registered: the namespace is reserved. {remedy}"
        yield _finding(resource, ("Type",), rules.TYPE_NAME, said)
    elif not is_documented(name):
        documented = "letters, digits, _, @ and - after Custom::, and 60 characters"
        said = f"AWS documents {documented}: {DOCUMENTED} is safe"
        yield _finding(resource, ("Type",), rules.UNDOCUMENTED_NAME, said)


def _certain(template: Template, resource: Resource) -> dict[_Key, Finding]:
    """Return the problems that some values of the parameters certainly bring about."""
    certain: dict[_Key, Finding] = {}
    for choice in resource.choices or (tuple(resource.worlds),):
        if not all(resource.exists(world) for world in choice):
            continue
        first, *others = (_in_world(template, resource, world) for world in choice)
        for key, finding in first.items():
            if all(key in other for other in others):
                certain.setdefault(key, finding)
    return certain


def _in_world(template: Template, resource: Resource, world: World) -> dict[_Key, Finding]:
    found: dict[_Key, Finding] = {}
    for problem in problems_of(template, resource, world):
        at = resource.locate(problem.path, world)
        names = tuple(step for step in problem.path if isinstance(step, str))
        name = shown_name(resource.logical_id)
        said = joined(f"{name}: {problem.message}")
        found.setdefault((at, problem.rule.name, names), Finding(name, at, problem.rule, said))
    return found


def problems_of(template: Template, resource: Resource, world: World) -> Iterator[Problem]:
    """Yield every problem of a resource in one world."""
    properties = resource.properties(world)
    if flavour_of(resource.type) is Flavour.REGISTRY:
        yield from _of_registry(properties)
    else:
        yield from _of_custom_resource(properties)
    yield from examine(as_handed_over(properties, resource), Environment()).problems
    yield from _plain_numbers(template, resource, properties, world)


def _of_registry(properties: Mapping[str, object]) -> Iterator[Problem]:
    for name in _OF_CLOUDFORMATION:
        if name in properties:
            said = f"{name}: belongs to custom resources. Remove it, or use the type {DOCUMENTED}"
            yield Problem((name,), rules.OTHER_FLAVOUR, said)
    if properties.get(USER_ARN) is not None:
        said = f"{USER_ARN}: is read-only. Remove it: it is an attribute, for Fn::GetAtt"
        yield Problem((USER_ARN,), rules.READ_ONLY_PROPERTY, said)


def _of_custom_resource(properties: Mapping[str, object]) -> Iterator[Problem]:
    if not properties.get("ServiceToken") and not isinstance(properties, PartlyKnown):
        said = "ServiceToken: is required: the ARN of the function that the install command has made"
        yield Problem(("ServiceToken",), rules.SERVICE_TOKEN, said)
    if properties.get(USER_ARN) is not None:
        said = f"{USER_ARN}: is an attribute, for Fn::GetAtt. Remove it"
        yield Problem((USER_ARN,), rules.DECLARED_ATTRIBUTE, said)


def as_handed_over(properties: Mapping[str, object], resource: Resource) -> Mapping[str, object]:
    """Return the properties as a handler gets them: an id is text, though YAML may take it for a number."""
    is_registry = flavour_of(resource.type) is Flavour.REGISTRY
    left_out = (*_OF_CLOUDFORMATION, *((USER_ARN,) if is_registry else ()))
    kept = {
        name: text_of(value) if name in (INSTANCE_ID, USER_ID) and isinstance(value, int | float) else value
        for name, value in properties.items()
        if name not in left_out
    }
    return PartlyKnown(kept) if isinstance(properties, PartlyKnown) else kept


def _plain_numbers(
    template: Template, resource: Resource, properties: Mapping[str, object], world: World
) -> Iterator[Problem]:
    entries = properties.get(PHONE.name)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        number = entry.get(PHONE_NUMBER.name) if isinstance(entry, dict) else None
        path = (PHONE.name, index, PHONE_NUMBER.name)
        if not isinstance(number, str | int) or reference_in(str(number)):
            continue
        if not parameters_in(node_at(template.tree, resource.locate(path, world))):
            said = "the number can be read by whoever reads the template: use a parameter with NoEcho"
            yield Problem(
                path, rules.PLAIN_PHONE_NUMBER, f"{PHONE.name}[{index}].{PHONE_NUMBER.name}: {said}"
            )


def _of_defaults(template: Template, types: Types, found: Iterable[Finding]) -> Iterator[Finding]:
    """Yield what would be wrong if each parameter that is not given had its default."""
    defaults = {
        name for name, each in template.parameters.items() if "Default" in each and name not in template.given
    }
    if not defaults:
        return
    known = {(finding.resource, finding.path, finding.rule.name) for finding in found}
    with_defaults = Template(template.tree, template.given, use_defaults=True)
    for resource in _resources(with_defaults, types):
        if resource.is_literal:
            continue
        for finding in _certain(with_defaults, resource).values():
            place = (finding.resource, finding.path, finding.rule.name)
            if finding.rule.severity is Severity.ERROR and place not in known:
                yield _of_default(
                    finding, sorted(defaults & parameters_in(node_at(template.tree, finding.path)))
                )


def _of_default(finding: Finding, names: list[str]) -> Finding:
    whose = f"the default of {' and '.join(names)}" if names else "the parameters' defaults"
    message = finding.message.removeprefix(f"{finding.resource}: ")
    said = f"{finding.resource}: with {whose}, {message}"
    return Finding(finding.resource, finding.path, rules.PARAMETER_DEFAULT, said)


def _lanes(resources: list[Resource]) -> Iterator[Finding]:
    names = {resource.logical_id for resource in resources}
    at_once = [resource for resource in resources if not names & _depends_on(resource)]
    by_condition = Counter(str(resource.node.get("Condition")) for resource in at_once)
    always = by_condition.pop(str(None), 0)
    count = always + max(by_condition.values(), default=0)
    if count > _MOST_AT_ONCE:
        said = (
            f"{count:,} resources start at once, and Connect takes about two changes a second."
            " Chain them by DependsOn into sixteen to twenty lanes"
        )
        yield _finding(at_once[0], (), rules.LANES, said)


def _depends_on(resource: Resource) -> set[str]:
    names = resource.node.get("DependsOn")
    return {name for name in (names if isinstance(names, list) else [names]) if isinstance(name, str)}


def _finding(resource: Resource, path: Path, rule: Rule, said: str) -> Finding:
    name = shown_name(resource.logical_id)
    return Finding(name, (*resource.at, *path), rule, joined(f"{name}: {said}"))
