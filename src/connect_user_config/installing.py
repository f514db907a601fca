"""The work of installing, for one region: what to look at, which plan it gives, and what there is to tell in the end."""

import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace

from .core.artefact import Artefact
from .core.function import FunctionSeen, FunctionWanted, plan_function
from .core.instances import check_account
from .core.registry import (
    LOG_GROUP_PARAMETER,
    ROLE_OUTPUT,
    TypeSeen,
    TypeWanted,
    live_version,
    log_group_of,
    plan_type,
)
from .core.stacks import mark_of
from .core.steps import Step
from .gateways.aws import Aws
from .gateways.carrying_out import Wait
from .gateways.registry import see_details, see_registration, see_versions
from .gateways.stacks import see_stack
from .gateways.store import is_uploaded, read_record
from .places import Place, reach, role_stack_wanted
from .regions import Result, Work
from .templates import CUSTOM_RESOURCE, template


@dataclass(frozen=True)
class TypeRequest:
    """The type to register; without `instances` or a `log_group`, what an earlier run has set up stays."""

    type_name: str
    artefact: Artefact
    instances: Mapping[str, tuple[str, ...]]
    log_group: str | None = None


@dataclass(frozen=True)
class FunctionRequest:
    """The function to install; `parameters` are further ones of its template."""

    stack: str
    artefact: Artefact
    instances: Mapping[str, tuple[str, ...]]
    parameters: Mapping[str, str]


def install_type(request: TypeRequest, place: Place, region: str) -> Work:
    """Return the work that registers the type in the region."""

    def work(steps: list[Step]) -> Generator[Wait, None, Result]:
        aws = Aws(place.make, region)
        account = aws.account
        instances = request.instances.get(region, ())
        check_account(instances, account)
        parameters = {"InstanceArns": ",".join(instances)} if instances else {}
        if request.log_group is not None:
            parameters[LOG_GROUP_PARAMETER] = request.log_group
        roles = role_stack_wanted(request.type_name, parameters)
        store = place.store(aws, account)
        wanted = TypeWanted(
            request.type_name, request.artefact, store, roles, request.log_group, str(uuid.uuid4())
        )
        seen = yield from reach(
            place, aws, lambda: see_type(aws, wanted), lambda seen: plan_type(wanted, seen), steps
        )
        return _told_of_type(wanted, seen)

    return work


def install_function(request: FunctionRequest, place: Place, region: str) -> Work:
    """Return the work that installs the custom resource's function in the region."""

    def work(steps: list[Step]) -> Generator[Wait, None, Result]:
        aws = Aws(place.make, region)
        account = aws.account
        instances = request.instances[region]
        check_account(instances, account)
        content = template(CUSTOM_RESOURCE)
        parameters = {**request.parameters, "InstanceArns": ",".join(instances)}
        store = place.store(aws, account)
        wanted = FunctionWanted(
            request.stack, mark_of(content.text), content, parameters, request.artefact, store
        )
        seen = yield from reach(
            place, aws, lambda: see_function(aws, wanted), lambda seen: plan_function(wanted, seen), steps
        )
        return _told_of_function(wanted, seen)

    return work


def see_type(aws: Aws, wanted: TypeWanted) -> TypeSeen:
    """Look at all that makes up the registered type."""
    store = None if wanted.store.named else see_stack(aws, wanted.store.stack.name)
    bucket = wanted.store.bucket(store)
    record = read_record(aws, bucket, wanted.record_key)
    seen = TypeSeen(
        store=store,
        roles=see_stack(aws, wanted.roles.name),
        is_uploaded=is_uploaded(aws, bucket, wanted.key, wanted.artefact),
        record=record,
        versions=see_versions(aws, wanted.type_name),
    )
    if record and record.version_arn:
        return replace(seen, details=see_details(aws, record.version_arn))
    if record and record.registration_token:
        return replace(seen, registration=see_registration(aws, record.registration_token))
    return seen


def see_function(aws: Aws, wanted: FunctionWanted) -> FunctionSeen:
    """Look at all that makes up the installed function."""
    store = None if wanted.store.named else see_stack(aws, wanted.store.stack.name)
    uploaded = is_uploaded(aws, wanted.store.bucket(store), wanted.key, wanted.artefact)
    return FunctionSeen(store, see_stack(aws, wanted.name), uploaded)


def _told_of_type(wanted: TypeWanted, seen: TypeSeen) -> Result:
    version = live_version(wanted, seen)
    return {
        "typeName": wanted.type_name,
        "typeVersionArn": version.arn if version else None,
        "versionId": version.version_id if version else None,
        "artefact": f"s3://{wanted.store.bucket(seen.store).name}/{wanted.key}",
        "artefactSha256": wanted.artefact.sha256,
        "roleStack": wanted.roles.name,
        "executionRoleArn": seen.roles.outputs.get(ROLE_OUTPUT) if seen.roles else None,
        "logGroup": log_group_of(wanted, seen) or None,
    }


def _told_of_function(wanted: FunctionWanted, seen: FunctionSeen) -> Result:
    outputs, parameters = (
        (seen.stack.outputs, seen.stack.parameters) if seen.stack else ({}, wanted.parameters)
    )
    return {
        "serviceToken": outputs.get("ServiceToken"),
        "exportName": parameters.get("ExportName"),
        "stack": wanted.name,
        "instances": wanted.parameters["InstanceArns"].split(","),
        "artefact": f"s3://{wanted.store.bucket(seen.store).name}/{wanted.key}",
        "artefactSha256": wanted.artefact.sha256,
        "logGroup": outputs.get("LogGroup"),
    }
