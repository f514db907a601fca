"""The artefacts that the distribution holds, or a file that is named; and the bucket that they are uploaded
to.
"""

import base64
import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from ..aws.region import Region
from ..problems import Failed, Problem, UsageError
from . import stacks

REGISTRY: Final = "registry.zip"
"""The one artefact of the distribution: the registry's, which holds the function's as its code."""
STACK: Final = "connect-user-config-artefacts"
_FOLDER: Final = "connect-user-config"
_CODE: Final = "ResourceProvider.zip"
_HANDLER: Final = "custom_connect_userconfig/custom_resource/__init__.py"
_NAMED_IN: Final = (".rpdk-config", "schema.json")
"""Files of the registry's artefact that bear the name of the type."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold."""
_MISSING: Final = {"404", "NoSuchKey", "NoSuchBucket", "NotFound"}
_DEFAULT_REGION: Final = "us-east-1"
"""Where a bucket lies whose location has no name."""


@dataclass(frozen=True)
class Artefact:
    """A zip in memory."""

    data: bytes

    @property
    def sha256(self) -> str:
        """The SHA-256 in hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def key(self) -> str:
        """The key under which it is uploaded: another artefact never overwrites it."""
        return f"{_FOLDER}/{self.sha256}.zip"


def function(path: Path | None = None) -> Artefact:
    """Return the function's artefact, by itself or out of the registry's; UsageError if the file does not
    hold the function.
    """
    data, where = _read(path)
    data = _members(data, where).get(_CODE, data)
    if _HANDLER not in _members(data, where):
        raise UsageError(
            "other-artefact", f"{where} does not hold {_HANDLER}: it is not the function", "name another file"
        )
    return Artefact(data)


def registry(type_name: str, path: Path | None = None) -> Artefact:
    """Return the registry's artefact under the name of the type; UsageError if the file is not one.

    The code inside is the same bytes under every name. The members are stored, not compressed, so that the
    bytes, and with them the digest, are the same on every machine.
    """
    data, where = _read(path)
    members = _members(data, where)
    for name in _NAMED_IN:
        members[name] = _renamed(members.get(name), name, where, type_name)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as packed:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            packed.writestr(entry, members[name])
    return Artefact(target.getvalue())


def _renamed(content: bytes | None, name: str, where: str, type_name: str) -> bytes:
    try:
        found: dict[str, Any] = json.loads(content or b"")
        found["typeName"] = type_name
    except (ValueError, TypeError) as error:
        raise UsageError(
            "bad-artefact", f"{where} has no {name} that can be read", "name another file"
        ) from error
    return json.dumps(found, indent=4, ensure_ascii=False).encode()


def _read(path: Path | None) -> tuple[bytes, str]:
    where = str(path or REGISTRY)
    try:
        return (path or files(__package__).joinpath("artefacts", REGISTRY)).read_bytes(), where
    except OSError as error:
        advice = "name another file with --artefact" if path else "in a clone, build it first: make package"
        raise UsageError("no-artefact", f"{where} cannot be read ({error.strerror})", advice) from error


def _members(data: bytes, where: str) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return {name: packed.read(name) for name in packed.namelist()}
    except zipfile.BadZipFile as error:
        raise UsageError("bad-artefact", f"{where} is not a whole zip", "name another file") from error


@dataclass(frozen=True)
class BucketChoice:
    """The bucket for artefacts: one that is `named` ({region} in it stands for the region), or a stack's of
    the installer.
    """

    named: str = ""
    owner: str = ""
    """The account of the bucket, if it is another one: every call insists on it, since names of buckets are
    the world's.
    """

    def upload(self, region: Region, artefact: Artefact) -> str:
        """Upload the artefact unless it is there, and return the name of the bucket; empty if a dry run would
        make it. UsageError if a named bucket is missing, or lies in another region.
        """
        owner = self.owner or region.account
        bucket = self._name_in(region, owner)
        checksum = base64.b64encode(bytes.fromhex(artefact.sha256)).decode("ascii")
        if not bucket or not _is_there(region, bucket, owner, artefact.key, checksum):
            region.change(
                f"upload {artefact.key}",
                "s3",
                "PutObject",
                Bucket=bucket or f"(made by stack {STACK})",
                Key=artefact.key,
                Body=artefact.data,
                ContentType="application/zip",
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=checksum,
                ExpectedBucketOwner=owner,
            )
        return bucket

    def _name_in(self, region: Region, owner: str) -> str:
        if not self.named:
            stack = stacks.deploy(region, STACK, stacks.ARTEFACT_BUCKET, {})
            return stack.outputs.get("BucketName", "")
        name = self.named.replace("{region}", region.name)
        lies_in = _location(region, name, owner)
        if lies_in != region.name:
            raise UsageError(
                "bucket-elsewhere",
                f"bucket {name} is in {lies_in}, not in {region.name}",
                "name a bucket of each region ({region} in --bucket stands for it), or leave --bucket out",
            )
        return name


def _location(region: Region, bucket: str, owner: str) -> str:
    try:
        told = region.read("s3", "GetBucketLocation", Bucket=bucket, ExpectedBucketOwner=owner)
    except Failed as problem:
        if problem.code in _MISSING:
            advice = "make it, or leave --bucket out"
            raise UsageError("no-such-bucket", f"there is no bucket {bucket}", advice) from problem
        raise
    return str(told.get("LocationConstraint") or _DEFAULT_REGION)


def _is_there(region: Region, bucket: str, owner: str, key: str, checksum: str) -> bool:
    """Return whether the artefact lies there, whole: S3 itself vouches for the checksum."""
    try:
        told = region.read(
            "s3", "HeadObject", Bucket=bucket, Key=key, ExpectedBucketOwner=owner, ChecksumMode="ENABLED"
        )
    except Problem as problem:
        if problem.code in _MISSING:
            return False
        raise
    return bool(told.get("ChecksumSHA256") == checksum)


def remove_unused_bucket(region: Region, removed: str) -> None:
    """Empty the bucket of the installer's own stack and delete the stack, unless anything but the `removed`
    stack is installed in the region, or an organisation reads from the bucket.
    """
    installed = stacks.installed(region)
    flavours = [*installed[stacks.CUSTOM_RESOURCE], *installed[stacks.REGISTRY]]
    if any(stack.name != removed for stack in flavours):
        return
    stack = stacks.find(region, STACK, stacks.ARTEFACT_BUCKET)
    if stack is None or stack.parameters.get("OrganizationId"):
        return
    if bucket := stack.outputs.get("BucketName"):
        _empty(region, bucket)
    stacks.delete(region, STACK, stacks.ARTEFACT_BUCKET)


def _empty(region: Region, bucket: str) -> None:
    account = region.account
    for page in region.pages("s3", "ListObjectVersions", Bucket=bucket, ExpectedBucketOwner=account):
        found: list[dict[str, str]] = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if not found:
            continue
        objects = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
        told = region.change(
            f"delete {len(objects)} artefacts",
            "s3",
            "DeleteObjects",
            Bucket=bucket,
            Delete={"Objects": objects, "Quiet": True},
            ExpectedBucketOwner=account,
        )
        # DeleteObjects succeeds as a call even if it deletes nothing.
        if refused := told.get("Errors"):
            first = f"{refused[0].get('Key')} first: {refused[0].get('Message')}"
            raise Failed("not-deleted", f"S3 did not delete {len(refused)} artefacts, {first}", "run again")
