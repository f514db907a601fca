"""Creates instances and users with fixed identifiers from a JSON document.

`cli` (`--seed FILE.json`) and `control` (`POST /connect-local/seed`) use it. The document:

    {"instances": [{"id": "…", "routing_profiles": [{"name": "…", "id": "…"}],
                    "security_profiles": [{"name": "…", "id": "…"}],
                    "hierarchy_groups": [{"name": "…", "id": "…", "parent": "…"}],
                    "users": [{"username": "…", "id": "…", "tags": {…}, "phone_config": {…},
                               "system_tags": {"aws:…": …}, "RoutingProfileId": "…",
                               "AutoAcceptConfigs": […]}]}]}

Only `username` and `name` are required. `parent` is the id of the group above. A user may have any other
member of `CreateUser` too. If anything is wrong, nothing is created, and the error says where it stands.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, cast

from jsonschema import Draft7Validator
from moto.core.exceptions import JsonRESTError
from moto.core.utils import get_service_model

from .administration import Administration

CREATORS: Mapping[str, Callable[..., tuple[str, str]]] = {
    "routing_profiles": Administration.create_routing_profile,
    "security_profiles": Administration.create_security_profile,
    "hierarchy_groups": Administration.create_hierarchy_group,
}


def _closed(required: tuple[str, ...] = (), **members: object) -> dict[str, object]:
    return {"type": "object", "required": required, "properties": members, "additionalProperties": False}


def _list_of(item: object) -> dict[str, object]:
    return {"type": "array", "items": item}


_TEXT: Final = {"type": "string", "minLength": 1}
_NAMED: Final = _closed(("name",), id=_TEXT, name=_TEXT)
_GROUP: Final = _closed(("name",), id=_TEXT, name=_TEXT, parent=_TEXT)
_TAGS: Final = {"type": "object", "additionalProperties": {"type": "string"}}
# `create_user` checks the values of these.
_MEMBERS: Final = get_service_model("connect").operation_model("CreateUser").input_shape.members
_USER: Final = _closed(
    ("username",),
    **{name: {} for name in _MEMBERS.keys() - {"InstanceId", "Username", "Tags", "PhoneConfig"}},
    id=_TEXT,
    username=_TEXT,
    tags=_TAGS,
    phone_config={"type": "object"},
    system_tags=_TAGS,
)
_INSTANCE: Final = _closed(
    id=_TEXT,
    routing_profiles=_list_of(_NAMED),
    security_profiles=_list_of(_NAMED),
    hierarchy_groups=_list_of(_GROUP),
    users=_list_of(_USER),
)
_SEED: Final = Draft7Validator(_closed(instances=_list_of(_INSTANCE)))


class WrongSeed(ValueError):
    """The seed cannot be created: the place in the document as a JSON path, and what is wrong there."""


def seed(administration: Administration, document: object) -> dict[str, dict[str, str]]:
    """Creates the instances and users in the document; returns user identifiers by instance and user name.

    WrongSeed if it cannot; then nothing is created.
    """
    for error in _SEED.iter_errors(document):
        raise WrongSeed(f"{error.json_path}: {error.message}")
    instances = cast("dict[str, list[dict[str, Any]]]", document).get("instances", [])
    with administration.backend().all_or_nothing():
        return dict(
            _instance(administration, instance, f"$.instances[{number}]")
            for number, instance in enumerate(instances)
        )


def _instance(
    administration: Administration, instance: dict[str, Any], place: str
) -> tuple[str, dict[str, str]]:
    instance_id, _ = administration.create_instance(instance.get("id"))
    for kind, create in CREATORS.items():
        for number, member in enumerate(instance.get(kind, [])):
            with _at(f"{place}.{kind}[{number}]"):
                create(administration, instance_id, **_renamed(member, "identifier"))
    users = {}
    for number, user in enumerate(instance.get("users", [])):
        with _at(f"{place}.users[{number}]"):
            created = administration.create_user(instance_id, **_renamed(user, "user_id"))
            users[user["username"]], _ = created
    return instance_id, users


@contextmanager
def _at(place: str) -> Iterator[None]:
    try:
        yield
    except JsonRESTError as error:
        raise WrongSeed(f"{place}: {error.message}") from error
    except ValueError as error:
        raise WrongSeed(f"{place}: {error}") from error


def _renamed(members: dict[str, Any], identifier: str) -> dict[str, Any]:
    return {identifier if name == "id" else name: value for name, value in members.items()}
