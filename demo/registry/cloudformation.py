"""CloudFormation's side of the handler protocol: events as it sends them, and its way of calling again."""

import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from custom_connect_userconfig import handlers

REGION: Final = "us-east-1"
ACCOUNT: Final = "123456789012"
STACK_NAME: Final = "contact-centre"
_STACK_ID: Final = (
    f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK_NAME}/0a1b2c3d-0000-4000-8000-000000000000"
)
_CREDENTIALS: Final = {"accessKeyId": "local", "secretAccessKey": "local", "sessionToken": "local"}

Properties = Mapping[str, Any]

_requests = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    """What CloudFormation is told in the end."""

    succeeded: bool
    code: str
    message: str
    model: Properties


@dataclass(frozen=True)
class StackResource:
    """One resource of the demo's stack."""

    logical_id: str

    def invoke(self, action: str, properties: Properties, previous: Properties | None = None) -> Answer:
        """Send events, as long as the handler asks for another, to the real entry point; return the last
        answer.
        """
        answer: dict[str, Any] = {"resourceModel": properties}
        token = f"demo-{next(_requests)}"
        while True:
            event = self._event(
                token, action, answer["resourceModel"], previous, answer.get("callbackContext")
            )
            answer = handlers.resource(event, None)
            if answer["status"] != "IN_PROGRESS":
                break
            time.sleep(answer["callbackDelaySeconds"])
        return Answer(
            succeeded=answer["status"] == "SUCCESS",
            code=answer.get("errorCode") or "",
            message=answer.get("message") or "",
            model=answer.get("resourceModel") or {},
        )

    def _event(
        self, token: str, action: str, properties: Properties, previous: Properties | None, context: object
    ) -> dict[str, Any]:
        return {
            "action": action,
            "awsAccountId": ACCOUNT,
            "bearerToken": token,
            "region": REGION,
            "resourceType": handlers.TYPE_NAME,
            "resourceTypeVersion": "00000001",
            "stackId": _STACK_ID,
            "callbackContext": context,
            "requestData": {
                "callerCredentials": dict(_CREDENTIALS),
                "logicalResourceId": self.logical_id,
                "resourceProperties": dict(properties),
                "previousResourceProperties": dict(previous) if previous else None,
                "stackTags": {},
                "systemTags": {},
            },
        }
