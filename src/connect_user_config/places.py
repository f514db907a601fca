"""Where to work, and whether for real: what the work of installing, uninstalling and looking has in common."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from .converging import converge
from .core.names import ARTEFACT_STACK, role_stack
from .core.stacks import StackWanted, mark_of
from .core.steps import Step
from .core.store import StoreWanted
from .gateways.aws import Aws, MakeSession
from .gateways.carrying_out import Wait, carry_out
from .gateways.store import check_region
from .templates import ARTEFACT_BUCKET, REGISTRY_ROLE, template

Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Place:
    """Where to work, and whether for real: `bucket` may hold {region}, and is empty for the command's own."""

    make: MakeSession
    bucket: str = ""
    bucket_owner: str = ""
    is_dry: bool = False

    def store(self, aws: Aws, account: str) -> StoreWanted:
        """Return where artefacts lie in the region; Wrong when a named bucket is not there."""
        content = template(ARTEFACT_BUCKET)
        stack = StackWanted(ARTEFACT_STACK, mark_of(content.text), content, {})
        store = StoreWanted(stack, self.bucket_owner or account, self.bucket.replace("{region}", aws.region))
        if store.named:
            check_region(aws, store.bucket(None))
        return store


def role_stack_wanted(type_name: str, parameters: Mapping[str, str]) -> StackWanted:
    """Return the stack with the type's roles."""
    content = template(REGISTRY_ROLE)
    return StackWanted(
        role_stack(type_name), mark_of(content.text), content, {"TypeName": type_name, **parameters}
    )


def reach(
    place: Place,
    aws: Aws,
    look: Callable[[], Seen],
    plan: Callable[[Seen], list[Step]],
    steps: list[Step],
) -> Generator[Wait, None, Seen]:
    """Take the steps, or in a dry run just gather them."""
    if not place.is_dry:
        return (yield from converge(look, plan, lambda step: carry_out(aws, step), steps))
    seen = look()
    steps += plan(seen)
    return seen
