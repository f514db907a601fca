"""The work of uninstalling, for one region: first who still uses it, then the plan."""

import itertools
from collections.abc import Callable, Generator
from functools import partial
from typing import TypeVar

from .core.function import FunctionSeen, plan_function_removal
from .core.names import function_folder, registry_folder
from .core.problems import NoAccess, Refused
from .core.registry import TypeRemovalSeen, plan_type_removal
from .core.stacks import StackSeen, mark_of
from .core.steps import Step
from .core.store import Contents, StoreWanted
from .gateways.aws import Aws
from .gateways.carrying_out import Wait
from .gateways.registry import running_registrations, see_versions
from .gateways.stacks import has_resource_of, importers, see_stack, spells_out, stacks
from .gateways.store import see_contents
from .places import Place, reach, role_stack_wanted
from .regions import Result, Work
from .templates import CUSTOM_RESOURCE, template

Found = TypeVar("Found")
_GO_ON = "remove it from those stacks first, or go on with --force"


def uninstall_type(type_name: str, place: Place, region: str, *, is_forced: bool) -> Work:
    """Return the work that takes the type out of the region's registry."""

    def work(steps: list[Step]) -> Generator[Wait, None, Result]:
        aws = Aws(place.make, region)
        store = place.store(aws, aws.account)
        roles = role_stack_wanted(type_name, {})
        if not is_forced and see_versions(aws, type_name):
            what = f"resources of the type {type_name}"
            users = yield from _find_users(aws, lambda stack: has_resource_of(aws, stack, type_name), what)
            _refuse_used(users, what, "without the type, those can be neither changed nor deleted")

        def look() -> TypeRemovalSeen:
            seen, contents = _see_store(aws, store, registry_folder(type_name))
            running = running_registrations(aws, type_name)
            return TypeRemovalSeen(seen, see_stack(aws, roles.name), see_versions(aws, type_name), running, contents)

        yield from reach(place, aws, look, lambda seen: plan_type_removal(type_name, store, roles, seen), steps)
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
            export, token = seen.parameters.get("ExportName", ""), seen.outputs.get("ServiceToken", "")
            users = _knowing(partial(importers, aws, export)) if export else []
            if token:
                users += yield from _find_users(aws, lambda each: spells_out(aws, each, token), "the ServiceToken")
            _refuse_used(users, "the ServiceToken", "without the function, agents' settings can be neither changed nor given back")

        def look() -> FunctionSeen:
            store_seen, contents = _see_store(aws, store, function_folder(stack))
            return FunctionSeen(store_seen, see_stack(aws, stack), contents=contents)

        yield from reach(place, aws, look, lambda seen: plan_function_removal(stack, mark, store, seen), steps)
        return {"stack": stack}

    return work


def _see_store(aws: Aws, store: StoreWanted, folder: str) -> tuple[StackSeen | None, Contents]:
    seen = None if store.named else see_stack(aws, store.stack.name)
    return seen, see_contents(aws, store.bucket(seen), folder)


def _find_users(aws: Aws, uses: Callable[[str], bool], what: str) -> Generator[Wait, None, list[str]]:
    """Look through all stacks, which takes a call or two for each."""
    looked, users = stacks(aws), []
    for count in itertools.count(1):
        found = _knowing(partial(next, looked, None))
        if found is None:
            break
        name, stack_id = found
        if _knowing(partial(uses, stack_id)):
            users.append(name)
        yield Wait(0, f"look for {what} in stacks: {count}")
    return users


def _refuse_used(users: list[str], what: str, why: str) -> None:
    if users:
        names = ", ".join(sorted(set(users)))
        raise Refused("in-use", f"these stacks still use {what}: {names}; {why}", _GO_ON)


def _knowing(ask: Callable[[], Found]) -> Found:
    try:
        return ask()
    except NoAccess as problem:
        raise Refused(
            "use-unknown",
            f"it cannot be found out whether stacks still use it: {problem.message}",
            "ask for that action, or go on with --force",
        ) from problem
