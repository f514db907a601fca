"""Where artefacts lie: in a bucket that a stack of this command makes, or in one that is named."""

from dataclasses import dataclass

from .bucket import Bucket, ObjectVersion
from .stacks import StackSeen, StackWanted, output, plan_stack, plan_stack_removal
from .steps import Step, clear

BUCKET_OUTPUT = "BucketName"


@dataclass(frozen=True)
class StoreWanted:
    """The stack of the bucket, unless `named` is the bucket to use; `owner` is the bucket's account."""

    stack: StackWanted
    owner: str
    named: str = ""

    def bucket(self, seen: StackSeen | None) -> Bucket:
        """Return the bucket, or the promise of it."""
        return Bucket(self.named or output(seen, BUCKET_OUTPUT, self.stack.name), self.owner)


@dataclass(frozen=True)
class Contents:
    """What lies in one folder of the bucket, and whether there is anything besides."""

    versions: tuple[ObjectVersion, ...] = ()
    has_others: bool = False


def plan_store(wanted: StoreWanted, seen: StackSeen | None) -> list[Step]:
    """Return the steps until there is a bucket."""
    return [] if wanted.named else plan_stack(wanted.stack, seen)


def plan_clearing(wanted: StoreWanted, seen: StackSeen | None, contents: Contents) -> list[Step]:
    """Return the steps that delete what lies in the folder, and the bucket's stack unless others have something in it."""
    steps = clear(wanted.bucket(seen), contents.versions)
    if not wanted.named and not contents.has_others:
        steps += plan_stack_removal(wanted.stack.name, wanted.stack.mark, seen)
    return steps
