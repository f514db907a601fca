"""Records every call that the shipped handlers make to AWS, in whichever test; `tests/conftest.py` installs
it for the whole run.

A call counts as the handlers' own where both hold: it is sent by one of their clients (known by its user
agent), and it is sent while one of the two entry points is on the stack. Agents that a test makes, what it
changes meanwhile and what it asks of a kept client directly are therefore the test's. What is noted has been
signed and is about to be sent, whoever answers it in place of AWS.

Processes that a test starts are not seen here: Lambdas of the local cloud are held to the policies of the
deployed role instead (`tests/stacks`), so that there a call without a permission fails.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from botocore import handlers as botocore_handlers

if TYPE_CHECKING:
    from types import FrameType

USER_AGENT: Final = "custom-connect-userconfig"
ENTRY_POINTS: Final = {
    ("custom_connect_userconfig.registry.resource", "__call__"): "registry",
    ("custom_connect_userconfig.custom_resource", "handler"): "custom resource",
}
"""The frames that all work of a front end runs under, and the front end's name."""
_KEPT: Final = "privileges.recording"
_SIGNER: Final = re.compile(r"Credential=(\w+)/")


@dataclass(frozen=True)
class Call:
    """One call of a handler."""

    front_end: str
    operation: str
    """As ``service:Operation``."""
    parameters: Mapping[str, Any]
    region: str
    access_key: str
    """Of whoever has signed it."""


Listener = Callable[[Call], None]


@dataclass
class Recorder:
    """Takes note of calls; `used` holds the distinct ones of the whole run, small enough to send from one
    process to another.
    """

    used: set[tuple[str, str, str]] = field(default_factory=set)
    """Front end, operation and the kind of resource it names (`kind_of`)."""
    _listeners: list[Listener] = field(default_factory=list)

    def install(self) -> None:
        """Be told of the calls of every botocore session that is made from now on."""
        botocore_handlers.BUILTIN_HANDLERS.append(("before-parameter-build", self._keep))
        # The handler that signs is registered under the service's own name, and the more specific name is
        # called first.
        botocore_handlers.BUILTIN_HANDLERS.append(("request-created", self._note))

    @contextmanager
    def telling(self, listener: Listener) -> Iterator[None]:
        """Tell `listener` of every call until the block ends; a call that it raises for is not sent."""
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    def _keep(self, params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: object) -> None:
        """What is sent is bytes already; what it says is kept beside it."""
        context[_KEPT] = (model.service_model.service_name, dict(params))

    def _note(self, request: Any, operation_name: str, **_: object) -> None:
        front_end = _serving()
        if front_end is None or USER_AGENT not in _text(request.headers.get("User-Agent")):
            return
        service, parameters = request.context[_KEPT]
        signer = _SIGNER.search(_text(request.headers.get("Authorization")))
        assert signer, f"{service}:{operation_name} is sent without a signature"
        call = Call(
            front_end, f"{service}:{operation_name}", parameters, request.context["client_region"], signer[1]
        )
        self.used.add((call.front_end, call.operation, kind_of(call)))
        for listener in self._listeners:
            listener(call)


def _serving() -> str | None:
    """The front end that is at work, in this thread."""
    frame: FrameType | None = sys._getframe()
    while frame:
        if front_end := ENTRY_POINTS.get((frame.f_globals.get("__name__", ""), frame.f_code.co_name)):
            return front_end
        frame = frame.f_back
    return None


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "")


AGENT_ARN: Final = re.compile(r"arn:[\w-]+:connect:[\w-]+:\d{12}:instance/[\w-]+/agent/[\w-]+")


def kind_of(call: Call) -> str:
    """Return which kind of resource a call names: agent, instance, function, log-group, log-stream, metrics,
    or unknown.
    """
    said = call.parameters
    if "resourceArn" in said:
        return "agent" if AGENT_ARN.fullmatch(said["resourceArn"]) else "unknown"
    named = [kind for name, kind in _KINDS.items() if name in said]
    return named[-1] if named else "unknown"


_KINDS: Final = {
    "InstanceId": "instance",
    "UserId": "agent",
    "FunctionName": "function",
    "logGroupName": "log-group",
    "logStreamName": "log-stream",
    "Namespace": "metrics",
}
"""Parameters, the more specific ones later."""

recorder: Final = Recorder()
"""The one of this process."""
