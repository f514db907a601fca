"""The effect of writes and the answers to reads, under every combination of the switches for both."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from mypy_boto3_connect import ConnectClient

from connect_local import (
    ArrayOrder,
    ArrayWrite,
    Behaviour,
    EntryWrite,
    LocalConnect,
    PhoneConfigLink,
    Reads,
    every_read_write_combination,
)
from connect_local.arrays import ARRAYS, CHANNELS, FIELDS
from support.exhaustive import pairwise_or_all, switches

NUMBER = "+15550100"
ACW = ("AfterContactWorkConfig", "AfterContactWorkTimeLimit")
FIRST_CALLBACK_ACW = ("AgentFirstCallbackAfterContactWorkConfig", "AfterContactWorkTimeLimit")

COMBINATIONS = every_read_write_combination()
every_combination = pytest.mark.parametrize("behaviour", pairwise_or_all(COMBINATIONS, switches), ids=str)


def acw(channel: str, seconds: int) -> dict[str, Any]:
    return {"Channel": channel, "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": seconds}}


def auto_accept(channel: str, value: bool) -> dict[str, Any]:
    return {"Channel": channel, "AutoAccept": value}


def read_as_documented(user: Mapping[str, Any]) -> dict[tuple[str, str, tuple[str, ...]], object]:
    """Return the settings in an answer of DescribeUser: a missing entry means legacy, then default."""
    entries = {(name, e["Channel"]): e for name in user if name.endswith("Configs") for e in user[name]}
    concluded: dict[tuple[str, str, tuple[str, ...]], object] = {}
    for (array, channel, path), field in FIELDS.items():
        value: Any = entries.get((array, channel), {})
        for member in path:
            value = value.get(member) if value is not None else None
        if value is None and field.legacy:
            value = user.get("PhoneConfig", {}).get(field.legacy)
        concluded[array, channel, path] = field.default if value is None else value
    return concluded


@every_combination
def test_reads_lead_to_the_effective_settings(connect: LocalConnect, behaviour: Behaviour) -> None:
    instance_id, instance_arn = connect.create_instance()
    legacy = {
        "PhoneType": "DESK_PHONE",
        "DeskPhoneNumber": NUMBER,
        "AutoAccept": True,
        "AfterContactWorkTimeLimit": 7,
    }
    user_id, arn = connect.create_user(instance_id, "ann", phone_config=legacy)
    connect.behaviour = behaviour
    backend = connect.backend()
    writes: list[dict[str, Any]] = [
        {"AutoAcceptConfigs": [auto_accept("VOICE", False), auto_accept("CHAT", True)]},
        {"AfterContactWorkConfigs": [acw("CHAT", 9_000), {"Channel": "VOICE", "AfterContactWorkConfig": {}}]},
        {"PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "SOFT_PHONE"}]},
        {"AutoAcceptConfigs": [auto_accept("EMAIL", False)], "AfterContactWorkConfigs": [acw("VOICE", 3)]},
    ]
    for write in writes:
        name, identifier = (instance_arn, arn) if behaviour.accept_arns else (instance_id, user_id)
        backend.update_user_config(name, identifier, write)
        for _ in range(behaviour.stale_reads):
            backend.describe_user(instance_id, user_id)
        shown = backend.describe_user(instance_id, user_id)
        assert read_as_documented(shown) == connect.effective(instance_id, user_id)


@every_combination
def test_a_write_sets_what_it_names_and_leaves_other_arrays_alone(
    connect: LocalConnect, behaviour: Behaviour
) -> None:
    instance_id, _ = connect.create_instance()
    user_id, _ = connect.create_user(
        instance_id,
        "ann",
        AutoAcceptConfigs=[auto_accept("TASK", True)],
        AfterContactWorkConfigs=[acw("CHAT", 50), acw("TASK", 60)],
    )
    connect.behaviour = behaviour
    before = connect.effective(instance_id, user_id)
    write = {"AfterContactWorkConfigs": [acw("CHAT", 9_000)]}
    connect.backend().update_user_config(instance_id, user_id, write)
    after = connect.effective(instance_id, user_id)
    kept = behaviour.array_write is ArrayWrite.MERGE
    expected: dict[Any, object] = before | {
        ("AfterContactWorkConfigs", "CHAT", ACW): 5_400 if behaviour.clamp_chat_acw else 9_000,
        ("AfterContactWorkConfigs", "TASK", ACW): 60 if kept else 0,
    }
    assert after == expected


@pytest.mark.parametrize("entry_write", EntryWrite)
def test_fields_not_named_in_an_entry(
    connect: LocalConnect, instance_id: str, entry_write: EntryWrite
) -> None:
    entry = acw("VOICE", 5) | {"AgentFirstCallbackAfterContactWorkConfig": {"AfterContactWorkTimeLimit": 6}}
    user_id, _ = connect.create_user(instance_id, "ann", AfterContactWorkConfigs=[entry])
    connect.behaviour = Behaviour(entry_write=entry_write)
    connect.backend().update_user_config(instance_id, user_id, {"AfterContactWorkConfigs": [acw("VOICE", 8)]})
    after = connect.effective(instance_id, user_id)
    assert after["AfterContactWorkConfigs", "VOICE", ACW] == 8
    expected = 6 if entry_write is EntryWrite.MERGE else 0
    assert after["AfterContactWorkConfigs", "VOICE", FIRST_CALLBACK_ACW] == expected


@pytest.mark.parametrize("link", PhoneConfigLink)
def test_channels_with_legacy_values_follow_voice_only_if_it_is_mirrored(
    connect: LocalConnect, instance_id: str, link: PhoneConfigLink
) -> None:
    connect.behaviour = Behaviour(phone_config=link)
    user_id, _ = connect.create_user(instance_id, "ann", phone_config={"AutoAccept": False})
    write = {"AutoAcceptConfigs": [auto_accept("VOICE", True)]}
    connect.backend().update_user_config(instance_id, user_id, write)
    mirrored = link is PhoneConfigLink.MIRRORS_VOICE
    after = connect.effective(instance_id, user_id)
    assert after["AutoAcceptConfigs", "VOICE", ("AutoAccept",)] is True
    assert after["AutoAcceptConfigs", "CHAT", ("AutoAccept",)] is mirrored
    assert connect.backend().describe_user(instance_id, user_id)["PhoneConfig"]["AutoAccept"] is mirrored


@pytest.mark.parametrize("link", PhoneConfigLink)
def test_an_administrators_edit_of_voice_changes_legacy_if_it_is_mirrored(
    connect: LocalConnect, instance_id: str, link: PhoneConfigLink
) -> None:
    connect.behaviour = Behaviour(phone_config=link)
    user_id, _ = connect.create_user(instance_id, "ann", phone_config={"AfterContactWorkTimeLimit": 9})
    connect.admin_update(instance_id, user_id, AfterContactWorkConfigs=[acw("VOICE", 30)])
    after = connect.effective(instance_id, user_id)
    moved = 30 if link is PhoneConfigLink.MIRRORS_VOICE else 9
    limits = [after["AfterContactWorkConfigs", channel, ACW] for channel in ("VOICE", "CHAT")]
    assert limits == [30, moved]


@pytest.mark.parametrize("link", PhoneConfigLink)
def test_update_user_phone_config_gives_every_channel_the_same_limit(
    connect: LocalConnect, client: ConnectClient, instance_id: str, link: PhoneConfigLink
) -> None:
    connect.behaviour = Behaviour(phone_config=link)
    limits = [acw("CHAT", 50), acw("VOICE", 60)]
    user_id, _ = connect.create_user(instance_id, "ann", AfterContactWorkConfigs=limits)
    phone_config: Any = {"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 9}
    client.update_user_phone_config(InstanceId=instance_id, UserId=user_id, PhoneConfig=phone_config)
    after = connect.effective(instance_id, user_id)
    assert {after["AfterContactWorkConfigs", channel, ACW] for channel in CHANNELS} == {9}


@pytest.mark.parametrize("drops", [False, True])
def test_a_number_under_soft_phone(connect: LocalConnect, instance_id: str, drops: bool) -> None:
    user_id, _ = connect.create_user(
        instance_id,
        "ann",
        PhoneNumberConfigs=[{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": NUMBER}],
    )
    connect.behaviour = Behaviour(entry_write=EntryWrite.MERGE, drop_number_under_soft_phone=drops)
    soft_phone = {"PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "SOFT_PHONE"}]}
    connect.backend().update_user_config(instance_id, user_id, soft_phone)
    number = connect.effective(instance_id, user_id)["PhoneNumberConfigs", "VOICE", ("PhoneNumber",)]
    assert number == (None if drops else NUMBER)


def test_sparse_reads_omit_values_that_legacy_or_default_give(
    connect: LocalConnect, client: ConnectClient
) -> None:
    connect.behaviour = Behaviour(reads=Reads.SPARSE)
    instance_id, _ = connect.create_instance()
    user_id, _ = connect.create_user(
        instance_id,
        "ann",
        phone_config={"AutoAccept": True},
        PersistentConnectionConfigs=[{"Channel": "VOICE", "PersistentConnection": False}],
        AfterContactWorkConfigs=[
            acw("CHAT", 0),
            {
                "Channel": "VOICE",
                "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 0},
                "AgentFirstCallbackAfterContactWorkConfig": {"AfterContactWorkTimeLimit": 6},
            },
        ],
    )
    user = client.describe_user(InstanceId=instance_id, UserId=user_id)["User"]
    assert user["PhoneConfig"] == {"AutoAccept": True}
    assert {name for name in user if name.endswith("Configs")} == {"AfterContactWorkConfigs"}
    assert user["AfterContactWorkConfigs"] == [
        {
            "Channel": "VOICE",
            "AfterContactWorkConfig": {},
            "AgentFirstCallbackAfterContactWorkConfig": {"AfterContactWorkTimeLimit": 6},
        }
    ]


def test_dense_reads_show_every_channel_and_field(
    client: ConnectClient, instance_id: str, user_id: str
) -> None:
    user = client.describe_user(InstanceId=instance_id, UserId=user_id)["User"]
    shown: Any = {name: entries for name, entries in user.items() if name.endswith("Configs")}
    lengths = {name: len(entries) for name, entries in shown.items()}
    assert lengths == {name: len(array.channels) for name, array in ARRAYS.items()}
    callback = {"AgentFirstCallbackAutoAccept": False}
    assert user["AutoAcceptConfigs"][0] == auto_accept("VOICE", False) | callback


@pytest.mark.parametrize("order", ArrayOrder)
def test_the_order_of_an_array(
    connect: LocalConnect, instance_id: str, user_id: str, order: ArrayOrder
) -> None:
    connect.behaviour = Behaviour(reads=Reads.SPARSE, array_order=order)
    written = {"AutoAcceptConfigs": [auto_accept("TASK", True), auto_accept("CHAT", True)]}
    connect.backend().update_user_config(instance_id, user_id, written)
    shown = connect.backend().describe_user(instance_id, user_id)["AutoAcceptConfigs"]
    channels = [entry["Channel"] for entry in shown]
    assert channels == (["TASK", "CHAT"] if order is ArrayOrder.AS_WRITTEN else ["CHAT", "TASK"])


@every_combination
def test_an_administrator_changes_the_named_entries_only(connect: LocalConnect, behaviour: Behaviour) -> None:
    connect.behaviour = replace(behaviour, phone_config=PhoneConfigLink.INDEPENDENT)
    instance_id, _ = connect.create_instance()
    user_id, _ = connect.create_user(instance_id, "ann", AutoAcceptConfigs=[auto_accept("CHAT", True)])
    before = connect.effective(instance_id, user_id)
    connect.admin_update(instance_id, user_id, AutoAcceptConfigs=[auto_accept("TASK", True)])
    changed = {("AutoAcceptConfigs", "TASK", ("AutoAccept",)): True}
    assert connect.effective(instance_id, user_id) == before | changed
    assert connect.calls == []


NUMBER_OF_VOICE = ("PhoneNumberConfigs", "VOICE", ("PhoneNumber",))
SOFT_PHONE: dict[str, Any] = {"PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "SOFT_PHONE"}]}
DESK_PHONE = {"PhoneType": "DESK_PHONE", "DeskPhoneNumber": NUMBER}


@pytest.mark.parametrize(
    ("link", "number"), [(PhoneConfigLink.MIRRORS_VOICE, None), (PhoneConfigLink.INDEPENDENT, NUMBER)]
)
def test_a_number_that_a_write_omits_is_removed_from_legacy_if_voice_is_mirrored(
    connect: LocalConnect, instance_id: str, link: PhoneConfigLink, number: str | None
) -> None:
    connect.behaviour = Behaviour(phone_config=link)
    user_id, _ = connect.create_user(instance_id, "ann", phone_config=DESK_PHONE)
    connect.backend().update_user_config(instance_id, user_id, SOFT_PHONE)
    assert connect.effective(instance_id, user_id)[NUMBER_OF_VOICE] == number
    phone_config = connect.backend().describe_user(instance_id, user_id)["PhoneConfig"]
    assert phone_config.get("DeskPhoneNumber") == number


@pytest.mark.parametrize(
    ("link", "value"), [(PhoneConfigLink.MIRRORS_VOICE, False), (PhoneConfigLink.INDEPENDENT, True)]
)
def test_update_user_phone_config_overrides_voice_if_it_is_mirrored(
    connect: LocalConnect, instance_id: str, link: PhoneConfigLink, value: bool
) -> None:
    connect.behaviour = Behaviour(phone_config=link)
    accepts = [auto_accept("VOICE", True), auto_accept("CHAT", True)]
    user_id, _ = connect.create_user(instance_id, "ann", AutoAcceptConfigs=accepts)
    connect.backend().update_user_phone_config(instance_id, user_id, {"AutoAccept": False})
    after = connect.effective(instance_id, user_id)
    assert after["AutoAcceptConfigs", "VOICE", ("AutoAccept",)] is value
    assert after["AutoAcceptConfigs", "CHAT", ("AutoAccept",)] is True


def test_a_legacy_number_under_a_soft_phone_can_be_dropped_too(
    connect: LocalConnect, instance_id: str
) -> None:
    connect.behaviour = Behaviour(drop_number_under_soft_phone=True)
    user_id, _ = connect.create_user(instance_id, "ann", phone_config=DESK_PHONE)
    legacy = {"PhoneType": "SOFT_PHONE", "DeskPhoneNumber": NUMBER}
    connect.backend().update_user_phone_config(instance_id, user_id, legacy)
    assert connect.effective(instance_id, user_id)[NUMBER_OF_VOICE] is None
