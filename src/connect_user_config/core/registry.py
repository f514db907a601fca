"""What is left to do for the type to be registered, with the wanted artefact as its default version, or to be gone.

Which artefact a version holds is known from the record beside the artefact (see `records`), and believed only as far as the
registry bears it out: the version must be live, with this schema, this execution role and this logging.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .artefact import Artefact
from .bucket import Bucket
from .calls import Call, Later
from .names import registry_folder
from .problems import Failed
from .records import Record
from .stacks import StackSeen, StackWanted, output, plan_stack, plan_stack_removal
from .steps import AwaitRegistration, Register, Step, Write, upload
from .store import Contents, StoreWanted, plan_clearing, plan_store

ROLE_OUTPUT: Final = "ExecutionRoleArn"
LOG_ROLE_OUTPUT: Final = "LogRoleArn"
LOG_GROUP_PARAMETER: Final = "LogGroupName"


@dataclass(frozen=True)
class TypeWanted:
    """The type as it should be registered; `client_token` is for a registration that has none yet.

    Without a `log_group` logging stays as it is; with an empty one there is none.
    """

    type_name: str
    artefact: Artefact
    store: StoreWanted
    roles: StackWanted
    log_group: str | None
    client_token: str

    @property
    def key(self) -> str:
        """The key of the artefact."""
        return f"{registry_folder(self.type_name)}{self.artefact.sha256}.zip"

    @property
    def record_key(self) -> str:
        """The key of the record beside it."""
        return f"{registry_folder(self.type_name)}{self.artefact.sha256}.json"


@dataclass(frozen=True)
class Registration:
    """How a registration stands: IN_PROGRESS, COMPLETE or FAILED."""

    status: str
    description: str = ""
    version_arn: str = ""


@dataclass(frozen=True)
class Version:
    """A live version of the type, in the words of a list."""

    arn: str
    version_id: str
    is_default: bool


@dataclass(frozen=True)
class VersionDetails:
    """What the registry tells of the version that the record names."""

    schema: Mapping[str, Any]
    role_arn: str
    logging: Mapping[str, str]


@dataclass(frozen=True)
class TypeSeen:
    """All that is known of the type in one region."""

    store: StackSeen | None = None
    roles: StackSeen | None = None
    is_uploaded: bool = False
    record: Record | None = None
    registration: Registration | None = None
    versions: tuple[Version, ...] = ()
    details: VersionDetails | None = None


def plan_type(wanted: TypeWanted, seen: TypeSeen) -> list[Step]:
    """Return the steps that are left until the artefact is the type's default version."""
    steps = [*plan_store(wanted.store, seen.store), *plan_stack(wanted.roles, seen.roles)]
    bucket = wanted.store.bucket(seen.store)
    if not seen.is_uploaded:
        steps.append(upload(bucket, wanted.key, wanted.artefact.content, wanted.artefact.checksum))
    return steps + _plan_version(wanted, seen, bucket)


def request_of(wanted: TypeWanted, seen: TypeSeen) -> dict[str, Any]:
    """Return what RegisterType is to be asked for, without the token."""
    request: dict[str, Any] = {
        "Type": "RESOURCE",
        "TypeName": wanted.type_name,
        "SchemaHandlerPackage": f"s3://{wanted.store.bucket(seen.store).name}/{wanted.key}",
        "ExecutionRoleArn": output(seen.roles, ROLE_OUTPUT, wanted.roles.name),
    }
    if log_group := log_group_of(wanted, seen):
        role = output(seen.roles, LOG_ROLE_OUTPUT, wanted.roles.name)
        request["LoggingConfig"] = {"LogRoleArn": role, "LogGroupName": log_group}
    return request


def log_group_of(wanted: TypeWanted, seen: TypeSeen) -> str:
    """Return the log group that the handlers are to write to; nothing where there is to be none."""
    if wanted.log_group is not None:
        return wanted.log_group
    return seen.roles.parameters.get(LOG_GROUP_PARAMETER, "") if seen.roles else ""


def live_version(wanted: TypeWanted, seen: TypeSeen) -> Version | None:
    """Return the live version that holds the wanted artefact, as far as record and registry agree on it."""
    request, record = request_of(wanted, seen), seen.record
    if record is None or record.request != request or not record.version_arn or seen.details is None:
        return None
    expected = VersionDetails(
        wanted.artefact.schema, request["ExecutionRoleArn"], request.get("LoggingConfig", {})
    )
    if seen.details != expected:
        return None
    return next((version for version in seen.versions if version.arn == record.version_arn), None)


def _plan_version(wanted: TypeWanted, seen: TypeSeen, bucket: Bucket) -> list[Step]:
    if version := live_version(wanted, seen):
        return [] if version.is_default else [_set_default(version.arn)]
    request, record, registration = request_of(wanted, seen), seen.record, seen.registration
    steps: list[Step] = []
    if (
        record is None
        or record.request != request
        or record.version_arn
        or (registration and registration.status == "FAILED")
    ):
        record, registration = Record(request, wanted.client_token), None
        steps.append(_note("note that the registration begins", wanted, bucket, record))
    if registration is None:
        steps.append(Register(f"register a version of {wanted.type_name}", record, bucket, wanted.record_key))
        record = record.registered(Later("RegistrationToken"))
    if registration is None or registration.status == "IN_PROGRESS":
        steps.append(
            AwaitRegistration(
                f"wait until the registry has checked {wanted.type_name}", record.registration_token
            )
        )
    arn = (registration and registration.version_arn) or Later("TypeVersionArn")
    steps.append(_note("note which version has come of it", wanted, bucket, record.completed(arn)))
    return [*steps, _set_default(arn)]


def _note(does: str, wanted: TypeWanted, bucket: Bucket, record: Record) -> Write:
    return Write(does, bucket.put(wanted.record_key, record.written(), ContentType="application/json"))


def _set_default(arn: str) -> Write:
    version = Later("the new version") if isinstance(arn, Later) else arn.rpartition("/")[2]
    return Write(
        f"make version {version} the default", Call("cloudformation", "SetTypeDefaultVersion", {"Arn": arn})
    )


@dataclass(frozen=True)
class TypeRemovalSeen:
    """All that has to go, in one region."""

    store: StackSeen | None = None
    roles: StackSeen | None = None
    versions: tuple[Version, ...] = ()
    running: tuple[str, ...] = ()
    contents: Contents = field(default_factory=Contents)


def plan_type_removal(
    type_name: str, store: StoreWanted, roles: StackWanted, seen: TypeRemovalSeen
) -> list[Step]:
    """Return the steps that are left until nothing of the type is there; Failed while a registration runs.

    The registry lets go of the default version only with the type itself, and of that only when no other version is left. The role
    goes when no version can need it any more.
    """
    if seen.running:
        raise Failed(
            "registration-running",
            f"a registration of {type_name} is under way: {', '.join(seen.running)}",
            "wait until it has ended (`connect-user-config status`), and run again",
        )
    ordered = sorted(seen.versions, key=lambda version: (version.is_default, version.version_id))
    steps: list[Step] = [_deregister(type_name, version) for version in ordered]
    steps += plan_stack_removal(roles.name, roles.mark, seen.roles)
    return steps + plan_clearing(store, seen.store, seen.contents)


def _deregister(type_name: str, version: Version) -> Write:
    if version.is_default:
        call = Call("cloudformation", "DeregisterType", {"Type": "RESOURCE", "TypeName": type_name})
        return Write(f"deregister {type_name} with its default version {version.version_id}", call)
    call = Call("cloudformation", "DeregisterType", {"Arn": version.arn})
    return Write(f"deregister version {version.version_id} of {type_name}", call)
