"""CloudFormation's registry of one region: versions of types, of which one is the default.

- The first version of a type becomes its default.
- The default version goes last ("Version '00000043' is the default version and cannot be deregistered.
  Deregister the resource type '…' instead.").
"""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import ClientError

from .answers import ACCOUNT, Refusal, page


@dataclass
class Version:
    arn: str
    properties: dict[str, Any]
    schema: str = "{}"
    live: bool = True

    @property
    def version_id(self) -> str:
        return self.arn.rpartition("/")[2]


@dataclass
class TypeRegistry:
    """`refusal` returns why it registers nothing, if it does."""

    region: str
    refusal: Callable[[], str]
    versions: dict[str, list[Version]] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)

    def live(self, type_name: str) -> list[Version]:
        return [version for version in self.versions.get(type_name, []) if version.live]

    def register(self, properties: dict[str, Any]) -> str:
        """Register a version; return its ARN."""
        type_name, schema = properties["TypeName"], "{}"
        if package := properties.get("SchemaHandlerPackage"):
            schema, reason = _read_package(package, self.region)
            if reason := self.refusal() or reason or _misnamed(schema, type_name):
                raise Refusal(reason)
        versions = self.versions.setdefault(type_name, [])
        resource = f"type/resource/{type_name.replace('::', '-')}/{len(versions) + 1:08}"
        arn = f"arn:aws:cloudformation:{self.region}:{ACCOUNT}:{resource}"
        if not self.live(type_name):
            self.defaults[type_name] = arn
        versions.append(Version(arn, properties, schema))
        return arn

    def deregister(self, arn: str, *, may_be_last: bool = False) -> None:
        type_name, version = self._find(arn)
        others = [each for each in self.live(type_name) if each is not version]
        if self.defaults[type_name] == arn and (others or not may_be_last):
            raise Refusal(
                f"Version '{version.version_id}' is the default version and cannot be deregistered. "
                f"Deregister the resource type '{type_name}' instead."
            )
        version.live = False

    def set_default(self, arn: str) -> None:
        self.defaults[self._find(arn)[0]] = arn

    def set_type_default_version(self, given: dict[str, Any]) -> dict[str, Any]:
        self.set_default(given["Arn"])
        return {}

    def deregister_type(self, given: dict[str, Any]) -> dict[str, Any]:
        self.deregister(given["Arn"])
        return {}

    def list_type_versions(self, given: dict[str, Any]) -> dict[str, Any]:
        type_name = given["TypeName"]
        summaries = [
            {
                "Type": "RESOURCE",
                "TypeName": type_name,
                "VersionId": version.version_id,
                "IsDefaultVersion": self.defaults[type_name] == version.arn,
                "Arn": version.arn,
            }
            for version in self.live(type_name)
        ]
        if not summaries:
            raise Refusal(f"The type '{type_name}' cannot be found.", "TypeNotFoundException")
        return page("TypeVersionSummaries", summaries, given)

    def describe_type(self, given: dict[str, Any]) -> dict[str, Any]:
        _, version = self._find(f"{given['Arn']}/{given['VersionId']}")
        return {
            "Arn": version.arn,
            "Type": "RESOURCE",
            "Schema": version.schema,
            "DeprecatedStatus": "LIVE",
            "ExecutionRoleArn": version.properties["ExecutionRoleArn"],
        }

    def _find(self, arn: str) -> tuple[str, Version]:
        for type_name in self.versions:
            for version in self.live(type_name):
                if version.arn == arn:
                    return type_name, version
        raise Refusal(f"The type '{arn}' cannot be found.", "TypeNotFoundException")


def _read_package(url: str, region: str) -> tuple[str, str]:
    """Return the schema in the package, and a reason why it cannot be had."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    try:
        body = boto3.client("s3", region_name=region).get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        return "", f"The package cannot be read: {error}"
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        return package.read("schema.json").decode(), ""


def _misnamed(schema: str, type_name: str) -> str:
    found = json.loads(schema)["typeName"]
    return "" if found == type_name else f"Schema is of {found}, not of {type_name}"
