"""Any event: neither front end raises, or fails unexpectedly, and each answer follows its protocol."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from unit.examples import INSTANCE, STACK, USER, USER_ARN

from custom_connect_userconfig import custom_resource, handlers
from custom_connect_userconfig.core.errors import NotFound
from custom_connect_userconfig.core.messages import MOST
from custom_connect_userconfig.core.planning import LiveUser
from custom_connect_userconfig.custom_resource import read as drift_report
from custom_connect_userconfig.custom_resource.response import MAX_BYTES
from custom_connect_userconfig.ports import FoundUsers
from custom_connect_userconfig.retry.retrier import Retrier
from support.clock import FakeClock
from support.exhaustive import EXHAUSTIVE
from support.function_double import Context
from support.registry import RegistryStack

FUZZ = settings(
    deadline=None,
    max_examples=250 if EXHAUSTIVE else 100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

_any_text = st.text(st.characters(exclude_categories=()), max_size=8)
_long_text = st.sampled_from(["a", "ü", "1", "\x01", "\ud800", "𝄞", "a:b/c"]).map(
    lambda letter: letter * 100_000
)
_scalars = st.none() | st.booleans() | st.integers() | st.floats() | _any_text | _long_text
ANYTHING = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_any_text, inner, max_size=3),
    max_leaves=6,
)


class Nobody:
    """Amazon Connect without any user."""

    def __init__(self, region: str | None = None) -> None:
        assert region is None or region.isascii()

    def describe_user(self, instance_id: str, user_id: str) -> LiveUser:
        raise NotFound(f"There is no user {user_id} of instance {instance_id}.")

    def has_user(self, instance_id: str, user_id: str) -> bool:
        return False

    def search_tagged_users(
        self, instance_id: str, key: str, values: Sequence[str], token: str | None
    ) -> FoundUsers:
        return FoundUsers([], None)


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (custom_resource, drift_report, handlers):
        monkeypatch.setattr(module, "ConnectGateway", Nobody)
    for front_end in (custom_resource, handlers):
        monkeypatch.setattr(front_end, "retrier", Retrier(FakeClock(), lambda: 0.5))


PROPERTIES = {
    "InstanceId": INSTANCE,
    "UserId": USER,
    "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": "true"}],
}
_properties = st.fixed_dictionaries(
    {},
    optional={
        "InstanceId": st.just(INSTANCE) | ANYTHING,
        "UserId": st.just(USER) | ANYTHING,
        "UserArn": st.just(USER_ARN) | ANYTHING,
        "AutoAcceptConfigs": st.just(PROPERTIES["AutoAcceptConfigs"]) | ANYTHING,
        "ServiceTimeout": st.just("60") | ANYTHING,
    },
)
_CUSTOM: Mapping[str, Any] = {
    "RequestType": "Create",
    "ResponseURL": "https://example.com/r",
    "StackId": STACK,
    "RequestId": "r-1",
    "LogicalResourceId": "Agent",
    "PhysicalResourceId": f"{INSTANCE}|{USER}",
    "ResourceType": "Custom::ConnectUserConfig",
    "ResourceProperties": PROPERTIES,
    "OldResourceProperties": PROPERTIES,
}


def _nearly(event: Mapping[str, Any], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Events like `event`: members changed, missing or added."""
    optional = {name: st.just(value) | more.get(name, ANYTHING) | ANYTHING for name, value in event.items()}
    return st.fixed_dictionaries({}, optional=optional)


custom_events = (
    _nearly(
        _CUSTOM,
        RequestType=st.sampled_from(["Update", "Delete", "Read", "List"]),
        ResourceProperties=_properties,
    )
    | st.builds(
        lambda changed: {**_CUSTOM, **changed},
        _nearly(_CUSTOM, RequestType=st.sampled_from(["Update", "Delete"])),
    )
    | st.builds(lambda inner: {"HandedOver": inner}, ANYTHING)
    | st.builds(
        lambda event, pacing: {"HandedOver": {"event": event, **pacing}},
        _nearly(_CUSTOM),
        _nearly({"since": 1.8e9, "wait": 3.0, "context": {"wrote": True}, "count": 1}),
    )
    | ANYTHING
)


@FUZZ
@given(custom_events)
@example({**_CUSTOM, "StackId": 7})
@example({**_CUSTOM, "LogicalResourceId": "Agent\ud800"})
@example(
    {**_CUSTOM, "StackId": "s" * 100_000, "RequestId": "r" * 100_000, "LogicalResourceId": "l" * 100_000}
)
@example({**_CUSTOM, "RequestType": "Delete", "PhysicalResourceId": "ü" * 100_000})
@example({**_CUSTOM, "StackId": "arn:aws:cloudformation:a b:123456789012:stack/s/1"})
@example({**_CUSTOM, "ResourceProperties": {**PROPERTIES, "ServiceTimeout": 10**400}})
def test_the_custom_resource_replies_or_answers(event: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        bodies: list[bytes] = []
        patch.setattr(custom_resource, "deliver", lambda _url, body, *_more: bodies.append(body))
        handed_over: list[Any] = []
        patch.setattr(
            custom_resource,
            "hand_over",
            lambda handover, *_more: handed_over.append(json.dumps(handover.to_event())),
        )
        clock = custom_resource.retrier.clock
        answer = custom_resource.handler(event, Context(clock, clock.monotonic() + 600.0))
    assert (answer is not None) + len(bodies) + len(handed_over) == 1
    if answer is not None:
        json.dumps(answer)
        assert answer["Error"] in ("InvalidRequest", "NotFound")
        assert len(str(answer["Message"])) <= MOST
    for body in bodies:
        _check_reply(event, body)


def _check_reply(event: Mapping[str, Any], body: bytes) -> None:
    assert len(body) <= MAX_BYTES
    reply = json.loads(body.decode())
    assert reply["Status"] in ("SUCCESS", "FAILED")
    assert reply["Reason"] or reply["Status"] == "SUCCESS"
    assert "Unexpected" not in reply["Reason"]
    assert 0 < len(reply["PhysicalResourceId"].encode(errors="surrogatepass")) <= 1024
    inner = event["HandedOver"]["event"] if "HandedOver" in event else event
    for name in ("StackId", "RequestId", "LogicalResourceId"):
        sent = inner.get(name)
        sent = sent if isinstance(sent, str) else ""
        assert sent.startswith(reply[name])
        assert reply[name] == sent or len(sent) > 255


_REGISTRY: Mapping[str, Any] = RegistryStack(FakeClock()).event("CREATE", PROPERTIES)
registry_events = (
    st.builds(
        lambda changed, data: {**_REGISTRY, **changed, "requestData": {**_REGISTRY["requestData"], **data}},
        _nearly(
            _REGISTRY, action=st.sampled_from(["READ", "UPDATE", "DELETE", "LIST"]), requestData=st.nothing()
        ),
        _nearly({**_REGISTRY["requestData"], "typeConfiguration": None}, resourceProperties=_properties),
    )
    | st.builds(lambda changed: {**_REGISTRY, **changed}, _nearly(_REGISTRY))
    | ANYTHING
)


@FUZZ
@given(registry_events)
@example({**_REGISTRY, "callbackContext": "x"})
@example({**_REGISTRY, "callbackContext": [1]})
@example({**_REGISTRY, "stackId": 7})
@example({**_REGISTRY, "stackId": "s\ud800"})
@example({**_REGISTRY, "stackId": "s" * 100_000, "bearerToken": "b" * 100_000})
@example({**_REGISTRY, "region": "not a region"})
@example({**_REGISTRY, "action": "+12025550101" * 1000})
@example({**_REGISTRY, "resourceType": 7})
def test_the_registry_s_handler_answers(event: Any) -> None:
    answer: dict[str, Any] = handlers.resource(event, None)
    json.dumps(answer)
    assert answer["status"] in ("SUCCESS", "FAILED", "IN_PROGRESS")
    assert len(answer["message"]) <= MOST
    assert (answer["status"] == "FAILED") == ("errorCode" in answer)
    assert answer.get("errorCode") != "InternalFailure", answer
    assert "2025550101" not in answer["message"]


INVALID: Sequence[tuple[str, object]] = [
    ("callbackContext", "x"),
    ("callbackContext", [1]),
    ("callbackContext", 7),
    ("stackId", 7),
    ("stackId", {}),
    ("region", "not a region"),
    ("region", "r" * 100_000),
    ("bearerToken", 7),
    ("action", "LISTEN"),
    ("nextToken", {}),
]


@pytest.mark.parametrize(
    ("name", "value"), INVALID, ids=[f"{name}-{str(value)[:12]}" for name, value in INVALID]
)
def test_a_member_of_another_type_is_named(name: str, value: object) -> None:
    answer: dict[str, Any] = handlers.resource({**_REGISTRY, name: value}, None)
    assert (answer["status"], answer["errorCode"]) == ("FAILED", "InvalidRequest")
    assert f"The event is not one of the handler protocol: {name} is " in answer["message"]
    assert len(answer["message"]) < 300
