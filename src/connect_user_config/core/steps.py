"""The steps that a plan is made of. Each says what it does and which calls it makes, so that a dry run can print both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .bucket import MOST_AT_ONCE, Bucket, ObjectVersion
from .calls import Call, Content, Later
from .records import Record


@dataclass(frozen=True)
class Write:
    """One call that changes something; `is_proven` where its success says all, whatever reads show afterwards."""

    does: str
    call: Call
    is_proven: bool = False

    @property
    def calls(self) -> tuple[Call, ...]:
        """The call."""
        return (self.call,)


@dataclass(frozen=True)
class AwaitStack:
    """Wait until an operation on a stack has ended well, or until the stack is gone."""

    does: str
    stack: str
    is_to_go: bool = False

    @property
    def calls(self) -> tuple[Call, ...]:
        """What is asked again and again."""
        return (Call("cloudformation", "DescribeStacks", {"StackName": self.stack}),)


@dataclass(frozen=True)
class Register:
    """Register a version, then note the token of the registration: only the answer holds it."""

    does: str
    record: Record
    bucket: Bucket
    key: str

    @property
    def registration(self) -> Call:
        """The call that registers."""
        return Call(
            "cloudformation",
            "RegisterType",
            {**self.record.request, "ClientRequestToken": self.record.client_token},
        )

    def note(self, token: str) -> Call:
        """The call that notes the token of the registration."""
        return self.bucket.put(
            self.key, self.record.registered(token).written(), ContentType="application/json"
        )

    @property
    def calls(self) -> tuple[Call, ...]:
        """Both."""
        return (self.registration, self.note(Later("RegistrationToken")))


@dataclass(frozen=True)
class AwaitRegistration:
    """Wait until the registry has accepted a version."""

    does: str
    token: str

    @property
    def calls(self) -> tuple[Call, ...]:
        """What is asked again and again."""
        return (Call("cloudformation", "DescribeTypeRegistration", {"RegistrationToken": self.token}),)


Step = Write | AwaitStack | Register | AwaitRegistration


def shown(step: Step) -> dict[str, Any]:
    """Return the step as JSON shows it."""
    return {"does": step.does, "calls": [call.shown() for call in step.calls]}


def upload(bucket: Bucket, key: str, artefact: Content, checksum: str) -> Write:
    """Return the step that uploads an artefact; S3 itself checks what arrives against the SHA-256 (base64)."""
    call = bucket.put(
        key, artefact, ContentType="application/zip", ChecksumAlgorithm="SHA256", ChecksumSHA256=checksum
    )
    return Write(f"upload {artefact.name} to s3://{bucket.name}/{key}", call)


def clear(bucket: Bucket, versions: Sequence[ObjectVersion]) -> list[Step]:
    """Return the steps that delete these versions of objects for good."""
    some = [versions[start : start + MOST_AT_ONCE] for start in range(0, len(versions), MOST_AT_ONCE)]
    return [
        Write(f"delete {len(each)} versions of objects from s3://{bucket.name}", bucket.delete(each))
        for each in some
    ]
