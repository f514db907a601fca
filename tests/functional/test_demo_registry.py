"""The demo as the registry: it calls again as CloudFormation does, and takes no failure for done."""

import io
import json
import time
from typing import Any

import pytest

from demo import registry
from demo.checks import NotAsDeclared

MODEL = {"InstanceId": "i", "UserId": "u", "AutoAcceptConfigs": []}
IN_PROGRESS = {
    "status": "IN_PROGRESS",
    "callbackDelaySeconds": 7,
    "callbackContext": {"step": 1},
    "resourceModel": MODEL,
}


class Handlers:
    """Answers of handlers, one after the other; both a cloud and its client."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)
        self.events: list[dict[str, Any]] = []

    def client(self, _: str) -> "Handlers":
        return self

    def invoke(self, FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        self.events.append(json.loads(Payload))
        return {"Payload": io.BytesIO(json.dumps(self.answers.pop(0)).encode())}


def resource(handlers: Handlers) -> registry.Resource:
    return registry.Resource(handlers, "sales", "SalesAgent")  # type: ignore[arg-type]  # what it needs of both


def test_a_request_in_progress_is_sent_again_with_its_context_and_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    handlers = Handlers(IN_PROGRESS, {"status": "SUCCESS", "resourceModel": MODEL})
    assert resource(handlers).update({"UserId": "u"}, {"UserId": "old"}) == MODEL
    assert slept == [7]
    first, second = handlers.events
    assert (first["callbackContext"], second["callbackContext"]) == (None, {"step": 1})
    assert first["bearerToken"] == second["bearerToken"]
    assert second["requestData"]["resourceProperties"] == MODEL
    assert second["requestData"]["previousResourceProperties"] == {"UserId": "old"}


@pytest.mark.parametrize(
    "answer", [{"status": "FAILED", "message": "owned by another"}, {"errorMessage": "?"}]
)
def test_a_failure_ends_the_demo_and_names_the_request(answer: dict[str, Any]) -> None:
    with pytest.raises(NotAsDeclared, match=r"^DELETE of sales/SalesAgent must succeed: .*(another|\?)"):
        resource(Handlers(answer)).delete(MODEL)


def test_two_requests_have_two_tokens() -> None:
    handlers = Handlers(*2 * [{"status": "SUCCESS", "resourceModel": MODEL}])
    for _ in range(2):
        resource(handlers).read(MODEL)
    first, second = handlers.events
    assert first["bearerToken"] != second["bearerToken"]
