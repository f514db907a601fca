"""The bucket with the artefacts, as S3 shows it."""

from typing import Any, Final

from ..core.artefact import Artefact
from ..core.bucket import Bucket, ObjectVersion
from ..core.calls import is_settled
from ..core.problems import Problem, Wrong
from ..core.records import Record
from ..core.store import Contents
from .aws import Aws
from .errors import code_of

_MISSING: Final = {"404", "NoSuchKey", "NoSuchBucket", "NotFound"}
_DEFAULT_REGION: Final = "us-east-1"
"""Where a bucket lies whose location has no name."""


def is_uploaded(aws: Aws, bucket: Bucket, key: str, artefact: Artefact) -> bool:
    """Tell whether the artefact lies there, whole: S3 itself vouches for the checksum."""
    told = _read_object(aws, "HeadObject", bucket, key, ChecksumMode="ENABLED")
    return bool(told) and told.get("ChecksumSHA256") == artefact.checksum


def read_record(aws: Aws, bucket: Bucket, key: str) -> Record | None:
    """Return the record; None when there is none."""
    told = _read_object(aws, "GetObject", bucket, key)
    return Record.read(told["Body"].read()) if told else None


def see_contents(aws: Aws, bucket: Bucket, folder: str) -> Contents:
    """Return what lies in the folder, and whether anything lies elsewhere in the bucket."""
    if not is_settled(bucket.name):
        return Contents()
    versions: list[ObjectVersion] = []
    try:
        for page in aws.pages(
            "s3", "ListObjectVersions", Bucket=bucket.name, ExpectedBucketOwner=bucket.owner
        ):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            versions += [ObjectVersion(each["Key"], each["VersionId"]) for each in found]
    except Problem as problem:
        if code_of(problem) in _MISSING:
            return Contents()
        raise
    ours = tuple(each for each in versions if each.key.startswith(folder))
    return Contents(ours, has_others=len(ours) < len(versions))


def check_region(aws: Aws, bucket: Bucket) -> None:
    """Raise Wrong when a named bucket is not there, or not in this region: Lambda takes code from its own region only."""
    try:
        told = aws.read("s3", "GetBucketLocation", Bucket=bucket.name, ExpectedBucketOwner=bucket.owner)
    except Problem as problem:
        if code_of(problem) in _MISSING:
            raise Wrong(
                "no-such-bucket", f"there is no bucket {bucket.name}", "make it, or leave --bucket out"
            ) from problem
        raise
    region = told.get("LocationConstraint") or _DEFAULT_REGION
    if region != aws.region:
        advice = "name a bucket of each region ({region} in --bucket stands for it), or leave --bucket out"
        raise Wrong("bucket-elsewhere", f"bucket {bucket.name} is in {region}, not in {aws.region}", advice)


def _read_object(aws: Aws, operation: str, bucket: Bucket, key: str, **parameters: str) -> dict[str, Any]:
    if not is_settled(bucket.name):
        return {}
    try:
        return aws.read(
            "s3", operation, Bucket=bucket.name, Key=key, ExpectedBucketOwner=bucket.owner, **parameters
        )
    except Problem as problem:
        if code_of(problem) in _MISSING:
            return {}
        raise


def keys(aws: Aws, bucket: Bucket, folder: str) -> list[str]:
    """Return the keys of the folder; none when there is no bucket."""
    if not is_settled(bucket.name):
        return []
    pages = aws.pages(
        "s3", "ListObjectsV2", Bucket=bucket.name, Prefix=folder, ExpectedBucketOwner=bucket.owner
    )
    return [each["Key"] for page in pages for each in page.get("Contents", [])]
