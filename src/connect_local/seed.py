"""Creates instances and users with fixed identifiers from a JSON document.

`cli` (`--seed FILE.json`) and `control` (`POST /connect-local/seed`) use it. The document:

    {"instances": [{"id": "…", "routing_profiles": [{"name": "…", "id": "…"}],
                    "security_profiles": [{"name": "…", "id": "…"}],
                    "hierarchy_groups": [{"name": "…", "id": "…", "parent": "…"}],
                    "users": [{"username": "…", "id": "…", "tags": {…}, "phone_config": {…},
                               "system_tags": {"aws:…": …}, "RoutingProfileId": "…",
                               "AutoAcceptConfigs": […]}]}]}

Only `username` and `name` are required. `parent` is the id of the group above. A user may have any other
member of `CreateUser` too. If one of them is wrong, nothing is created.
"""

from collections.abc import Callable, Mapping
from typing import Any

from .administration import Administration

CREATORS: Mapping[str, Callable[..., tuple[str, str]]] = {
    "routing_profiles": Administration.create_routing_profile,
    "security_profiles": Administration.create_security_profile,
    "hierarchy_groups": Administration.create_hierarchy_group,
}


def seed(administration: Administration, document: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Creates the instances and users in the document; returns user identifiers by instance and user name.

    If it raises, it has created nothing.
    """
    with administration.backend().all_or_nothing():
        return dict(_instance(administration, instance) for instance in document.get("instances", []))


def _instance(administration: Administration, instance: dict[str, Any]) -> tuple[str, dict[str, str]]:
    instance_id, _ = administration.create_instance(instance.get("id"))
    for kind, create in CREATORS.items():
        for member in instance.get(kind, []):
            create(administration, instance_id, **_renamed(member, "identifier"))
    users = instance.get("users", [])
    return instance_id, {user["username"]: _user(administration, instance_id, user) for user in users}


def _user(administration: Administration, instance_id: str, user: dict[str, Any]) -> str:
    user_id, _ = administration.create_user(instance_id, **_renamed(user, "user_id"))
    return user_id


def _renamed(members: dict[str, Any], identifier: str) -> dict[str, Any]:
    return {identifier if name == "id" else name: value for name, value in members.items()}
