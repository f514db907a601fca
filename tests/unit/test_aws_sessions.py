"""A kept client signs as the event that is being served, and as nobody outside of one."""

import re
import threading
from contextlib import nullcontext

import pytest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import NoCredentialsError
from unit.examples import INSTANCE, REGION, USER
from unit.wire import Wire, user_answer, wired

from custom_connect_userconfig.aws_sessions import EventCredentials, acting_as, event_session, new_session, shared_loader
from custom_connect_userconfig.connect_gateway import ConnectGateway
from custom_connect_userconfig.core.errors import InvalidCredentials

FIRST = ReadOnlyCredentials("AKIAFIRST", "first-secret", "first-token")
SECOND = ReadOnlyCredentials("AKIASECOND", "second-secret", "second-token")


def signers(wire: Wire) -> list[tuple[str, str]]:
    """Return the access key and the session token of each request."""
    return [(re.findall(r"Credential=(\w+)/", sent.authorization)[0], sent.token) for sent in wire.sent]


def test_a_kept_client_signs_with_the_credentials_of_each_event() -> None:
    gateway = ConnectGateway(REGION)
    with wired(REGION) as wire:
        wire.answer(user_answer())
        for credentials in (FIRST, SECOND, FIRST):
            with acting_as(credentials):
                gateway.describe_user(INSTANCE, USER)
                ConnectGateway(REGION).describe_user(INSTANCE, USER)
    assert signers(wire) == [
        *[("AKIAFIRST", "first-token")] * 2,
        *[("AKIASECOND", "second-token")] * 2,
        *[("AKIAFIRST", "first-token")] * 2,
    ]


@pytest.mark.parametrize("nobody", [True, False])
def test_outside_of_an_event_nothing_is_sent(nobody: bool) -> None:
    gateway = ConnectGateway(REGION)
    with wired(REGION) as wire:
        wire.answer(user_answer())
        with acting_as(FIRST):
            gateway.describe_user(INSTANCE, USER)
        with (
            acting_as(None) if nobody else nullcontext(),
            pytest.raises(InvalidCredentials, match="no usable credentials for connect:DescribeUser"),
        ):
            gateway.describe_user(INSTANCE, USER)
    assert signers(wire) == [("AKIAFIRST", "first-token")]


def test_credentials_end_with_the_block_even_when_it_fails() -> None:
    def fail() -> None:
        with acting_as(FIRST):
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with pytest.raises(NoCredentialsError):
        EventCredentials().get_frozen_credentials()


def test_an_inner_block_gives_way_to_the_outer_one_again() -> None:
    kept = EventCredentials()
    with acting_as(FIRST):
        with acting_as(SECOND):
            assert kept.get_frozen_credentials() is SECOND
        assert kept.get_frozen_credentials() is FIRST


def test_threads_do_not_see_each_other_s_credentials() -> None:
    kept = EventCredentials()
    inside, done = threading.Event(), threading.Event()
    seen: list[object] = []

    def other() -> None:
        try:
            kept.get_frozen_credentials()
        except NoCredentialsError as error:
            seen.append(type(error))
        with acting_as(SECOND):
            seen.append(kept.get_frozen_credentials())
            inside.set()
            done.wait(10)

    with acting_as(FIRST):
        thread = threading.Thread(target=other)
        thread.start()
        assert inside.wait(10)
        assert kept.get_frozen_credentials() is FIRST
        done.set()
        thread.join(10)
    assert seen == [NoCredentialsError, SECOND]


def test_all_sessions_share_one_loader() -> None:
    for session in (event_session(REGION), new_session(FIRST, REGION)):
        assert session._session.get_component("data_loader") is shared_loader()
        assert session.region_name == REGION


def test_a_new_session_has_its_own_credentials_for_good() -> None:
    credentials = new_session(FIRST, REGION).get_credentials()
    assert credentials is not None
    with acting_as(SECOND):
        assert tuple(credentials.get_frozen_credentials())[:3] == ("AKIAFIRST", "first-secret", "first-token")
