"""The service authorization reference, as far as cfn-lint ships it: actions and their resources."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

_LISTED_AS = {"connect:UpdateUserConfig": "connect:UpdateUserPhoneConfig"}
"""Actions with another name in the reference."""


@cache
def _services() -> dict[str, Any]:
    data = files("cfnlint").joinpath("data", "AdditionalSpecs", "Policies.json")
    return dict(json.loads(data.read_text("utf-8")))


def can_be_limited(action: str) -> bool:
    """Return whether the reference lists a resource with an ARN for the action; raises KeyError."""
    service, _, name = _LISTED_AS.get(action, action).partition(":")
    known = _services()[service]
    listed = {action.lower(): of for action, of in known["Actions"].items()}[name.lower()]
    return any(resource in known["Resources"] for resource in listed.get("Resources", ()))
