"""A registry for boto3 clients of one process, where neither moto nor ministack has one; and ListImports, which moto lacks.

Requests reach it after botocore's own validation, and its answers are held to botocore's model as `Stubber` holds them: members,
types, and besides (which neither does) the patterns of strings. Everything else that a test sees of AWS comes from moto.

Rules with a source other than the model: the default version is not deregistered by its ARN ("Version '00000043' is the default
version and cannot be deregistered. Deregister the resource type '…' instead."); a type that is not there "cannot be found".
"""

import ast
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError
from botocore.model import OperationModel, Shape, StructureShape
from botocore.validate import ParamValidator

ACCOUNT = "123456789012"
PREFIX = "cloudformation"
PAGE = 2
"""Entries of a list a page: few, so that somebody who reads one page only is found out."""


class RegistryError(Exception):
    def __init__(self, message: str, code: str = "CFNRegistryException") -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Version:
    arn: str
    version_id: str
    schema: str
    request: dict[str, Any]
    live: bool = True


@dataclass
class Registration:
    type_name: str
    client_token: str
    request: dict[str, Any]
    polls_left: int
    status: str = "IN_PROGRESS"
    description: str = "Deployment is currently in IN_PROGRESS"
    version_arn: str = ""


@dataclass
class Region:
    versions: dict[str, list[Version]] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    registrations: dict[str, Registration] = field(default_factory=dict)


@dataclass
class RegistryDouble:
    """The registries of all regions; `polls` is how many calls a registration takes, `refusal` fails the next ones."""

    polls: int = 5
    refusal: str = ""
    mends_lists: bool = True
    imports: dict[str, list[str]] = field(default_factory=dict)
    regions: dict[str, Region] = field(default_factory=dict)
    calls: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    before: Callable[[str, str, dict[str, Any]], None] = lambda region, operation, parameters: None

    def watch(self, session: boto3.Session) -> None:
        """Answer the registry calls of clients that the session makes from now on, and note every call of any service."""
        events = session.events
        events.register_first("before-parameter-build", self._note)
        if self.mends_lists:
            events.register("after-call.cloudformation.DescribeStacks", _mend_lists)
        for operation in (
            "RegisterType",
            "DescribeTypeRegistration",
            "SetTypeDefaultVersion",
            "DeregisterType",
            "ListTypeVersions",
            "ListTypeRegistrations",
            "DescribeType",
            "ListImports",
        ):
            events.register(f"before-call.{PREFIX}.{operation}", self._answer)

    def called(self, operation: str) -> list[dict[str, Any]]:
        return [parameters for _, name, parameters in self.calls if name.partition(":")[2] == operation]

    def _note(self, params: dict[str, Any], model: OperationModel, context: dict[str, Any], **_: Any) -> None:
        service = model.service_model.endpoint_prefix
        context["given"] = dict(params)
        self.calls.append((context["client_region"], f"{service}:{model.name}", dict(params)))
        self.before(context["client_region"], f"{service}:{model.name}", dict(params))

    def _answer(
        self, model: OperationModel, context: dict[str, Any], **_: Any
    ) -> tuple[AWSResponse, dict[str, Any]]:
        name, given = context["client_region"], context["given"]
        keep_to_patterns(given, model.input_shape, f"{model.name} request")
        region = self.regions.setdefault(name, Region())
        for registration in region.registrations.values():
            # A registration goes on whether somebody asks for it or not.
            self._advance(region, name, registration)
        try:
            answer = getattr(self, xform_name(model.name))(region, name, given)
        except RegistryError as error:
            told = {
                "Error": {"Code": error.code, "Message": str(error)},
                "ResponseMetadata": {"HTTPStatusCode": 400},
            }
            return AWSResponse("", 400, {}, None), told
        if model.output_shape:
            report = ParamValidator().validate(answer, model.output_shape)
            assert not report.has_errors(), report.generate_report()
            keep_to_patterns(answer, model.output_shape, f"{model.name} response")
        return AWSResponse("", 200, {}, None), {**answer, "ResponseMetadata": {"HTTPStatusCode": 200}}

    def register_type(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        type_name, token = given["TypeName"], given["ClientRequestToken"]
        if type_name.partition("::")[0] in {"Alexa", "AMZN", "Amazon", "AWS", "Custom", "Dev"}:
            raise RegistryError(f"Namespace of {type_name} is reserved")
        for registration_token, earlier in region.registrations.items():
            if earlier.client_token == token:
                assert {**earlier.request, "ClientRequestToken": token} == given, "one token for two requests"
                return {"RegistrationToken": registration_token}
        registration_token = f"registration-{name}-{len(region.registrations) + 1}"
        request = {key: value for key, value in given.items() if key != "ClientRequestToken"}
        region.registrations[registration_token] = Registration(type_name, token, request, self.polls)
        return {"RegistrationToken": registration_token}

    def describe_type_registration(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        registration = region.registrations.get(given["RegistrationToken"])
        if registration is None:
            raise RegistryError("No registration with that token")
        told = {"ProgressStatus": registration.status, "Description": registration.description}
        if registration.version_arn:
            told |= {
                "TypeArn": registration.version_arn.rpartition("/")[0],
                "TypeVersionArn": registration.version_arn,
            }
        return told

    def set_type_default_version(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        type_name, version = self._version(region, given["Arn"])
        region.defaults[type_name] = version.arn
        return {}

    def deregister_type(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        if "Arn" in given:
            type_name, version = self._version(region, given["Arn"])
            if region.defaults[type_name] == version.arn:
                raise RegistryError(
                    f"Version '{version.version_id}' is the default version and cannot be deregistered. "
                    f"Deregister the resource type '{type_name}' instead."
                )
            version.live = False
            return {}
        live = self._live(region, given["TypeName"])
        if len(live) > 1:
            raise RegistryError(f"{given['TypeName']} has other active versions")
        live[0].live = False
        return {}

    def list_type_versions(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        summaries = [
            {
                "Type": "RESOURCE",
                "TypeName": given["TypeName"],
                "VersionId": version.version_id,
                "IsDefaultVersion": region.defaults[given["TypeName"]] == version.arn,
                "Arn": version.arn,
            }
            for version in self._live(region, given["TypeName"])
        ]
        return page("TypeVersionSummaries", summaries, given)

    def list_type_registrations(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        tokens = [
            token
            for token, registration in region.registrations.items()
            if registration.type_name == given["TypeName"]
            and registration.status == given["RegistrationStatusFilter"]
        ]
        return page("RegistrationTokenList", tokens, given)

    def describe_type(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        _, version = self._version(region, f"{given['Arn']}/{given['VersionId']}", live=False)
        return {
            "Arn": version.arn,
            "Type": "RESOURCE",
            "Schema": version.schema,
            "DeprecatedStatus": "LIVE" if version.live else "DEPRECATED",
            "ExecutionRoleArn": version.request["ExecutionRoleArn"],
            **(
                {"LoggingConfig": version.request["LoggingConfig"]}
                if "LoggingConfig" in version.request
                else {}
            ),
        }

    def list_imports(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        importers = self.imports.get(given["ExportName"], [])
        if not importers:
            raise RegistryError(
                f"Export '{given['ExportName']}' is not imported by any stack.", "ValidationError"
            )
        return page("Imports", importers, given)

    def _advance(self, region: Region, name: str, registration: Registration) -> None:
        registration.polls_left -= 1
        if registration.polls_left >= 0 or registration.status != "IN_PROGRESS":
            return
        schema, reason = read_package(registration.request["SchemaHandlerPackage"], name)
        if reason := self.refusal or reason or misnamed(schema, registration.type_name):
            registration.status, registration.description = "FAILED", reason
            return
        versions = region.versions.setdefault(registration.type_name, [])
        hyphenated = registration.type_name.replace("::", "-")
        arn = f"arn:aws:cloudformation:{name}:{ACCOUNT}:type/resource/{hyphenated}/{len(versions) + 1:08}"
        # Only the first of a type becomes its default by itself.
        if not any(version.live for version in versions):
            region.defaults[registration.type_name] = arn
        versions.append(Version(arn, arn.rpartition("/")[2], schema, registration.request))
        registration.status, registration.version_arn = "COMPLETE", arn
        registration.description = "Deployment is currently in DEPLOY_STAGE of status COMPLETED"

    def _live(self, region: Region, type_name: str) -> list[Version]:
        live = [version for version in region.versions.get(type_name, []) if version.live]
        if not live:
            raise RegistryError(f"The type '{type_name}' cannot be found.", "TypeNotFoundException")
        return live

    def _version(self, region: Region, arn: str, *, live: bool = True) -> tuple[str, Version]:
        for type_name, versions in region.versions.items():
            for version in versions:
                if version.arn == arn and (version.live or not live):
                    return type_name, version
        raise RegistryError(f"The type '{arn}' cannot be found.", "TypeNotFoundException")


def _mend_lists(parsed: dict[str, Any], **_: Any) -> None:
    """moto shows a list as Python writes it; CloudFormation shows it as it was given."""
    for stack in parsed.get("Stacks", []):
        for parameter in stack.get("Parameters", []):
            if parameter["ParameterValue"].startswith("["):
                parameter["ParameterValue"] = ",".join(ast.literal_eval(parameter["ParameterValue"]))


def page(name: str, entries: list[Any], given: dict[str, Any]) -> dict[str, Any]:
    start = int(given.get("NextToken", 0))
    more = {"NextToken": str(start + PAGE)} if start + PAGE < len(entries) else {}
    return {name: entries[start : start + PAGE], **more}


def read_package(url: str, region: str) -> tuple[str, str]:
    """Return the schema in the package, and a reason why it cannot be had."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    try:
        body = boto3.client("s3", region_name=region).get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        return "", f"The package cannot be read: {error}"
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        return package.read("schema.json").decode(), ""


def misnamed(schema: str, type_name: str) -> str:
    found = json.loads(schema)["typeName"]
    return "" if found == type_name else f"Schema is of {found}, not of {type_name}"


def keep_to_patterns(value: Any, shape: Shape, where: str) -> None:
    """Insist that strings match the patterns of the model."""
    if isinstance(shape, StructureShape):
        for name, each in value.items():
            keep_to_patterns(each, shape.members[name], f"{where}.{name}")
    elif shape.type_name == "list":
        for each in value:
            keep_to_patterns(each, shape.member, where)
    elif isinstance(value, str) and (pattern := shape.metadata.get("pattern")):
        assert re.fullmatch(pattern, value), f"{where}: {value!r} does not match {pattern}"
