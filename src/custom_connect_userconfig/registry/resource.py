"""Adapts the support library's `Resource`; only ``handlers`` uses this.

- Properties reach the handlers as they were sent. The generated model cuts 3.5 down to 3 and turns ``[]``
  into None. It fails on null, on "yes" and on properties of another version, before a handler can name the
  problem.
- ``nextToken`` reaches LIST. The library drops it, so every page would be the first one.
- `delivery` delivers log lines and metrics: by kept clients, all lines of an event together. A failed
  delivery does not fail the request.
"""

import re
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from botocore.credentials import ReadOnlyCredentials

from ..aws.clients import acting_as
from ..core.errors import InvalidCredentials
from ..core.messages import bounded
from ..core.redaction import redact, shown
from .delivery import BatchingLogHandler, EventSession
from .library import (
    Action,
    BaseModel,
    BaseResourceHandlerRequest,
    Credentials,
    HandlerRequest,
    InvalidRequest,
    Resource,
    SessionProxy,
    TestEvent,
    UnmodelledRequest,
)

_REGION: Final = re.compile(r"[a-z0-9-]{1,40}")


@dataclass(frozen=True)
class RawProperties(BaseModel):
    """The properties of a request as they were sent, or those of an answer."""

    properties: Mapping[str, Any]

    @classmethod
    def _deserialize(cls, json_data: Mapping[str, Any] | None) -> "RawProperties":
        return cls(json_data or {})

    def _serialize(self) -> Mapping[str, Any]:
        return self.properties


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

    _provider: EventSession | None = None
    """Delivers the log lines and metrics of the event that is being served."""

    def __call__(self, event_data: MutableMapping[str, Any], context: Any) -> Any:  # noqa: ANN401 - the library's own signature
        """Serve one event; afterwards nothing of it is left to deliver, to sign with, or to log to."""
        try:
            return super().__call__(event_data, context)
        finally:
            provider, self._provider = self._provider, None
            if provider:
                BatchingLogHandler.rest(provider)

    def _parse_request(  # type: ignore[override]  # the library calls it as a method, and this one keeps the provider
        self, event_data: MutableMapping[str, Any]
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
            action = _action(event.action)
        except (AttributeError, TypeError, ValueError) as error:
            raise _refusal("the handler protocol", error) from None
        self._provider = provider
        return (caller, provider), action, event.callbackContext or {}, event

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
        if (provider := self._provider) and (group := request.requestData.providerLogGroupName):
            # The library installs its own handler only where it finds none; it finds this one, and merely
            # renews its client.
            BatchingLogHandler.serve(request, provider, group, self.log_format)
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


def _event_session(credentials: Credentials | None, region: str | None) -> EventSession | None:
    if not credentials:
        return None
    _check_texts(credentials, "accessKeyId", "secretAccessKey", "sessionToken")
    keys = ReadOnlyCredentials(credentials.accessKeyId, credentials.secretAccessKey, credentials.sessionToken)
    return EventSession(keys, region)
