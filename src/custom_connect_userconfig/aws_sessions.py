"""Sessions and credentials: one loader of service data for all sessions, one set of credentials at a time for kept clients.

Reading botocore's data and building a client cost far more than the calls of a warm handler, and neither depends on who calls.
So loader and clients are kept. Credentials never are: a kept client asks `EventCredentials` at every signature, and gets those
of the event that is being served, or none at all.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Final

import botocore.session
from boto3.session import Session
from botocore.config import Config
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import NoCredentialsError
from botocore.loaders import Loader, create_loader

ONE_TRY: Final = Config(
    connect_timeout=3,
    read_timeout=8,
    retries={"mode": "standard", "total_max_attempts": 1},
    user_agent_extra="custom-connect-userconfig",
)
"""For every client: nothing is tried again unseen, and a call that hangs takes 11 of a handler's 60 seconds."""

_current: ContextVar[ReadOnlyCredentials | None] = ContextVar("credentials of the event that is being served", default=None)


@cache
def shared_loader() -> Loader:
    """Return the one loader of this process."""
    return create_loader()


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
def _own_session() -> Session:
    return Session(botocore_session=_bare_session())


def own_credentials() -> ReadOnlyCredentials | None:
    """Return the credentials of the function itself, as they are now."""
    credentials = _own_session().get_credentials()
    return credentials.get_frozen_credentials() if credentials else None


def event_session(region: str | None) -> Session:
    """Return a session for clients to keep: they sign with the credentials of the event that is being served."""
    core = _bare_session()
    core.register_component("credential_provider", _EventCredentialProvider())
    return Session(botocore_session=core, region_name=region)


def new_session(credentials: ReadOnlyCredentials, region: str | None) -> Session:
    """Return a session with these credentials, made on the shared loader."""
    core = _bare_session()
    core.set_credentials(credentials.access_key or "", credentials.secret_key or "", credentials.token)
    return Session(botocore_session=core, region_name=region)


def _bare_session() -> botocore.session.Session:
    core = botocore.session.Session()
    core.register_component("data_loader", shared_loader())
    return core
