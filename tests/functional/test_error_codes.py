"""Every error code of the registry type: a planted fault or bad input causes each."""

import math
from typing import Any

import pytest

from connect_local import FaultKind
from custom_connect_userconfig import handlers
from functional.agents import DECLARED_NUMBER
from functional.settings import acw, auto_accept, phone
from functional.world import World, done, refused

ALWAYS = {"times": math.inf}
DESCRIBE, WRITE, TAG = "DescribeUser", "UpdateUserConfig", "TagResource"

FAULTS: list[tuple[str, FaultKind | str, dict[str, Any], str, tuple[str, ...]]] = [
    (WRITE, FaultKind.INVALID_REQUEST, {}, "InvalidRequest", ("UpdateUserConfig", "InvalidRequestException")),
    (
        WRITE,
        FaultKind.INVALID_PARAMETER,
        {},
        "InvalidRequest",
        ("UpdateUserConfig", "InvalidParameterException"),
    ),
    (DESCRIBE, FaultKind.RESOURCE_NOT_FOUND, ALWAYS, "NotFound", ("InstanceId", "UserId")),
    (
        WRITE,
        FaultKind.ACCESS_DENIED,
        {},
        "AccessDenied",
        ("connect:UpdateUserConfig", "connect:UpdateUserPhoneConfig"),
    ),
    (TAG, FaultKind.ACCESS_DENIED, {}, "AccessDenied", ("grant it connect:TagResource",)),
    (DESCRIBE, FaultKind.ACCESS_DENIED, {}, "AccessDenied", ("grant it connect:DescribeUser",)),
    (DESCRIBE, FaultKind.EXPIRED_CREDENTIALS, {}, "InvalidCredentials", ("DescribeUser", "expired")),
    (DESCRIBE, "UnrecognizedClientException", {"status": 403}, "InvalidCredentials", ("DescribeUser",)),
    (DESCRIBE, FaultKind.LIMIT_EXCEEDED, {}, "ServiceLimitExceeded", ("LimitExceededException",)),
    (
        DESCRIBE,
        "SomethingNobodyHasHeardOf",
        {"status": 400},
        "GeneralServiceException",
        ("SomethingNobodyHasHeardOf",),
    ),
    (DESCRIBE, FaultKind.THROTTLING, ALWAYS, "Throttling", ("ThrottlingException",)),
    (TAG, FaultKind.THROTTLING, ALWAYS, "Throttling", ("ThrottlingException",)),
    (DESCRIBE, FaultKind.TOO_MANY_REQUESTS, ALWAYS, "Throttling", ("TooManyRequestsException",)),
    (DESCRIBE, FaultKind.INTERNAL_SERVICE, ALWAYS, "ServiceInternalError", ("InternalServiceException",)),
    (DESCRIBE, FaultKind.SERVER_ERROR, ALWAYS, "ServiceInternalError", ("503",)),
    (
        WRITE,
        FaultKind.CONDITIONAL_OPERATION_FAILED,
        ALWAYS,
        "ResourceConflict",
        ("ConditionalOperationFailed",),
    ),
    (DESCRIBE, FaultKind.CONNECTION_RESET_BEFORE, ALWAYS, "NetworkFailure", ("did not answer DescribeUser",)),
    (DESCRIBE, FaultKind.READ_TIMEOUT_BEFORE, ALWAYS, "NetworkFailure", ("ReadTimeoutError",)),
    (DESCRIBE, FaultKind.ENDPOINT_UNREACHABLE, ALWAYS, "NetworkFailure", ("DescribeUser",)),
]
IN_READ = [fault for fault in FAULTS if fault[0] == DESCRIBE]
ELSEWHERE = {"AlreadyExists", "NotStabilized"}
"""Codes that the scenarios of two stacks and of writes that never show cause."""


@pytest.mark.parametrize(
    ("operation", "kind", "more", "code", "words"), FAULTS, ids=[f"{f[0]}-{f[1]}" for f in FAULTS]
)
def test_fault_in_create_has_its_code_and_leaves_no_trace(
    world: World,
    operation: str,
    kind: FaultKind | str,
    more: dict[str, Any],
    code: str,
    words: tuple[str, ...],
) -> None:
    agent = world.agent("dense")
    before = agent.effective(), agent.tags()
    world.plant(operation, kind, **more)
    outcome = world.resource().driver.create(agent.declare(AutoAcceptConfigs=[auto_accept("VOICE", False)]))
    refused(outcome, code, *words)
    world.connect.clear_faults()
    if agent.record():
        assert "deleting the resource gives them back" in outcome.message
        done(world.resource().driver.delete(agent.identifier))
    assert (agent.effective(), agent.tags()) == before


def test_every_code_has_a_cause() -> None:
    caused = {code for *_, code, _ in FAULTS} | ELSEWHERE
    assert {code.name for code in handlers.ERROR_CODES.values()} == caused


@pytest.mark.parametrize(
    ("operation", "kind", "more", "code", "words"), IN_READ, ids=[str(f[1]) for f in IN_READ]
)
def test_fault_in_read(
    world: World,
    operation: str,
    kind: FaultKind | str,
    more: dict[str, Any],
    code: str,
    words: tuple[str, ...],
) -> None:
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(agent.declare(AutoAcceptConfigs=[auto_accept("VOICE", False)])))
    world.plant(operation, kind, **more)
    began = world.clock.now()
    refused(resource.read(agent.identifier), code, *words)
    assert world.clock.now() - began < 30, "READ must answer within 30 seconds"


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.THROTTLING,
        FaultKind.TOO_MANY_REQUESTS,
        FaultKind.INTERNAL_SERVICE,
        FaultKind.SERVER_ERROR,
        FaultKind.CONNECTION_RESET_BEFORE,
    ],
)
def test_read_tries_again(world: World, kind: FaultKind) -> None:
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(agent.declare(AutoAcceptConfigs=[auto_accept("VOICE", False)])))
    world.plant(DESCRIBE, kind, times=2)
    done(resource.read(agent.identifier))


def test_damaged_record_is_reported_and_nothing_is_touched(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    properties = agent.declare(AfterContactWorkConfigs=[acw("VOICE", 30)])
    done(resource.create(properties))
    world.connect.backend().tag_resource(agent.arn, {"connect-user-config:after-contact-work": "v9 VOICE=11"})
    before = agent.effective(), agent.tags()
    driver = resource.driver
    for operation in (driver.read, driver.delete, lambda p: driver.update(p, p), driver.create):
        refused(
            operation(properties),
            "GeneralServiceException",
            "connect-user-config:after-contact-work",
            "v9 VOICE=11",
        )
    assert (agent.effective(), agent.tags()) == before


def test_request_without_credentials(world: World) -> None:
    agent = world.agent("dense")
    driver: Any = world.resource().driver
    event = driver.stack.event("CREATE", agent.declare(AfterContactWorkConfigs=[acw("VOICE", 30)]))
    event["requestData"]["callerCredentials"] = None
    answer: Any = handlers.resource(event, None)
    assert (answer["status"], answer["errorCode"]) == ("FAILED", "InvalidCredentials")
    assert not world.connect.calls


def test_number_in_the_services_own_text_is_redacted(world: World) -> None:
    agent = world.agent("desk")
    world.plant(
        WRITE,
        FaultKind.INVALID_PARAMETER,
        message=f"Phone number {DECLARED_NUMBER} ({DECLARED_NUMBER[1:]}) cannot be used",
    )
    properties = agent.declare(PhoneNumberConfigs=phone("DESK_PHONE", DECLARED_NUMBER))
    outcome = refused(
        world.resource().create(properties), "InvalidRequest", "cannot be used", "[phone number redacted]"
    )
    assert DECLARED_NUMBER[1:] not in outcome.message
