"""Work that must wait longer than one invocation lasts: the function hands it over to its own next invocation.

What is handed over is CloudFormation's event, the pacing state of the service, and how long to wait. Only ``custom_resource``
uses it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self, cast

from botocore.exceptions import BotoCoreError, ClientError

from .aws_sessions import kept_client
from .connect_errors import classified
from .core.errors import AccessDenied, NetworkFault, SettingsError

_KEY: Final = "HandedOver"


@dataclass(frozen=True)
class Handover:
    """Where an operation goes on."""

    event: Mapping[str, object]
    """CloudFormation's."""
    since: float
    """Seconds since the epoch at which the first invocation began; CloudFormation's patience counts from there."""
    context: Mapping[str, object] | None = None
    """The service's pacing state; None at the beginning."""
    wait: float = 0.0
    """Seconds to wait before going on."""

    @classmethod
    def read(cls, event: Mapping[str, object], now: float) -> Self:
        """Return what `event` holds: a handover, or the first event of CloudFormation's."""
        inner = event.get(_KEY)
        if not isinstance(inner, Mapping):
            return cls(event, now)
        return cls(
            event=cast("Mapping[str, object]", inner["event"]),
            since=min(float(inner["since"]), now),
            context=cast("Mapping[str, object]", inner["context"]),
            wait=float(inner["wait"]),
        )

    def to_event(self) -> dict[str, object]:
        """Return the event that `read` reads."""
        return {_KEY: {"event": dict(self.event), "since": self.since, "context": self.context, "wait": self.wait}}


def hand_over(handover: Handover, function_arn: str, region: str | None) -> None:
    """Invoke the function asynchronously with `handover`; raises the errors of ``core.errors``, and does not try again."""
    payload = json.dumps(handover.to_event()).encode()
    try:
        client: Any = kept_client("lambda", region)
        client.invoke(FunctionName=function_arn, InvocationType="Event", Payload=payload)
    except ClientError as error:
        raise _refusal(error) from error
    except BotoCoreError as error:
        raise NetworkFault(f"Lambda did not answer the invocation of the function ({type(error).__name__}).") from error


def _refusal(error: ClientError) -> SettingsError:
    kind, code, text = classified(error)
    if kind is AccessDenied:
        return AccessDenied(f"The role of the function may not invoke it: grant it lambda:InvokeFunction on the function ({text}).")
    return kind(f"Lambda answered the invocation of the function with {code}: {text}")
