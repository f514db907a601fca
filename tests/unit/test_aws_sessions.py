"""A kept client signs with the credentials of the current event, and outside of an event with none."""

import re
import threading
from contextlib import nullcontext
from typing import Any

import boto3
import pytest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import NoCredentialsError
from botocore.handlers import BUILTIN_HANDLERS
from botocore.session import Session
from unit.examples import INSTANCE, REGION, USER
from unit.wire import Wire, user_answer, wired

from custom_connect_userconfig.aws.clients import (
    EventCredentials,
    _event_session,
    acting_as,
    concerns_us,
    kept_client,
)
from custom_connect_userconfig.aws.connect import ConnectGateway
from custom_connect_userconfig.core.errors import InvalidCredentials
from custom_connect_userconfig.registry.delivery import DeliveryClient
from custom_connect_userconfig.retry.retrier import Retrier

FIRST = ReadOnlyCredentials("AKIAFIRST", "first-secret", "first-token")
SECOND = ReadOnlyCredentials("AKIASECOND", "second-secret", "second-token")


def signers(wire: Wire) -> list[tuple[str, str]]:
    """Return the access key and the session token of each request."""
    return [(re.findall(r"Credential=(\w+)/", sent.authorization)[0], sent.token) for sent in wire.sent]


def test_a_kept_client_signs_with_the_credentials_of_each_event() -> None:
    gateway = ConnectGateway(REGION)
    with wired(REGION) as wire:
        wire.answer(user_answer())
        for credentials in (FIRST, SECOND, FIRST):
            with acting_as(credentials):
                gateway.describe_user(INSTANCE, USER)
                ConnectGateway(REGION).describe_user(INSTANCE, USER)
    assert signers(wire) == [
        *[("AKIAFIRST", "first-token")] * 2,
        *[("AKIASECOND", "second-token")] * 2,
        *[("AKIAFIRST", "first-token")] * 2,
    ]


def test_a_client_of_a_persons_own_signs_with_its_credentials_and_needs_no_event() -> None:
    client = boto3.Session("AKIAPERSON", "person-secret", "person-token", "eu-west-2").client("connect")
    wire = Wire()
    events: Any = client.meta.events
    events.register_first("before-send.connect", wire)
    wire.answer(user_answer())
    ConnectGateway(client=client).describe_user(INSTANCE, USER)
    with acting_as(FIRST):
        ConnectGateway(client=client).describe_user(INSTANCE, USER)
    assert signers(wire) == [("AKIAPERSON", "person-token")] * 2


@pytest.mark.parametrize("nobody", [True, False])
def test_outside_of_an_event_nothing_is_sent(nobody: bool) -> None:
    gateway = ConnectGateway(REGION)
    with wired(REGION) as wire:
        wire.answer(user_answer())
        with acting_as(FIRST):
            gateway.describe_user(INSTANCE, USER)
        with (
            acting_as(None) if nobody else nullcontext(),
            pytest.raises(InvalidCredentials, match="no usable credentials for connect:DescribeUser"),
        ):
            gateway.describe_user(INSTANCE, USER)
    assert signers(wire) == [("AKIAFIRST", "first-token")]


def test_credentials_end_with_the_block_even_when_it_fails() -> None:
    def fail() -> None:
        with acting_as(FIRST):
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with pytest.raises(NoCredentialsError):
        EventCredentials().get_frozen_credentials()


def test_an_inner_block_gives_way_to_the_outer_one_again() -> None:
    kept = EventCredentials()
    with acting_as(FIRST):
        with acting_as(SECOND):
            assert kept.get_frozen_credentials() is SECOND
        assert kept.get_frozen_credentials() is FIRST


def test_threads_do_not_see_each_other_s_credentials() -> None:
    kept = EventCredentials()
    inside, done = threading.Event(), threading.Event()
    seen: list[object] = []

    def other() -> None:
        try:
            kept.get_frozen_credentials()
        except NoCredentialsError as error:
            seen.append(type(error))
        with acting_as(SECOND):
            seen.append(kept.get_frozen_credentials())
            inside.set()
            done.wait(10)

    with acting_as(FIRST):
        thread = threading.Thread(target=other)
        thread.start()
        assert inside.wait(10)
        assert kept.get_frozen_credentials() is FIRST
        done.set()
        thread.join(10)
    assert seen == [NoCredentialsError, SECOND]


def test_one_client_is_kept_for_each_service_and_region() -> None:
    assert kept_client("logs", REGION) is kept_client("logs", REGION)
    assert kept_client("logs", REGION) is not kept_client("logs", "eu-west-1")
    assert kept_client("logs", "eu-west-1").meta.region_name == "eu-west-1"
    assert kept_client("cloudwatch", REGION).meta.service_model.service_name == "cloudwatch"


def called_for(session: Session, event: str) -> list[str]:
    events: Any = session.get_component("event_emitter")
    # `emit` itself does this; there is no public way.
    found = events._emitter._handlers.prefix_search(events._alias_event_name(event))
    # An object that can be called, such as moto's, has no name of its own.
    names = [
        (handler.__module__, getattr(handler, "__qualname__", type(handler).__qualname__))
        for handler in found
    ]
    return sorted(map(".".join, names))


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        *(
            ("connect", name)
            for name in ("DescribeUser", "SearchUsers", "TagResource", "UntagResource", "UpdateUserConfig")
        ),
        ("lambda", "Invoke"),
        *(("cloudwatch-logs", name) for name in ("CreateLogGroup", "CreateLogStream", "PutLogEvents")),
        *(("logs", name) for name in ("CreateLogGroup", "CreateLogStream", "PutLogEvents")),
        ("cloudwatch", "PutMetricData"),
    ],
)
def test_every_event_of_our_services_meets_the_handlers_of_a_full_session(
    service: str, operation: str
) -> None:
    full, lean = Session(), _event_session(REGION)
    handlers: Any = BUILTIN_HANDLERS
    for stage in {event.partition(".")[0] for event, *_ in handlers}:
        for event in (
            f"{stage}.{service}",
            f"{stage}.{service}.{operation}",
            f"{stage}.{service}.{operation}.param",
        ):
            assert called_for(lean, event) == called_for(full, event), event


def test_the_comparison_notices_a_handler_that_is_missing() -> None:
    bare = Session(include_builtin_handlers=False)
    event = "before-call.connect.DescribeUser"
    assert called_for(bare, event) != called_for(Session(), event)
    assert not concerns_us("before-call.s3.PutObject")


def test_no_client_tries_again_unseen() -> None:
    for service in ("connect", "lambda", "logs", "cloudwatch"):
        config: Any = kept_client(service, REGION).meta.config
        assert config.retries == {"mode": "standard", "total_max_attempts": 1}


def test_deliveries_sign_as_the_provider_while_the_gateway_acts_as_the_caller() -> None:
    gateway = ConnectGateway(REGION)
    logs = DeliveryClient(kept_client("logs", REGION), SECOND)
    with wired(REGION) as wire, wired(REGION, "logs") as delivered:
        wire.answer(user_answer())
        delivered.answer()
        with acting_as(FIRST):
            gateway.describe_user(INSTANCE, USER)
            logs.create_log_group(logGroupName="g")
            gateway.describe_user(INSTANCE, USER)
        logs.create_log_group(logGroupName="g")
    assert signers(wire) == [("AKIAFIRST", "first-token")] * 2
    assert signers(delivered) == [("AKIASECOND", "second-token")] * 2
    assert {sent.path for sent in delivered.sent} == {"/"}


def test_a_kept_delivery_client_signs_for_each_event_anew() -> None:
    with wired(REGION, "logs") as delivered:
        delivered.answer()
        for keys in (FIRST, SECOND, FIRST):
            DeliveryClient(kept_client("logs", REGION), keys).create_log_group(logGroupName="g")
        with pytest.raises(NoCredentialsError):
            kept_client("logs", REGION).create_log_group(logGroupName="g")  # type: ignore[attr-defined]  # clients are made from data
    assert [key for key, _ in signers(delivered)] == ["AKIAFIRST", "AKIASECOND", "AKIAFIRST"]


def test_silent_endpoints_of_metrics_and_logs_leave_time_for_the_answer() -> None:
    def config_of(service: str) -> Any:
        return kept_client(service, REGION).meta.config

    def seconds(service: str) -> float:
        config = config_of(service)
        return float(config.connect_timeout + config.read_timeout)

    assert Retrier().write_seconds + seconds("connect") + seconds("cloudwatch") + seconds("logs") < 60
    assert config_of("logs").user_agent_extra == config_of("connect").user_agent_extra
