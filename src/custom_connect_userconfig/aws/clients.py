"""Clients and credentials: one client for each service and region, one set of credentials at a time for all
of them.

Reading botocore's data and building a client cost far more than the calls of a warm handler, and neither
depends on who calls. So loader and clients are kept. Credentials never are: a kept client asks
`EventCredentials` at every signature, and gets those of the event that is being served, or none at all.

The sessions are botocore's, not boto3's: importing boto3 costs a cold start as much as all calls of a
handler, for nothing that is used here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Final

from .lazy_imports import deferred

# urllib3 names it for HTTP/2, which nobody switches on.
with deferred("importlib.metadata"):
    from botocore.client import BaseClient
    from botocore.config import Config
    from botocore.credentials import Credentials, ReadOnlyCredentials
    from botocore.exceptions import NoCredentialsError
    from botocore.handlers import BUILTIN_HANDLERS, REGISTER_FIRST, REGISTER_LAST
    from botocore.session import Session

    from .service_data import shared_loader

ONE_TRY: Final = Config(
    connect_timeout=3,
    read_timeout=8,
    retries={"mode": "standard", "total_max_attempts": 1},
    user_agent_extra="custom-connect-userconfig",
)
"""For every client: nothing is tried again unseen, and a call that hangs takes 11 of a handler's 60 seconds.
"""
DELIVERY: Final = ONE_TRY.merge(Config(connect_timeout=1, read_timeout=2))
"""For metrics and log lines, which are worth no more: a silent endpoint of each still leaves time for the
answer.
"""
_DELIVERING: Final = ("cloudwatch", "logs")

SERVICES: Final = frozenset({"connect", "lambda", "cloudwatch", "logs", "cloudwatch-logs"})
"""The services that clients are kept for, as botocore's events name them: by the name of the service, or by
its id.
"""

_current: ContextVar[ReadOnlyCredentials | None] = ContextVar(
    "credentials of the event that is being served", default=None
)


class EventCredentials(Credentials):
    """Credentials of whichever event is being served; outside of `acting_as` there are none."""

    def __init__(self) -> None:
        super().__init__("of-the-event", "of-the-event")

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """Return what to sign with now; botocore asks anew at every signature."""
        current = _current.get()
        if current is None:
            raise NoCredentialsError
        return current


class _EventCredentialProvider:
    """What a botocore session asks for its credentials."""

    def load_credentials(self) -> Credentials:
        """Return the credentials that clients keep."""
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
    """Return the client of this process for `service`; it signs with the credentials of the event that is
    being served.
    """
    config = DELIVERY if service in _DELIVERING else ONE_TRY
    return _event_session(region).create_client(service, config=config)


@cache
def _own_session() -> Session:
    # It makes no clients, so it needs no handlers.
    return Session(include_builtin_handlers=False)


def own_credentials() -> ReadOnlyCredentials | None:
    """Return the credentials of the function itself, as they are now."""
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
    """Register botocore's own handlers, as a session does by itself, less those of other services.

    Two thirds are S3's and its like, and each costs a look at its signature: together three hundredths of a
    cold start. The list is botocore's own but undocumented; a test compares with a session that has them all.
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
    """Whether an event of botocore's can be about one of the services; their names stand behind the first
    dot.
    """
    _, _, rest = event.partition(".")
    service = rest.partition(".")[0]
    return service in SERVICES or service in ("", "*")
