"""What the matrix has found, each with its story."""

from collections.abc import Iterator

import pytest

from connect_local import Behaviour, Fault, FaultKind
from faults.actors import CustomActor, custom_actor, killed, of
from faults.dimensions import ANN, BEN, FOR_EVER, OLD
from faults.stage import Stage
from faults.watch import Death
from support.reply_endpoint import ReplyEndpoint


@pytest.fixture
def actor(stage: Stage, replies: ReplyEndpoint) -> Iterator[CustomActor]:
    stage.show(stage.free, Behaviour())
    with custom_actor(stage.clock, replies) as actor:
        yield actor
    stage.show(stage.free, Behaviour())


def test_a_failed_update_to_another_user_is_undone_by_the_update_back(stage: Stage, actor: CustomActor) -> None:
    """The service was down for longer than the update could wait, and so for the giving back as well.

    The message said that deleting the resource gives it back, but no event that followed named the other user ever again: he
    stayed claimed, by a resource that was somewhere else, and could never be owned.
    """
    actor.own(OLD)
    before = stage.truth()
    stage.connect.plant(Fault("UpdateUserConfig", FaultKind.SERVER_ERROR, times=FOR_EVER))
    stage.connect.plant(Fault("UntagResource", FaultKind.SERVER_ERROR, times=FOR_EVER))
    failed = actor.send("replace")
    assert "could not be given back" in failed.message
    assert "connect-user-config" in stage.connect.tags(of(BEN, {})["InstanceId"], BEN)
    stage.connect.heal()
    assert actor.roll_back("replace", failed).succeeded
    assert stage.alike(stage.truth(), before)


def test_the_update_back_does_not_fail_for_the_sake_of_the_other_user(stage: Stage, actor: CustomActor) -> None:
    actor.own(OLD)
    before = stage.truth()
    stage.connect.plant(Fault("DescribeUser", FaultKind.ACCESS_DENIED, times=FOR_EVER, user_id=BEN))
    failed = actor.send("replace")
    assert not failed.succeeded
    back = actor.roll_back("replace", failed)
    assert back.succeeded
    assert f"What may have been taken of user {BEN}" in back.message
    assert "connect:DescribeUser" in back.message
    assert stage.alike(stage.truth(), before)


def test_the_update_back_waits_while_the_other_user_is_given_back(stage: Stage, actor: CustomActor) -> None:
    """Both halves have the patience of an operation of their own, over several invocations."""
    actor.own(OLD)
    before = stage.truth()
    stage.watch.kill_at(Death(4, after=False))
    assert killed(lambda: actor.send("replace")) is None
    stage.watch.revive()
    stage.connect.plant(Fault("UntagResource", FaultKind.THROTTLING, times=14, user_id=BEN))
    stage.connect.plant(Fault("DescribeUser", FaultKind.THROTTLING, times=14, user_id=ANN))
    back = actor.roll_back("replace", None)
    assert back.succeeded, back
    assert back.invocations > 1
    assert stage.alike(stage.truth(), before)


@pytest.mark.parametrize("behaviour", [Behaviour(stale_reads=2), Behaviour(stale_seconds=1.5)])
def test_a_delete_right_after_a_killed_update_gives_back_what_it_does_not_see_at_first(
    stage: Stage, actor: CustomActor, behaviour: Behaviour
) -> None:
    """A late read showed the record without what the update had just claimed.

    The delete removed the tags that it saw, the owner's among them, and then took the rest for somebody else's: it said SUCCESS,
    and the phone stayed as declared, recorded under nobody's name.
    """
    actor.own(OLD)
    stage.connect.behaviour = behaviour
    stage.let_reads_catch_up()
    stage.watch.kill_at(Death(3, after=True))
    assert killed(lambda: actor.send("update")) is None
    stage.watch.revive()
    assert actor.delete_instead("update").succeeded
    assert stage.truth() == stage.born


def test_a_create_whose_user_vanishes_says_what_may_be_left(stage: Stage, actor: CustomActor) -> None:
    """The user could not be read any more after its settings were written, and nothing was said of the record on it."""
    stage.connect.plant(Fault("DescribeUser", FaultKind.RESOURCE_NOT_FOUND, on_call=2, times=FOR_EVER))
    failed = actor.send("create")
    assert "Should the user show again" in failed.message
    assert "deleting the resource gives it back" in failed.message
    stage.connect.heal()
    assert actor.roll_back("create", failed).succeeded
    assert stage.truth() == stage.born
