"""Records every call that the shipped handlers make to AWS in any test; `tests/conftest.py` installs it.

A call counts as the handlers' own where both hold: it is sent by one of their clients (known by its user
agent), and it is sent while one of the entry points is on the stack. Agents that a test makes, what it
changes meanwhile and what it asks of a kept client directly are therefore the test's. What is noted has been
signed and is about to be sent, whoever answers it in place of AWS.

It does not see processes that a test starts. The local cloud authorizes its Lambdas by the policies of the
deployed role instead (`tests/stacks`): there a call without a permission fails.
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
    # In a thread of its own.
    ("custom_connect_userconfig.registry.delivery", "publish"): "registry",
    ("custom_connect_userconfig.custom_resource", "handler"): "custom resource",
}
"""The outermost frame of each front end, and the front end's name."""
_CONTEXT_KEY: Final = "privileges.recording"
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
    """Of the signer."""


Listener = Callable[[Call], None]


@dataclass
class Recorder:
    """Records the distinct calls of a whole run, few enough to send from one process to another."""

    used: set[tuple[str, str, str]] = field(default_factory=set)
    """Front end, operation and the kind of resource it names (`kind_of`)."""
    _listeners: list[Listener] = field(default_factory=list)

    def install(self) -> None:
        """Record the calls of every botocore session that is created from now on."""
        botocore_handlers.BUILTIN_HANDLERS.append(("before-parameter-build", self._keep))
        # The handler that signs has the service's own name, and botocore calls the more specific name first.
        botocore_handlers.BUILTIN_HANDLERS.append(("request-created", self._note))

    @contextmanager
    def telling(self, listener: Listener) -> Iterator[None]:
        """Tell `listener` every call until the block ends; if it raises, the call is not sent."""
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    def _keep(self, params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: object) -> None:
        """Keep the parameters: the request itself is bytes by the time it is signed."""
        context[_CONTEXT_KEY] = (model.service_model.service_name, dict(params))

    def _note(self, request: Any, operation_name: str, **_: object) -> None:
        front_end = _serving()
        if front_end is None or USER_AGENT not in _text(request.headers.get("User-Agent")):
            return
        service, parameters = request.context[_CONTEXT_KEY]
        signer = _SIGNER.search(_text(request.headers.get("Authorization")))
        assert signer, f"{service}:{operation_name} is sent without a signature"
        call = Call(
            front_end, f"{service}:{operation_name}", parameters, request.context["client_region"], signer[1]
        )
        self.used.add((call.front_end, call.operation, kind_of(call)))
        for listener in self._listeners:
            listener(call)


def _serving() -> str | None:
    """Return the front end that runs in this thread, if one does."""
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
    """Return the kind of resource that a call names: a value of `_KINDS`, or unknown."""
    given = call.parameters
    if "resourceArn" in given:
        return "agent" if AGENT_ARN.fullmatch(given["resourceArn"]) else "unknown"
    named = [kind for name, kind in _KINDS.items() if name in given]
    return named[-1] if named else "unknown"


_KINDS: Final = {
    "InstanceId": "instance",
    "UserId": "agent",
    "FunctionName": "function",
    "logGroupName": "log-group",
    "logStreamName": "log-stream",
    "Namespace": "metrics",
}
"""The kind of resource that a parameter names; of several, the last counts."""

recorder: Final = Recorder()
"""The recorder of this process."""
