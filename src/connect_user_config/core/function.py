"""What is left to do for the custom resource's function to be installed, or to be gone."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .artefact import Artefact
from .calls import Content
from .names import function_folder
from .stacks import StackSeen, StackWanted, plan_stack, plan_stack_removal
from .steps import Step, upload
from .store import Contents, StoreWanted, plan_clearing, plan_store


@dataclass(frozen=True)
class FunctionWanted:
    """The function as it should be; `parameters` are those of the template that are named, instances included."""

    name: str
    mark: str
    template: Content
    parameters: Mapping[str, str]
    artefact: Artefact
    store: StoreWanted

    @property
    def key(self) -> str:
        """The key of the artefact; it holds the digest, since CloudFormation deploys anew what has another key."""
        return f"{function_folder(self.name)}{self.artefact.sha256}.zip"

    def stack(self, store: StackSeen | None) -> StackWanted:
        """Return the stack of the function."""
        code = {"CodeBucket": self.store.bucket(store).name, "CodeKey": self.key}
        return StackWanted(self.name, self.mark, self.template, {**self.parameters, **code})


@dataclass(frozen=True)
class FunctionSeen:
    """All that is known of the function in one region."""

    store: StackSeen | None = None
    stack: StackSeen | None = None
    is_uploaded: bool = False
    contents: Contents = field(default_factory=Contents)


def plan_function(wanted: FunctionWanted, seen: FunctionSeen) -> list[Step]:
    """Return the steps that are left until the function runs the artefact."""
    steps = plan_store(wanted.store, seen.store)
    if not seen.is_uploaded:
        bucket = wanted.store.bucket(seen.store)
        steps.append(upload(bucket, wanted.key, wanted.artefact.content, wanted.artefact.checksum))
    return steps + plan_stack(wanted.stack(seen.store), seen.stack)


def plan_function_removal(name: str, mark: str, store: StoreWanted, seen: FunctionSeen) -> list[Step]:
    """Return the steps that are left until nothing of the function is there."""
    return [*plan_stack_removal(name, mark, seen.stack), *plan_clearing(store, seen.store, seen.contents)]
