"""The CloudFormation registry's side of the handler protocol, played for the packaged handlers.

No local cloud has the registry. Here the handlers run as they are, in a Lambda of the local cloud, and get
the events that CloudFormation would send, again after each IN_PROGRESS.
"""

import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .checks import NotAsDeclared
from .local_cloud import ACCOUNT, KEY, REGION, LocalCloud

TYPE: Final = "Acme::Connect::UserConfig"
_FUNCTION: Final = "registry-handlers"
_HANDLER: Final = "custom_connect_userconfig.handlers.resource"
_ASSUMED_BY_LAMBDA: Final = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    },
}
_TIMEOUT: Final = 60
"""Seconds of one invocation, as CloudFormation has it."""
_CREDENTIALS: Final = {"accessKeyId": KEY, "secretAccessKey": KEY, "sessionToken": KEY}

_serial = itertools.count(1)


@dataclass(frozen=True)
class Resource:
    """One resource of one stack, whose type is in the registry."""

    cloud: LocalCloud
    stack: str
    logical_id: str

    def create(self, properties: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the model after CREATE."""
        return self._model("CREATE", properties)

    def update(self, properties: Mapping[str, Any], previous: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the model after UPDATE."""
        return self._model("UPDATE", properties, previousResourceProperties=previous)

    def read(self, identifier: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the model that READ shows, as drift detection and import ask for it."""
        return self._model("READ", identifier)

    def list(self, instance_id: str) -> list[Mapping[str, Any]]:
        """Return the identifiers of all agents with owned settings."""
        found: list[Mapping[str, Any]] = self._done("LIST", {"InstanceId": instance_id})["resourceModels"]
        return found

    def delete(self, properties: Mapping[str, Any]) -> None:
        """Send DELETE."""
        self._done("DELETE", properties)

    def _model(self, action: str, properties: Mapping[str, Any], **more: object) -> Mapping[str, Any]:
        model: Mapping[str, Any] = self._done(action, properties, **more)["resourceModel"]
        return model

    def _done(self, action: str, properties: Mapping[str, Any], **more: object) -> dict[str, Any]:
        """Send the request until it has ended; raises NotAsDeclared unless it succeeds."""
        token = f"token-{next(_serial)}"
        answer = _invoke(self.cloud, self._event(action, token, None, properties, more))
        while answer.get("status") == "IN_PROGRESS":
            time.sleep(answer["callbackDelaySeconds"])
            model, context = answer["resourceModel"], answer["callbackContext"]
            answer = _invoke(self.cloud, self._event(action, token, context, model, more))
        if answer.get("status") != "SUCCESS":
            raise NotAsDeclared(f"{action} of {self.stack}/{self.logical_id} must succeed: {answer}")
        return answer

    def _event(
        self, action: str, token: str, context: object, properties: object, more: Mapping[str, object]
    ) -> dict[str, object]:
        stack_id = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{self.stack}/00000000"
        return {
            "action": action,
            "awsAccountId": ACCOUNT,
            "bearerToken": token,
            "region": REGION,
            "resourceType": TYPE,
            "resourceTypeVersion": "00000001",
            "stackId": stack_id,
            "callbackContext": context,
            "requestData": {
                "callerCredentials": _CREDENTIALS,
                "logicalResourceId": self.logical_id,
                "resourceProperties": properties,
                "systemTags": {},
                "stackTags": {},
                **more,
            },
        }


def install_handlers(cloud: LocalCloud, archive: Path) -> None:
    """Deploy the handlers in `archive`, which both flavours share, as a Lambda of the local cloud."""
    trust = json.dumps(_ASSUMED_BY_LAMBDA)
    role = cloud.client("iam").create_role(RoleName=_FUNCTION, AssumeRolePolicyDocument=trust)["Role"]
    cloud.client("lambda").create_function(
        FunctionName=_FUNCTION,
        Runtime="python3.12",
        Handler=_HANDLER,
        Role=role["Arn"],
        Code={"ZipFile": archive.read_bytes()},
        Timeout=_TIMEOUT,
    )


def _invoke(cloud: LocalCloud, event: Mapping[str, object]) -> dict[str, Any]:
    invoked = cloud.client("lambda").invoke(FunctionName=_FUNCTION, Payload=json.dumps(event))
    answer: dict[str, Any] = json.loads(invoked["Payload"].read())
    return answer
