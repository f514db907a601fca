"""Hands work that must wait longer than one invocation lasts over to the function's next invocation.

A handover holds CloudFormation's event, the progress of the operation, and the wait. Only ``custom_resource``
uses this.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from botocore.exceptions import BotoCoreError, ClientError

from ..aws.clients import kept_client
from ..aws.errors import classified
from ..core.errors import AccessDenied, NetworkFailure, SettingsError

_KEY: Final = "HandedOver"
_LATEST: Final = 1e11
"""Seconds since the epoch; no clock shows more. The bound also excludes infinity and "not a number"."""


@dataclass(frozen=True)
class Handover:
    """The state of a request between two invocations."""

    event: Mapping[str, object]
    """CloudFormation's event."""
    since: float
    """Seconds since the epoch when the first invocation began, and with it CloudFormation's wait."""
    context: Mapping[str, object] | None = None
    """The progress of the operation; None at the beginning."""
    wait: float = 0.0
    """Seconds to wait before the next try."""
    count: int = 0
    """How often the work has been handed over."""

    @classmethod
    def read(cls, event: Mapping[str, object], now: float) -> Self:
        """Return the handover in `event`, or the first one of CloudFormation's event.

        A malformed member gets its default.
        """
        inner = event.get(_KEY)
        if not isinstance(inner, Mapping) or not isinstance(inner.get("event"), Mapping):
            return cls(event, now)
        context = inner.get("context")
        return cls(
            event=inner["event"],
            since=min(_number(inner.get("since"), now), now),
            context=context if isinstance(context, Mapping) else None,
            wait=max(0.0, _number(inner.get("wait"), 0.0)),
            count=int(_number(inner.get("count"), 0)),
        )

    def to_event(self) -> dict[str, object]:
        """Return the event that `read` reads."""
        state = {"since": self.since, "context": self.context, "wait": self.wait, "count": self.count}
        return {_KEY: {"event": dict(self.event), **state}}


def _number(value: object, otherwise: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_LATEST < value < _LATEST:
        return otherwise
    return value


def hand_over(handover: Handover, function_arn: str, region: str | None) -> None:
    """Invoke the function asynchronously with `handover`; raises errors of ``core.errors``, never retries."""
    payload = json.dumps(handover.to_event()).encode()
    try:
        client: Any = kept_client("lambda", region)
        client.invoke(FunctionName=function_arn, InvocationType="Event", Payload=payload)
    except ClientError as error:
        raise _refusal(error) from error
    except BotoCoreError as error:
        problem = f"Lambda did not answer the invocation of the function ({type(error).__name__})."
        raise NetworkFailure(problem) from error


def _refusal(error: ClientError) -> SettingsError:
    kind, code, text = classified(error)
    if kind is AccessDenied:
        remedy = "grant it lambda:InvokeFunction on the function"
        return AccessDenied(f"The role of the function may not invoke it: {remedy} ({text}).")
    return kind(f"Lambda answered the invocation of the function with {code}: {text}")
