"""The questions of `probe_aws.py`: each tries something on an agent and returns the service's answer."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.exceptions import ClientError

from custom_connect_userconfig.core.arrays import ARRAYS

TAG: Final = "connect-user-config-probe"
TIMEOUT: Final = 120.0
"""Seconds within which a write must show."""
EMAIL: Final = "EMAIL"

_SHORT, _LONG = 30, 6000

Entries = list[dict[str, Any]]


@dataclass
class Agent:
    """The agent of the probe."""

    connect: Any
    instance_id: str
    user_id: str
    sleep: Callable[[float], None] = time.sleep
    written: dict[str, Entries] = field(default_factory=dict)
    seconds_until_shown: list[float] = field(default_factory=list)

    def read(self, **identifiers: str) -> dict[str, Any]:
        """Return the agent as DescribeUser shows it."""
        ids = {"InstanceId": self.instance_id, "UserId": self.user_id, **identifiers}
        user: dict[str, Any] = self.connect.describe_user(**ids)["User"]
        return user

    def write(
        self, shows: Callable[[dict[str, Any]], bool] | None = None, **arrays: Entries
    ) -> dict[str, Any]:
        """Write `arrays`; return the agent once it `shows` them, by default every value that was written."""
        self.connect.update_user_config(InstanceId=self.instance_id, UserId=self.user_id, **arrays)
        begun = time.monotonic()
        written = [(name, entry) for name, entries in arrays.items() for entry in entries]
        seen = shows or (lambda user: all(_shows(user, name, entry) for name, entry in written))
        while not seen(user := self.read()):
            if time.monotonic() - begun > TIMEOUT:
                raise TimeoutError(f"the write does not show after {TIMEOUT:.0f} s")
            self.sleep(0.5)
        self.seconds_until_shown.append(time.monotonic() - begun)
        return user


def _shows(user: Mapping[str, Any], array: str, entry: Mapping[str, Any]) -> bool:
    found = entry_of(user, array, entry["Channel"])
    return found is not None and all(found.get(name) == value for name, value in entry.items())


def entry_of(user: Mapping[str, Any], array: str, channel: str) -> dict[str, Any] | None:
    """Return the entry for `channel` in a read; None if there is none."""
    return next((entry for entry in user.get(array) or () if entry["Channel"] == channel), None)


def accept(channel: str, *, value: bool, **more: bool) -> dict[str, Any]:
    """Return an entry of AutoAcceptConfigs."""
    return {"Channel": channel, "AutoAccept": value, **more}


def work(channel: str, seconds: int) -> dict[str, Any]:
    """Return an entry of AfterContactWorkConfigs."""
    return {"Channel": channel, "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": seconds}}


def reads_are_sparse_or_dense(agent: Agent) -> str:
    """Do reads show channels without settings?"""
    user = agent.read()
    shown = {array.name: [entry["Channel"] for entry in user.get(array.name) or ()] for array in ARRAYS}
    # Whether the instance has e-mail is a question of its own.
    dense = all(set(array.channels) - {EMAIL} <= set(shown[array.name]) for array in ARRAYS)
    return ("dense" if dense else "sparse") + f": {shown}"


def arrays_are_replaced_or_merged(agent: Agent) -> str:
    """Does a written array clear the channels that it does not name?"""
    agent.write(AutoAcceptConfigs=[accept("VOICE", value=True), accept("CHAT", value=True)])
    user = _reject_voice(agent)
    return "merged: CHAT has kept its value" if _accepts(user, "CHAT") else "replaced: CHAT was cleared"


def _reject_voice(agent: Agent) -> dict[str, Any]:
    configs = [accept("VOICE", value=False)]
    return agent.write(lambda user: not _accepts(user, "VOICE"), AutoAcceptConfigs=configs)


def _accepts(user: Mapping[str, Any], channel: str) -> bool:
    return bool((entry_of(user, "AutoAcceptConfigs", channel) or {}).get("AutoAccept"))


def entries_are_replaced_or_merged(agent: Agent) -> str:
    """Does a written entry clear the fields that it does not name?"""
    agent.write(AutoAcceptConfigs=[accept("VOICE", value=True, AgentFirstCallbackAutoAccept=True)])
    user = _reject_voice(agent)
    kept = (entry_of(user, "AutoAcceptConfigs", "VOICE") or {}).get("AgentFirstCallbackAutoAccept")
    return "merged: the callback setting was kept" if kept else "replaced: the callback setting was cleared"


def phone_config_follows_voice_or_not(agent: Agent) -> str:
    """Does PhoneConfig, the legacy form, follow a write of VOICE?"""
    found = [_phone_config_after(agent, value=value) for value in (True, False)]
    return "follows" if found == [True, False] else f"does not follow (shows {found} after true, false)"


def _phone_config_after(agent: Agent, *, value: bool) -> bool:
    configs = [accept("VOICE", value=value)]
    user = agent.write(lambda user: _accepts(user, "VOICE") is value, AutoAcceptConfigs=configs)
    return bool((user.get("PhoneConfig") or {}).get("AutoAccept"))


def chat_work_is_clamped_or_not(agent: Agent) -> str:
    """Does a limit of after-contact work on CHAT above 5,400 seconds stay as written?"""
    agent.write(AfterContactWorkConfigs=[work("CHAT", _SHORT)])
    limits = [work("CHAT", _LONG)]
    user = agent.write(lambda user: _chat_work(user) != _SHORT, AfterContactWorkConfigs=limits)
    return f"{_chat_work(user)} seconds after writing {_LONG}"


def _chat_work(user: Mapping[str, Any]) -> int | None:
    config = (entry_of(user, "AfterContactWorkConfigs", "CHAT") or {}).get("AfterContactWorkConfig") or {}
    seconds: int | None = config.get("AfterContactWorkTimeLimit")
    return seconds


def a_number_survives_or_not(agent: Agent) -> str:
    """Does a phone number survive a change to SOFT_PHONE?"""
    # The agent's own number, since nobody knows whether a write can remove another one.
    user = agent.read()
    number = (user.get("PhoneConfig") or {}).get("DeskPhoneNumber") or _phone(user).get("PhoneNumber")
    if not number:
        return "not asked: the agent has no phone number; give it one and run the probe again"
    agent.write(PhoneNumberConfigs=[{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": number}])
    user = agent.write(
        PhoneNumberConfigs=[{"Channel": "VOICE", "PhoneType": "SOFT_PHONE", "PhoneNumber": number}],
        shows=lambda user: _phone(user).get("PhoneType", "SOFT_PHONE") == "SOFT_PHONE",
    )
    return "kept" if _phone(user).get("PhoneNumber") == number else "dropped"


def _phone(user: Mapping[str, Any]) -> dict[str, Any]:
    return entry_of(user, "PhoneNumberConfigs", "VOICE") or {}


def email_is_taken_or_not(agent: Agent) -> str:
    """Does the instance take settings for the channel EMAIL?"""
    try:
        agent.write(AutoAcceptConfigs=[accept(EMAIL, value=True)], shows=lambda _: True)
    except ClientError as error:
        return f"refused ({error.response['Error']['Code']})"
    return "taken"


def arns_are_taken_or_not(agent: Agent) -> str:
    """Does the service take ARNs for ids?"""
    arn = agent.read()["Arn"]
    try:
        agent.read(UserId=arn)
    except ClientError as error:
        return f"not taken ({error.response['Error']['Code']})"
    return "taken"


def search_finds_by_tag_or_not(agent: Agent) -> str:
    """Does SearchUsers find a user by a tag, after how long, and does it show the tags?"""
    agent.connect.tag_resource(resourceArn=agent.read()["Arn"], tags={TAG: "on"})
    begun = time.monotonic()
    condition = {"TagFilter": {"TagCondition": {"TagKey": TAG, "TagValue": "on"}}}
    while time.monotonic() - begun < TIMEOUT:
        found = agent.connect.search_users(InstanceId=agent.instance_id, SearchFilter=condition)["Users"]
        if found:
            shown = "shown" if found[0].get("Tags", {}).get(TAG) == "on" else "not shown"
            return f"found after {time.monotonic() - begun:.1f} s, tags {shown}"
        agent.sleep(1.0)
    return f"not found within {TIMEOUT:.0f} s"


def search_finds_by_identifier_or_not(agent: Agent) -> str:
    """Does SearchUsers find a user by its identifier?"""
    condition = {"FieldName": "resourceId", "Value": agent.user_id, "ComparisonType": "EXACT"}
    criteria = {"StringCondition": condition}
    users = agent.connect.search_users(InstanceId=agent.instance_id, SearchCriteria=criteria)["Users"]
    found = [user["Id"] for user in users]
    return "found" if found == [agent.user_id] else f"not found ({len(found)} others)"


def reads_lag_or_not(agent: Agent) -> str:
    """How long did reads lag behind the writes above?"""
    lags = agent.seconds_until_shown
    return f"at most {max(lags, default=0.0):.1f} s in {len(lags)} writes"


STEPS: Final[tuple[Callable[[Agent], str], ...]] = (
    reads_are_sparse_or_dense,
    arrays_are_replaced_or_merged,
    entries_are_replaced_or_merged,
    phone_config_follows_voice_or_not,
    chat_work_is_clamped_or_not,
    a_number_survives_or_not,
    email_is_taken_or_not,
    arns_are_taken_or_not,
    search_finds_by_tag_or_not,
    search_finds_by_identifier_or_not,
    reads_lag_or_not,
)
