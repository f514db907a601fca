"""Bad input: one message names the property, the value and the rule, before any write."""

from typing import Any

import pytest

from functional.agents import DECLARED_NUMBER
from functional.settings import acw, auto_accept, enhancement, persistent, phone
from functional.world import World, refused

WAYS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "two entries for one channel": (
        {"AutoAcceptConfigs": [auto_accept("CHAT", True)] * 2},
        ("AutoAcceptConfigs[1].Channel", "CHAT"),
    ),
    "unknown channel": (
        {"AutoAcceptConfigs": [auto_accept("FAX", True)]},
        ("AutoAcceptConfigs[0].Channel", "'FAX'"),
    ),
    "channel that the array does not support": (
        {"PersistentConnectionConfigs": [{**persistent(True)[0], "Channel": "CHAT"}]},
        ("PersistentConnectionConfigs[0].Channel", "CHAT", "VOICE only"),
    ),
    "callback accept outside voice": (
        {"AutoAcceptConfigs": [auto_accept("TASK", True, callback=True)]},
        ("AutoAcceptConfigs[0].AgentFirstCallbackAutoAccept", "VOICE only", "TASK"),
    ),
    "callback work outside voice": (
        {"AfterContactWorkConfigs": [acw("CHAT", 1, callback=1)]},
        ("AgentFirstCallbackAfterContactWorkConfig", "VOICE only"),
    ),
    "negative work": (
        {"AfterContactWorkConfigs": [acw("VOICE", -1)]},
        ("AfterContactWorkTimeLimit", "-1", "2,000,000"),
    ),
    "too much work": ({"AfterContactWorkConfigs": [acw("VOICE", 2_000_001)]}, ("2000001", "2,000,000")),
    "fractional work": ({"AfterContactWorkConfigs": [acw("VOICE", 3.5)]}, ("3.5", "whole number")),
    "fractional work as a string": (
        {"AfterContactWorkConfigs": [acw("VOICE", "3.5")]},
        ("'3.5'", "whole number"),
    ),
    "yes for true": ({"AutoAcceptConfigs": [auto_accept("VOICE", "yes")]}, ("'yes'", "true or false")),
    "desk phone without a number": (
        {"PhoneNumberConfigs": phone("DESK_PHONE")},
        ("PhoneNumber", "required", "DESK_PHONE"),
    ),
    "number with spaces": (
        {"PhoneNumberConfigs": phone("DESK_PHONE", f"{DECLARED_NUMBER} ")},
        ("PhoneNumber", "E.164"),
    ),
    "number without its plus": (
        {"PhoneNumberConfigs": phone("DESK_PHONE", DECLARED_NUMBER[1:])},
        ("PhoneNumber", "E.164"),
    ),
    "number as an integer": (
        {"PhoneNumberConfigs": phone("DESK_PHONE", int(DECLARED_NUMBER))},
        ("PhoneNumber", "E.164"),
    ),
    "unknown mode": (
        {"VoiceEnhancementConfigs": enhancement("LOUDER")},
        ("VoiceEnhancementMode", "'LOUDER'", "NOISE_SUPPRESSION"),
    ),
    "empty list": ({"AutoAcceptConfigs": []}, ("AutoAcceptConfigs", "empty list")),
    "no array": ({}, ("at least one", "AutoAcceptConfigs", "VoiceEnhancementConfigs")),
    "misspelled array": (
        {"AutoAcceptConfig": [auto_accept("VOICE", True)]},
        ("AutoAcceptConfig", "did you mean AutoAcceptConfigs"),
    ),
    "number where a list belongs": ({"AutoAcceptConfigs": 1}, ("AutoAcceptConfigs", "list of entries")),
}

IDENTIFIERS: dict[str, tuple[dict[str, str], str]] = {
    "malformed ARN": ({"UserId": "arn:aws:connect:us-east-1:123456789012:{instance}"}, "is not the ARN of"),
    "user of another instance": (
        {"UserId": "arn:aws:connect:us-east-1:123456789012:instance/other/agent/{user}"},
        "instance other",
    ),
    "user of another region": (
        {"UserId": "arn:aws:connect:eu-west-2:123456789012:instance/{instance}/agent/{user}"},
        "region eu-west-2",
    ),
    "instance of another account": (
        {"InstanceId": "arn:aws:connect:us-east-1:210987654321:instance/{instance}"},
        "account 210987654321",
    ),
    "id with a slash": ({"UserId": "a/b"}, "neither an id"),
    "no user": ({"UserId": ""}, "UserId: is required"),
}


@pytest.mark.parametrize("way", WAYS)
def test_bad_settings_are_refused_before_any_call(world: World, way: str) -> None:
    arrays, words = WAYS[way]
    agent, resource = world.agent("dense"), world.resource()
    refused(resource.create(agent.declare(**arrays)), "InvalidRequest", *words)
    refused(resource.update(agent.declare(**arrays), agent.identifier), "InvalidRequest", *words)
    assert not world.connect.calls


@pytest.mark.parametrize("way", IDENTIFIERS)
def test_bad_identifiers_are_refused_before_any_call(world: World, way: str) -> None:
    changes, words = IDENTIFIERS[way]
    agent = world.agent("dense")
    ids = {"instance": world.instance_id, "user": agent.user_id}
    filled = {name: value.format(**ids) for name, value in changes.items()}
    properties = {**agent.declare(AutoAcceptConfigs=[auto_accept("VOICE", True)]), **filled}
    driver = world.resource().driver
    for operation in (driver.create, driver.delete, driver.read, lambda p: driver.update(p, p)):
        refused(operation(properties), "InvalidRequest", words)
    assert not world.connect.calls


@pytest.mark.parametrize("unknown", ["UserId", "InstanceId"])
def test_unknown_user_or_instance_is_not_found_before_any_write(world: World, unknown: str) -> None:
    agent = world.agent("dense")
    other = {unknown: "00000000-1111-4222-8333-444444444444"}
    properties = {**agent.declare(AutoAcceptConfigs=[auto_accept("VOICE", True)]), **other}
    driver = world.resource().driver
    operations = [driver.create, driver.delete, driver.read]
    if unknown == "InstanceId":
        # A missing user may have left; then an update must not fail.
        operations.append(lambda p: driver.update(p, p))
    for operation in operations:
        refused(operation(properties), "NotFound", other[unknown])
    assert not world.writes
