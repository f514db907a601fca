"""Adapts the support library's `Resource`; only ``handlers`` uses this.

- Properties reach the handlers as they were sent. The generated model cuts 3.5 down to 3 and turns ``[]``
  into None. It fails on null, on "yes" and on properties of another version, before a handler can name the
  problem.
- ``nextToken`` reaches LIST. The library drops it, so every page would be the first one.
- The clients for metrics and log lines are kept, like the gateway's. A new client for each event takes six
  times as long as a warm handler, and its connection stays open until garbage collection.
- A failed delivery does not fail the request. The library raises if a log line or a metric cannot be
  delivered, even after the work is done.
"""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError

from ..aws.clients import acting_as, kept_client
from ..core.errors import InvalidCredentials
from ..core.messages import bounded
from ..core.redaction import redact, shown
from .library import (
    Action,
    BaseModel,
    BaseResourceHandlerRequest,
    Credentials,
    HandlerRequest,
    InvalidRequest,
    ProviderLogHandler,
    Resource,
    SessionProxy,
    TestEvent,
    UnmodelledRequest,
)

_REGION: Final = re.compile(r"[a-z0-9-]{1,40}")


@dataclass(frozen=True)
class RawProperties(BaseModel):
    """The properties of a request as they were sent."""

    properties: Mapping[str, Any]

    @classmethod
    def _deserialize(cls, json_data: Mapping[str, Any] | None) -> "RawProperties":
        return cls(json_data or {})

    def _serialize(self) -> Mapping[str, Any]:
        return self.properties


class ToleratedLogHandler(ProviderLogHandler):
    """Delivers log lines to the log group of the provider; a failure is reported on stderr, not raised."""

    def emit(self, record: logging.LogRecord) -> None:
        """Deliver `record`, if the event names a log group."""
        if self.client is None:
            return
        try:
            super().emit(record)
        except Exception:  # noqa: BLE001 - a stack must not fail because of a log line
            self.handleError(record)

    @classmethod
    def serve(
        cls,
        request: HandlerRequest,
        provider: "EventSession",
        group: str,
        log_format: logging.Formatter | None,
    ) -> None:
        """Deliver to the log group and stream of this event; the library keeps those of the first event."""
        cls.setup(request, provider, log_format)
        if handler := cls._get_existing_logger():
            fresh = cls(group, _stream(request), provider)
            handler.group, handler.stream = fresh.group, fresh.stream
            handler.sequence_token = fresh.sequence_token

    @classmethod
    def rest(cls) -> None:
        """Deliver nothing until the next event that names a log group."""
        if handler := cls._get_existing_logger():
            handler.client = None


class DeliveryClient:
    """A kept client for one event: it signs with the event's credentials, and stops at the first silence."""

    def __init__(self, client: Any, credentials: ReadOnlyCredentials) -> None:  # noqa: ANN401 - a client of whichever service
        self._client = client
        self._credentials = credentials
        self._silence: str | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - an operation or another attribute
        member = getattr(self._client, name)
        return partial(self._call, member) if callable(member) else member

    def _call(self, operation: Callable[..., Any], **parameters: Any) -> Any:  # noqa: ANN401 - the operation's own
        if self._silence is None:
            try:
                with acting_as(self._credentials):
                    return operation(**parameters)
            except BotoCoreError as error:
                self._silence = type(error).__name__
        # The only class of error that the library's metrics tolerate.
        answer: Any = {"Error": {"Code": self._silence, "Message": "there was no answer"}}
        raise ClientError(answer, operation.__name__)


class EventSession(SessionProxy):
    """The library's session, as far as the library uses it: clients that sign with an event's credentials."""

    def __init__(self, credentials: ReadOnlyCredentials, region: str | None) -> None:
        # Not the library's initializer, which needs a session of boto3: that costs more than a warm handler.
        self.credentials = credentials
        self._region = region

    def client(self, service: str) -> DeliveryClient:  # type: ignore[override] # the library names the service alone
        """Return this process's client for `service`, for this event."""
        return DeliveryClient(kept_client(service, self._region), self.credentials)


@contextmanager
def signing_for(proxy: SessionProxy | None) -> Iterator[None]:
    """Let the gateway sign with the credentials of a request; InvalidCredentials if it has none."""
    credentials = _credentials_of(proxy)
    if credentials is None:
        remedy = "register the type with an execution role"
        raise InvalidCredentials(f"The request carries no credentials to call Amazon Connect with: {remedy}.")
    with acting_as(credentials):
        yield


def _credentials_of(proxy: SessionProxy | None) -> ReadOnlyCredentials | None:
    if isinstance(proxy, EventSession):
        return proxy.credentials
    found = proxy.session.get_credentials() if proxy else None
    return found.get_frozen_credentials() if found else None


class UserConfigResource(Resource):
    """`Resource` with the adaptations in the module docstring."""

    def __call__(self, event_data: MutableMapping[str, Any], context: Any) -> Any:  # noqa: ANN401 - the library's own signature
        """Serve one event, and forget its log group."""
        try:
            return super().__call__(event_data, context)
        finally:
            ToleratedLogHandler.rest()

    @staticmethod
    def _parse_request(
        event_data: MutableMapping[str, Any],
    ) -> tuple[
        tuple[SessionProxy | None, SessionProxy | None], Action, MutableMapping[str, Any], HandlerRequest
    ]:
        try:
            event = HandlerRequest.deserialize(event_data)
            data = event.requestData
            _check_texts(event, "region", "awsAccountId", "bearerToken", "nextToken")
            _check_texts(event, "stackId", "resourceType")
            _check_texts(data, "logicalResourceId", "providerLogGroupName")
            _check_objects(event, "callbackContext")
            _check_objects(data, "resourceProperties", "previousResourceProperties")
            caller, provider = (
                _event_session(keys, event.region)
                for keys in (data.callerCredentials, data.providerCredentials)
            )
            return (caller, provider), _action(event.action), event.callbackContext or {}, event
        except (AttributeError, TypeError, ValueError) as error:
            raise _refusal("the handler protocol", error) from None

    def _parse_test_request(
        self, event_data: MutableMapping[str, Any]
    ) -> tuple[SessionProxy | None, BaseResourceHandlerRequest, Action, MutableMapping[str, Any]]:
        """Parse an event of `cfn invoke`; the library would create a session of boto3."""
        try:
            event = TestEvent(**event_data)
            unmodelled = UnmodelledRequest(**event.request)
            _check_texts(event, "region")
            _check_texts(unmodelled, "region", "awsAccountId", "clientRequestToken", "nextToken")
            _check_texts(unmodelled, "stackId", "logicalResourceIdentifier")
            _check_objects(event, "callbackContext")
            _check_objects(unmodelled, "desiredResourceState", "previousResourceState")
            session = _event_session(Credentials(**event.credentials), event.region)
            request = unmodelled.to_modelled(self._model_cls, self._type_configuration_model_cls)
            return session, request, _action(event.action), event.callbackContext or {}
        except (AttributeError, TypeError, ValueError) as error:
            raise _refusal("`cfn invoke`", error) from None

    def _cast_resource_request(self, request: HandlerRequest) -> BaseResourceHandlerRequest:
        provider = _event_session(request.requestData.providerCredentials, request.region)
        if provider and (group := request.requestData.providerLogGroupName):
            # The library installs its own handler only if there is none; with this one, it renews the client.
            ToleratedLogHandler.serve(request, provider, group, self.log_format)
        return replace(super()._cast_resource_request(request), nextToken=request.nextToken)


def _check_texts(event: object, *names: str) -> None:
    for name in names:
        value = getattr(event, name, None)
        if value is not None and not isinstance(value, str):
            raise TypeError(f"{name} is {shown(value)}, no text")
    if (region := getattr(event, "region", None)) and not _REGION.fullmatch(region):
        raise ValueError(f"region is {shown(region)}, no region")


def _check_objects(event: object, *names: str) -> None:
    for name in names:
        value = getattr(event, name, None)
        if value is not None and not isinstance(value, Mapping):
            raise TypeError(f"{name} is {shown(value)}, no object")


def _action(name: object) -> Action:
    if not isinstance(name, str) or name not in Action.__members__:
        raise ValueError(f"action is {shown(name)}, none of {', '.join(Action.__members__)}")
    return Action[name]


def _refusal(protocol: str, error: Exception) -> InvalidRequest:
    return InvalidRequest(bounded(f"The event is not one of {protocol}: {redact(str(error))}."))


def _stream(request: HandlerRequest) -> str:
    # As the library names it.
    if request.stackId and request.requestData.logicalResourceId:
        return f"{request.stackId}/{request.requestData.logicalResourceId}"
    return f"{request.awsAccountId}-{request.region}"


def _event_session(credentials: Credentials | None, region: str | None) -> EventSession | None:
    if not credentials:
        return None
    _check_texts(credentials, "accessKeyId", "secretAccessKey", "sessionToken")
    keys = ReadOnlyCredentials(credentials.accessKeyId, credentials.secretAccessKey, credentials.sessionToken)
    return EventSession(keys, region)
