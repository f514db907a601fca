"""Instances and users with fixed identifiers, from a JSON document.

Called by `cli` (`--seed FILE.json`) and by `control` (`POST /connect-local/seed`). The document:

    {"instances": [{"id": "…", "users": [{"username": "…", "id": "…", "tags": {…}, "phone_config": {…},
                                          "system_tags": {"aws:…": …}, "AutoAcceptConfigs": […]}]}]}

Everything but `username` may be left out.
"""

from typing import Any

from .administration import Administration


def seed(administration: Administration, document: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Creates what the document lists; returns the identifiers of the users by instance and user name."""
    return dict(_instance(administration, instance) for instance in document.get("instances", []))


def _instance(administration: Administration, instance: dict[str, Any]) -> tuple[str, dict[str, str]]:
    instance_id, _ = administration.create_instance(instance.get("id"))
    users = instance.get("users", [])
    return instance_id, {user["username"]: _user(administration, instance_id, user) for user in users}


def _user(administration: Administration, instance_id: str, user: dict[str, Any]) -> str:
    members = {"user_id" if name == "id" else name: value for name, value in user.items()}
    user_id, _ = administration.create_user(instance_id, **members)
    return user_id
