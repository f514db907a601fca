"""Reads what a template declares: every property checked, every problem named, before anything is written.

Both front ends parse with it, because neither can rely on what stands before it: CloudFormation checks
nothing for custom resources and turns their scalars into strings; for registry types it checks the schema,
whose dialect cannot say everything (one entry a channel, say), and the stock deserializer cuts 3.5 down to 3.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Self

from .advice import FIND_INSTANCE_ID, FIND_USER_ID, looks_like_a_login, looks_like_a_name, unresolved
from .arrays import ARRAY_BY_NAME, ARRAYS, SettingKey
from .entries import read_array, unknown_names
from .errors import InvalidRequest
from .identifiers import Environment, Identity, InstanceRef, UserRef
from .kinds import Value
from .messages import joined, numbered
from .problems import (
    IDENTIFIER,
    NAME_FOR_ID,
    NOTHING_DECLARED,
    REQUIRED,
    UNRESOLVED_REFERENCE,
    PartlyKnown,
    Problem,
    Severity,
    Unknown,
)
from .settings import Settings

INSTANCE_ID: Final = "InstanceId"
USER_ID: Final = "UserId"
USER_ARN: Final = "UserArn"
_IS_A_NAME: Final = "looks like a name, because it has no digit."
_KNOWN: Final = (INSTANCE_ID, USER_ID, USER_ARN, *ARRAY_BY_NAME)


@dataclass(frozen=True)
class Declaration:
    """What one resource of a template declares: whose settings, and which value for each."""

    identity: Identity
    settings: Settings

    @classmethod
    def parse(cls, properties: Mapping[str, object], environment: Environment) -> Self:
        """Return the declaration that `properties` make.

        Scalars may be strings where only one reading is possible. Raises InvalidRequest, naming each property
        at fault with its value (unless it is a phone number) and the rule.
        """
        found = examine(properties, environment)
        if found.identity is None or found.errors:
            raise _refusal(found.errors)
        return cls(found.identity, found.settings)


@dataclass(frozen=True)
class Examination:
    """What properties declare, as far as it is right, and every problem of theirs."""

    identity: Identity | None
    """None if an identifier is wrong or unknown."""
    settings: Mapping[SettingKey, Value]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> list[Problem]:
        """The problems for which a handler refuses the properties."""
        return [problem for problem in self.problems if problem.severity is Severity.ERROR]


def examine(properties: Mapping[str, object], environment: Environment) -> Examination:
    """Return what `properties` declare and every problem of theirs, warnings and information included.

    A value may be `Unknown`, and the properties `PartlyKnown`. Raises nothing.
    """
    settings: dict[SettingKey, Value] = {}
    identity, problems = _identify(properties, environment)
    problems += _arn_problems(identity, properties, environment)
    problems += unknown_names((), properties, _KNOWN)
    declared = [array for array in ARRAYS if properties.get(array.name) is not None]
    for array in declared:
        problems += read_array(array, properties[array.name], settings)
    if not declared and not isinstance(properties, PartlyKnown):
        problems.append(Problem((), NOTHING_DECLARED, f"declare at least one of {', '.join(ARRAY_BY_NAME)}"))
    return Examination(identity, settings, tuple(problems))


def parse_previous(properties: Mapping[str, object] | None, environment: Environment) -> Settings | None:
    """Return the settings that were declared before; None where that is not known or not legible, which is no
    error.
    """
    try:
        return Declaration.parse(properties, environment).settings if properties else None
    except InvalidRequest:
        return None


def parse_identity(properties: Mapping[str, object], environment: Environment) -> Identity:
    """Return whom `properties` are about; InvalidRequest, naming each, when an identifier is missing or
    malformed.
    """
    identity, problems = _identify(properties, environment)
    if identity is None:
        raise _refusal(problems)
    return identity


def parse_instance(properties: Mapping[str, object], environment: Environment) -> InstanceRef:
    """Return the instance that `properties` name; InvalidRequest when it is missing or malformed."""
    found: list[InstanceRef] = []
    problems = list(_instance(properties, environment, found))
    if not found:
        raise _refusal(problems)
    return found[0]


def _refusal(problems: Iterable[Problem]) -> InvalidRequest:
    return InvalidRequest(numbered([each.message for each in problems if each.severity is Severity.ERROR]))


def _identify(
    properties: Mapping[str, object], environment: Environment
) -> tuple[Identity | None, list[Problem]]:
    instances: list[InstanceRef] = []
    users: list[UserRef] = []
    problems = [*_instance(properties, environment, instances)]
    problems += _user(properties, environment, instances, users)
    return (Identity.of(instances[0], users[0]) if instances and users else None), problems


def _instance(
    properties: Mapping[str, object], environment: Environment, found: list[InstanceRef]
) -> Iterator[Problem]:
    given = yield from _given(properties, INSTANCE_ID)
    if given is None:
        return
    try:
        found.append(InstanceRef.parse(given, environment))
    except InvalidRequest as error:
        yield _identifier_problem(INSTANCE_ID, str(error))
    if looks_like_a_name(given):
        yield Problem((INSTANCE_ID,), NAME_FOR_ID, f"{INSTANCE_ID}: {_IS_A_NAME} {FIND_INSTANCE_ID}")


def _user(
    properties: Mapping[str, object],
    environment: Environment,
    instances: list[InstanceRef],
    found: list[UserRef],
) -> Iterator[Problem]:
    given = yield from _given(properties, USER_ID)
    if given is None:
        return
    try:
        found.append(UserRef.parse(given, environment, instances[0] if instances else None))
    except InvalidRequest as error:
        advice = FIND_USER_ID if looks_like_a_login(given) else ""
        yield _identifier_problem(USER_ID, joined(str(error), advice))
    if looks_like_a_name(given):
        yield Problem((USER_ID,), NAME_FOR_ID, f"{USER_ID}: {_IS_A_NAME} {FIND_USER_ID}")


def _arn_problems(
    identity: Identity | None, properties: Mapping[str, object], environment: Environment
) -> Iterator[Problem]:
    given = properties.get(USER_ARN)
    if given is None or isinstance(given, Unknown):
        return
    try:
        if identity:
            identity.check_arn(USER_ARN, given, environment)
        else:
            UserRef.parse(given if isinstance(given, str) else "", environment, None, USER_ARN)
    except InvalidRequest as error:
        yield _identifier_problem(USER_ARN, str(error))


def _given(properties: Mapping[str, object], name: str) -> Generator[Problem, None, str | None]:
    """Return the identifier `name`; None if it is unknown or at fault, which is told."""
    value = properties.get(name)
    if isinstance(value, Unknown) or (value is None and isinstance(properties, PartlyKnown)):
        return None
    if not isinstance(value, str) or not value:
        yield Problem((name,), REQUIRED, f"{name}: is required, as an id or an ARN.")
        return None
    if problem := unresolved(value):
        yield Problem((name,), UNRESOLVED_REFERENCE, f"{name}: {problem}")
        return None
    return value


def _identifier_problem(name: str, said: str) -> Problem:
    return Problem((name,), IDENTIFIER, said)
