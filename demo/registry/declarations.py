"""What the demo's template declares, first and after the update."""

from typing import Any, Final

import yaml

_SETTINGS: Final[dict[str, Any]] = {
    "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}, {"Channel": "CHAT", "AutoAccept": True}],
    "AfterContactWorkConfigs": [
        {"Channel": "VOICE", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}},
        {"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 60}},
    ],
    "PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "SOFT_PHONE"}],
}

DROPPED_CHANNEL: Final = "CHAT"


def first() -> dict[str, Any]:
    """Return the settings that the template declares at first, of every agent."""
    return dict(_SETTINGS)


def without_dropped_channel() -> dict[str, Any]:
    """Return the same without the dropped channel."""
    return {
        array: [entry for entry in entries if entry["Channel"] != DROPPED_CHANNEL]
        for array, entries in _SETTINGS.items()
    }


def as_template(settings: dict[str, Any], identifier: dict[str, str], logical_id: str, type_name: str) -> str:
    """Return the resource as a template would declare it."""
    properties = {"InstanceId": identifier["InstanceId"], "UserId": identifier["UserId"], **settings}
    resource = {logical_id: {"Type": type_name, "Properties": properties}}
    return str(yaml.safe_dump({"Resources": resource}, sort_keys=False, width=90))
