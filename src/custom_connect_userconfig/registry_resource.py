"""The support library's `Resource`, adapted where it would lose what a request says; only ``handlers`` uses it.

- Properties reach the handlers as they were sent. The stock model cuts 3.5 down to 3, turns ``[]`` into None, fails on null,
  on "yes" and on properties of another version, all before a handler could say what is wrong.
- ``nextToken`` reaches LIST; the library drops it, and a second page would be the first one again for ever.
- Sessions are made only when they are used, on one loader of service data.
- A failing log delivery must not fail the request: the library raises out of every log line, its own included.
"""

import logging
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from boto3.session import Session
from botocore.credentials import ReadOnlyCredentials
from cloudformation_cli_python_lib.boto3_proxy import SessionProxy
from cloudformation_cli_python_lib.exceptions import InvalidRequest
from cloudformation_cli_python_lib.interface import Action, BaseModel, BaseResourceHandlerRequest
from cloudformation_cli_python_lib.log_delivery import ProviderLogHandler
from cloudformation_cli_python_lib.resource import Resource
from cloudformation_cli_python_lib.utils import Credentials, HandlerRequest

from .aws_sessions import acting_as, new_session
from .core.errors import InvalidCredentials


@dataclass(frozen=True)
class RawProperties(BaseModel):
    """The properties of a request, unread."""

    properties: Mapping[str, Any]

    @classmethod
    def _deserialize(cls, json_data: Mapping[str, Any] | None) -> "RawProperties":
        return cls(json_data or {})

    def _serialize(self) -> Mapping[str, Any]:
        return self.properties


class ToleratedLogHandler(ProviderLogHandler):
    """Delivers log lines to the log group of the provider; reports to stderr, and goes on, where that fails."""

    def emit(self, record: logging.LogRecord) -> None:
        """Deliver `record` if that is possible."""
        try:
            super().emit(record)
        except Exception:  # noqa: BLE001 - a log line that cannot be delivered, for whatever reason, is not worth a failed stack
            self.handleError(record)


class EventSession(SessionProxy):
    """The library's session, made only when something asks for a client: the handlers need no more than the credentials."""

    def __init__(self, credentials: ReadOnlyCredentials, region: str | None) -> None:
        # Not the library's initializer: it wants a session, which costs more than a warm handler does otherwise.
        self.credentials = credentials
        self._region = region

    @cached_property
    def session(self) -> Session:  # type: ignore[override] # read only, and made late: that is the point
        """A session on the shared loader."""
        return new_session(self.credentials, self._region)

    def client(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - boto3's own signature
        """Make a client, as the session does."""
        return self.session.client(*args, **kwargs)

    def resource(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - boto3's own signature
        """Make a resource, as the session does."""
        return self.session.resource(*args, **kwargs)


@contextmanager
def signing_for(proxy: SessionProxy | None) -> Iterator[None]:
    """Let the gateway sign with the credentials of a request; InvalidCredentials when it carries none."""
    credentials = _credentials_of(proxy)
    if credentials is None:
        raise InvalidCredentials(
            "The request carries no credentials to call Amazon Connect with: register the type with an execution role."
        )
    with acting_as(credentials):
        yield


def _credentials_of(proxy: SessionProxy | None) -> ReadOnlyCredentials | None:
    if isinstance(proxy, EventSession):
        return proxy.credentials
    found = proxy.session.get_credentials() if proxy else None
    return found.get_frozen_credentials() if found else None


class UserConfigResource(Resource):
    """`Resource` with the four adaptations that the module's text names."""

    @staticmethod
    def _parse_request(
        event_data: MutableMapping[str, Any],
    ) -> tuple[tuple[SessionProxy | None, SessionProxy | None], Action, MutableMapping[str, Any], HandlerRequest]:
        try:
            event = HandlerRequest.deserialize(event_data)
            caller = _event_session(event.requestData.callerCredentials, event.region)
            provider = _event_session(event.requestData.providerCredentials, event.region)
            return (caller, provider), Action[event.action], event.callbackContext or {}, event
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InvalidRequest(f"The event is not one of the handler protocol: {type(error).__name__} {error}.") from error

    def _cast_resource_request(self, request: HandlerRequest) -> BaseResourceHandlerRequest:
        provider = _event_session(request.requestData.providerCredentials, request.region)
        if provider and request.requestData.providerLogGroupName:
            # The library installs its own handler only where it finds none; it finds this one, and merely renews its client.
            ToleratedLogHandler.setup(request, provider, self.log_format)
        return replace(super()._cast_resource_request(request), nextToken=request.nextToken)


def _event_session(credentials: Credentials | None, region: str | None) -> EventSession | None:
    if not credentials:
        return None
    keys = ReadOnlyCredentials(credentials.accessKeyId, credentials.secretAccessKey, credentials.sessionToken)
    return EventSession(keys, region)
