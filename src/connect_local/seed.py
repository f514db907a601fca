"""Creates instances and users with fixed identifiers from a JSON document.

`cli` (`--seed FILE.json`) and `control` (`POST /connect-local/seed`) use it. The document:

    {"instances": [{"id": "…", "users": [{"username": "…", "id": "…", "tags": {…}, "phone_config": {…},
                                          "system_tags": {"aws:…": …}, "AutoAcceptConfigs": […]}]}]}

Only `username` is required.
"""

from typing import Any

from .administration import Administration


def seed(administration: Administration, document: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Creates the instances and users in the document; returns user identifiers by instance and user name."""
    return dict(_instance(administration, instance) for instance in document.get("instances", []))


def _instance(administration: Administration, instance: dict[str, Any]) -> tuple[str, dict[str, str]]:
    instance_id, _ = administration.create_instance(instance.get("id"))
    users = instance.get("users", [])
    return instance_id, {user["username"]: _user(administration, instance_id, user) for user in users}


def _user(administration: Administration, instance_id: str, user: dict[str, Any]) -> str:
    members = {"user_id" if name == "id" else name: value for name, value in user.items()}
    user_id, _ = administration.create_user(instance_id, **members)
    return user_id
