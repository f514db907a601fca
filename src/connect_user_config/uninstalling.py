"""The work of uninstalling, for one region: first who still uses it, then the plan."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TypeVar

from .core.function import FunctionSeen, plan_function_removal
from .core.names import function_folder, registry_folder
from .core.problems import NoAccess, Refused
from .core.registry import TypeRemovalSeen, plan_type_removal
from .core.stacks import StackSeen, mark_of
from .core.steps import Step
from .core.store import Contents, StoreWanted
from .core.usage import StackListed, Use
from .gateways.aws import Aws
from .gateways.carrying_out import Wait
from .gateways.registry import running_registrations, see_versions
from .gateways.stacks import exported, importers, see_stack, stacks, token_of, use_of_function, use_of_type
from .gateways.store import see_contents
from .places import Place, reach, role_stack_wanted
from .regions import Result, Work
from .templates import CUSTOM_RESOURCE, template

Found = TypeVar("Found")
_GO_ON = "remove it from those stacks first, or go on with --force"
_FIND_OUT = (
    "ask for the action that is missing, or wait until the stack's operation has ended; or go on with --force"
)


@dataclass
class _Users:
    """Names of stacks that use it, and why it cannot be told of others."""

    certain: set[str] = field(default_factory=set)
    unknown: dict[str, str] = field(default_factory=dict)


def uninstall_type(type_name: str, place: Place, region: str, *, is_forced: bool) -> Work:
    """Return the work that takes the type out of the region's registry."""

    def work(steps: list[Step]) -> Generator[Wait, None, Result]:
        aws = Aws(place.make, region)
        store = place.store(aws, aws.account)
        roles = role_stack_wanted(type_name, {})
        if not is_forced and see_versions(aws, type_name):
            what = f"resources of the type {type_name}"
            users = _Users()
            yield from _find_users(aws, lambda stack: use_of_type(aws, stack, type_name), what, users)
            _refuse_used(users, what, "without the type, those can be neither changed nor deleted")

        def look() -> TypeRemovalSeen:
            seen, contents = _see_store(aws, store, registry_folder(type_name))
            running = running_registrations(aws, type_name)
            return TypeRemovalSeen(
                seen, see_stack(aws, roles.name), see_versions(aws, type_name), running, contents
            )

        yield from reach(
            place, aws, look, lambda seen: plan_type_removal(type_name, store, roles, seen), steps
        )
        return {"typeName": type_name}

    return work


def uninstall_function(stack: str, place: Place, region: str, *, is_forced: bool) -> Work:
    """Return the work that removes the custom resource's function from the region."""

    def work(steps: list[Step]) -> Generator[Wait, None, Result]:
        aws = Aws(place.make, region)
        store = place.store(aws, aws.account)
        mark = mark_of(template(CUSTOM_RESOURCE).text)
        seen = see_stack(aws, stack)
        if seen and not is_forced:
            export, token = seen.parameters.get("ExportName", ""), _knowing(partial(token_of, aws, seen))
            users = _Users(set(_knowing(partial(importers, aws, export))) if export else set())
            if token:
                exports = cache(partial(exported, aws))
                yield from _find_users(
                    aws, lambda each: use_of_function(aws, each, token, exports), "the ServiceToken", users
                )
            _refuse_used(
                users,
                "the ServiceToken",
                "without the function, agents' settings can be neither changed nor given back",
            )

        def look() -> FunctionSeen:
            store_seen, contents = _see_store(aws, store, function_folder(stack))
            return FunctionSeen(store_seen, see_stack(aws, stack), contents=contents)

        yield from reach(
            place, aws, look, lambda seen: plan_function_removal(stack, mark, store, seen), steps
        )
        return {"stack": stack}

    return work


def _see_store(aws: Aws, store: StoreWanted, folder: str) -> tuple[StackSeen | None, Contents]:
    seen = None if store.named else see_stack(aws, store.stack.name)
    return seen, see_contents(aws, store.bucket(seen), folder)


def _find_users(
    aws: Aws, use: Callable[[StackListed], Use], what: str, users: _Users
) -> Generator[Wait, None, None]:
    """Look through all stacks, which takes a call or a few for each."""
    listed = stacks(aws)
    count = 0
    while stack := _knowing(partial(next, listed, None)):
        count += 1
        try:
            found = use(stack)
        except NoAccess as problem:
            if problem.code != "access-denied":
                raise
            users.unknown[stack.name] = problem.message
        else:
            if found is Use.YES:
                users.certain.add(stack.name)
            elif found is Use.UNKNOWN:
                users.unknown[stack.name] = f"in {stack.status}, and may be making a resource that uses it"
        yield Wait(0, f"look for {what} in stacks: {count}")


def _refuse_used(users: _Users, what: str, why: str) -> None:
    doubts = "; ".join(f"{name} ({reason})" for name, reason in sorted(users.unknown.items()))
    if users.certain:
        besides = f"; it cannot be told of {doubts}" if doubts else ""
        raise Refused(
            "in-use",
            f"these stacks still use {what}: {', '.join(sorted(users.certain))}; {why}{besides}",
            _GO_ON,
        )
    if doubts:
        raise Refused(
            "use-unknown",
            f"it cannot be told whether these stacks still use {what}: {doubts}; {why}",
            _FIND_OUT,
        )


def _knowing(ask: Callable[[], Found]) -> Found:
    try:
        return ask()
    except NoAccess as problem:
        raise Refused(
            "use-unknown",
            f"it cannot be found out whether stacks still use it: {problem.message}",
            "ask for that action, or go on with --force",
        ) from problem
