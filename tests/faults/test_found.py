"""Failures that the matrix has found, each with its story."""

from collections.abc import Iterator

import pytest

from connect_local import Behaviour, Fault, FaultKind
from faults.actors import CustomActor, custom_actor, killed
from faults.bench import Bench
from faults.dimensions import ALWAYS, ANN, BEN, INSTANCE_ID, OLD
from faults.watch import CrashPoint
from support.reply_endpoint import ReplyEndpoint


@pytest.fixture
def actor(bench: Bench, replies: ReplyEndpoint) -> Iterator[CustomActor]:
    bench.restore(bench.unowned, Behaviour())
    with custom_actor(bench.clock, replies) as actor:
        yield actor
    bench.restore(bench.unowned, Behaviour())


def test_a_failed_update_to_another_user_is_undone_by_the_update_back(
    bench: Bench, actor: CustomActor
) -> None:
    """The service was down for so long that neither the update nor its giving back could wait.

    The message said that deleting the resource gives them back, but no later event named the other user. That
    user stayed claimed by a resource that had gone elsewhere, and nobody could ever own it.
    """
    actor.own(OLD)
    before = bench.truth()
    bench.connect.plant(Fault("UpdateUserConfig", FaultKind.SERVER_ERROR, times=ALWAYS))
    bench.connect.plant(Fault("UntagResource", FaultKind.SERVER_ERROR, times=ALWAYS))
    failed = actor.send("replace")
    assert "could not be given back" in failed.message
    assert "connect-user-config" in bench.connect.tags(INSTANCE_ID, BEN)
    bench.connect.clear_faults()
    assert actor.roll_back("replace", failed).succeeded
    assert bench.alike(bench.truth(), before)


def test_the_update_back_does_not_fail_for_the_sake_of_the_other_user(
    bench: Bench, actor: CustomActor
) -> None:
    actor.own(OLD)
    before = bench.truth()
    bench.connect.plant(Fault("DescribeUser", FaultKind.ACCESS_DENIED, times=ALWAYS, user_id=BEN))
    failed = actor.send("replace")
    assert not failed.succeeded
    back = actor.roll_back("replace", failed)
    assert back.succeeded
    assert f"Settings that may have been taken of user {BEN}" in back.message
    assert "connect:DescribeUser" in back.message
    assert bench.alike(bench.truth(), before)


def test_the_update_back_waits_while_the_other_user_is_given_back(bench: Bench, actor: CustomActor) -> None:
    """Each half has a timeout of its own, over several invocations."""
    actor.own(OLD)
    before = bench.truth()
    bench.watch.kill_at(CrashPoint(4, after=False))
    assert killed(lambda: actor.send("replace")) is None
    bench.watch.restart()
    bench.connect.plant(Fault("UntagResource", FaultKind.THROTTLING, times=14, user_id=BEN))
    bench.connect.plant(Fault("DescribeUser", FaultKind.THROTTLING, times=14, user_id=ANN))
    back = actor.roll_back("replace", None)
    assert back.succeeded, back
    assert back.invocations > 1
    assert bench.alike(bench.truth(), before)


@pytest.mark.parametrize("behaviour", [Behaviour(stale_reads=2), Behaviour(stale_seconds=1.5)])
def test_a_delete_right_after_a_killed_update_gives_back_what_it_does_not_see_at_first(
    bench: Bench, actor: CustomActor, behaviour: Behaviour
) -> None:
    """A late read showed the record without the update's latest claim.

    The delete removed the tags that it saw, the owner's among them, and took the rest for another owner's. It
    said SUCCESS, and the phone stayed as declared, in a record without an owner.
    """
    actor.own(OLD)
    bench.connect.behaviour = behaviour
    bench.let_reads_catch_up()
    bench.watch.kill_at(CrashPoint(3, after=True))
    assert killed(lambda: actor.send("update")) is None
    bench.watch.restart()
    assert actor.delete_instead("update").succeeded
    assert bench.truth() == bench.initial


def test_a_create_whose_user_vanishes_says_what_may_be_left(bench: Bench, actor: CustomActor) -> None:
    """The user could not be read any more after the writes, and the message left out its record."""
    bench.connect.plant(Fault("DescribeUser", FaultKind.RESOURCE_NOT_FOUND, on_call=2, times=ALWAYS))
    failed = actor.send("create")
    assert "If the user shows again" in failed.message
    assert "deleting the resource gives them back" in failed.message
    bench.connect.clear_faults()
    assert actor.roll_back("create", failed).succeeded
    assert bench.truth() == bench.initial
