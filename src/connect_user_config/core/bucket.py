"""The calls on the bucket that holds the artefacts.

Every one of them names the account that the bucket must belong to: names of buckets are the world's, and somebody else may have
taken one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .calls import Call, Content

MOST_AT_ONCE: Final = 1000
"""Objects that one DeleteObjects takes."""


@dataclass(frozen=True)
class ObjectVersion:
    """One version of an object, or a delete marker."""

    key: str
    version_id: str


@dataclass(frozen=True)
class Bucket:
    """A bucket and its owner's account."""

    name: str
    owner: str

    def put(self, key: str, content: Content, **options: str) -> Call:
        """The call that writes an object."""
        parameters = {
            "Bucket": self.name,
            "Key": key,
            "Body": content,
            "ExpectedBucketOwner": self.owner,
            **options,
        }
        return Call("s3", "PutObject", parameters)

    def delete(self, versions: Sequence[ObjectVersion]) -> Call:
        """The call that deletes these versions of objects for good."""
        objects = [{"Key": each.key, "VersionId": each.version_id} for each in versions]
        parameters = {
            "Bucket": self.name,
            "Delete": {"Objects": objects, "Quiet": True},
            "ExpectedBucketOwner": self.owner,
        }
        return Call("s3", "DeleteObjects", parameters)
