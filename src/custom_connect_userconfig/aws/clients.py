"""The clients that call AWS, and the credentials that they sign with.

Building a client costs far more than the calls of a warm handler, and does not depend on the caller. So a
process keeps one client for each service and region. It never keeps credentials: at every signature, a client
asks `EventCredentials` for those of the event that is being served.

The sessions are botocore's, not boto3's: importing boto3 costs a cold start as much as all calls of a
handler, and nothing here uses it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Final

from .lazy_imports import NOT_FOR_OUR_CALLS, deferred

with deferred(*NOT_FOR_OUR_CALLS):
    from botocore.client import BaseClient
    from botocore.config import Config
    from botocore.credentials import Credentials, ReadOnlyCredentials
    from botocore.exceptions import NoCredentialsError
    from botocore.handlers import BUILTIN_HANDLERS, REGISTER_FIRST, REGISTER_LAST
    from botocore.session import Session

    from .service_data import shared_loader

_CONNECT_SECONDS: Final = 3
_READ_SECONDS: Final = 8
LONGEST_CALL: Final = float(_CONNECT_SECONDS + _READ_SECONDS)
"""Seconds that one call takes at most."""


def proxies_of_the_environment() -> dict[str, str] | None:
    """Return no proxies if no variable of the environment names one; otherwise None: botocore then looks
    itself.

    That look imports `urllib.request`, which costs as much as a call.
    """
    return None if any(name.lower().endswith("_proxy") for name in os.environ) else {}


ONE_TRY: Final = Config(
    proxies=proxies_of_the_environment(),
    connect_timeout=_CONNECT_SECONDS,
    read_timeout=_READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": 1},
    user_agent_extra="custom-connect-userconfig",
)
"""For every client: botocore does not retry, because the service counts every wait."""
DELIVERY: Final = ONE_TRY.merge(Config(connect_timeout=1, read_timeout=2))
"""For metrics and log lines: if both endpoints are silent, there is still time for the answer."""
_DELIVERING: Final = ("cloudwatch", "logs")

SERVICES: Final = frozenset({"connect", "lambda", "cloudwatch", "logs", "cloudwatch-logs"})
"""The services with kept clients, by the names and ids that botocore's events use."""

_current: ContextVar[ReadOnlyCredentials | None] = ContextVar(
    "credentials of the event that is being served", default=None
)


class EventCredentials(Credentials):
    """The credentials of the event that is being served; outside of `acting_as` there are none."""

    def __init__(self) -> None:
        super().__init__("of-the-event", "of-the-event")

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """Return the credentials to sign with now; botocore asks at every signature."""
        current = _current.get()
        if current is None:
            raise NoCredentialsError
        return current


class _EventCredentialProvider:
    """Provides `EventCredentials` to a session of botocore."""

    def load_credentials(self) -> Credentials:
        """Return the credentials for kept clients."""
        return EventCredentials()


@contextmanager
def acting_as(credentials: ReadOnlyCredentials | None) -> Iterator[None]:
    """Let kept clients sign with `credentials`, in this thread, until the block ends."""
    token = _current.set(credentials)
    try:
        yield
    finally:
        _current.reset(token)


@cache
def kept_client(service: str, region: str | None) -> BaseClient:
    """Return this process's client for `service`; it signs with the credentials of the event served."""
    config = DELIVERY if service in _DELIVERING else ONE_TRY
    return _event_session(region).create_client(service, config=config)


@cache
def _own_session() -> Session:
    # It makes no clients, so it needs no handlers.
    return Session(include_builtin_handlers=False)


def own_credentials() -> ReadOnlyCredentials | None:
    """Return the current credentials of the function itself."""
    credentials = _own_session().get_credentials()
    return credentials.get_frozen_credentials() if credentials else None


@cache
def _event_session(region: str | None) -> Session:
    """Return the session of the kept clients of `region`."""
    session = Session(include_builtin_handlers=False)
    _register_handlers(session)
    session.register_component("data_loader", shared_loader())
    session.register_component("credential_provider", _EventCredentialProvider())
    if region:
        session.set_config_variable("region", region)
    return session


def _register_handlers(session: Session) -> None:
    """Register botocore's own handlers, without those of other services.

    Two thirds concern services such as S3, and take 3 % of a cold start. The list of handlers is not
    documented; a test compares with a session that has all of them.
    """
    events: Any = session.get_component("event_emitter")
    registers = {
        REGISTER_FIRST: events.register_first,
        REGISTER_LAST: events.register_last,
        None: events.register,
    }
    handlers: Any = BUILTIN_HANDLERS
    for event, handler, *order in handlers:
        if concerns_us(event):
            registers[order[0] if order else None](event, handler)


def concerns_us(event: str) -> bool:
    """Whether an event of botocore can concern one of `SERVICES`; its service follows the first dot."""
    _, _, rest = event.partition(".")
    service = rest.partition(".")[0]
    return service in SERVICES or service in ("", "*")
