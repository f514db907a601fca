"""Writes by a person: the same calls in the same order as a stack's, in turns, until they show."""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from custom_connect_userconfig.aws.clients import ONE_TRY
from custom_connect_userconfig.aws.connect import ConnectGateway
from custom_connect_userconfig.core.arrays import SettingKey
from custom_connect_userconfig.core.errors import AlreadyExists, NotClaimedYet, NotFound
from custom_connect_userconfig.core.interventions import (
    plan_forget,
    plan_hand_over,
    plan_reapply,
    plan_take_charge,
)
from custom_connect_userconfig.core.ownership import MARKER_KEY, Marker, Owner, OwnershipRecord, our_keys
from custom_connect_userconfig.core.ownership_messages import unsettled
from custom_connect_userconfig.core.planning import LiveUser, Plan, plan_give_back
from custom_connect_userconfig.core.settings import Entry
from custom_connect_userconfig.operation import Operation
from custom_connect_userconfig.ports import FoundUsers
from custom_connect_userconfig.retry.progress import Progress
from custom_connect_userconfig.retry.retrier import InProgress, Retrier
from custom_connect_userconfig.service import Context, SettingsService

from .agent import ALL_KEYS, Agent
from .instance import Instance
from .owners import identity_of, nobody
from .pace import Pace

T = TypeVar("T")


@dataclass(frozen=True)
class PacedGateway:
    """The calls of the `Gateway` port, each in its turn."""

    inner: ConnectGateway
    pace: Pace

    def describe_user(self, instance_id: str, user_id: str) -> LiveUser:
        """Return the user; NotFound if there is no such user or instance."""
        self.pace.wait("DescribeUser")
        return self.inner.describe_user(instance_id, user_id)

    def update_user_config(
        self, instance_id: str, user_id: str, arrays: Mapping[str, Sequence[Entry]]
    ) -> None:
        """Write the given arrays and no others."""
        self.pace.wait("UpdateUserConfig")
        self.inner.update_user_config(instance_id, user_id, arrays)

    def tag_user(self, user_arn: str, tags: Mapping[str, str]) -> None:
        """Set tags of the user."""
        self.pace.wait("TagResource")
        self.inner.tag_user(user_arn, tags)

    def untag_user(self, user_arn: str, keys: Sequence[str]) -> None:
        """Remove tags of the user."""
        self.pace.wait("UntagResource")
        self.inner.untag_user(user_arn, keys)

    def has_user(self, instance_id: str, user_id: str) -> bool:
        """Return whether a search finds the user; NotFound if there is no such instance."""
        self.pace.wait("SearchUsers")
        return self.inner.has_user(instance_id, user_id)

    def search_tagged_users(
        self, instance_id: str, tag_key: str, tag_values: Sequence[str], token: str | None
    ) -> FoundUsers:
        """Return a page of the users of the instance that have the tag with one of the values."""
        self.pace.wait("SearchUsers")
        return self.inner.search_tagged_users(instance_id, tag_key, tag_values, token)


class Writer:
    """Changes agents of one instance.

    Between the look at an agent and the write, a stack may have taken its settings over. Then a write raises
    AlreadyExists and changes nothing.
    """

    def __init__(self, instance: Instance) -> None:
        self._clock = instance.pace.clock
        gateway = ConnectGateway(client=instance.region.client("connect", ONE_TRY))
        self._gateway = PacedGateway(gateway, instance.pace)
        self._retrier = Retrier(clock=self._clock)

    def reapply(self, agent: Agent, keys: Collection[SettingKey] = ALL_KEYS) -> tuple[str, ...]:
        """Write the declared values of the agent's record that are not in force, of `keys`; return notes.

        Raises SettingsError. The record is not touched.
        """

        def plan(user: LiveUser) -> Plan:
            record = OwnershipRecord.from_tags(user.tags)
            if record is None:
                return Plan(notes=("The record is gone: nobody owns settings of the agent any more.",))
            declared = {key: value for key, value in record.declared.items() if key in keys}
            return plan_reapply(replace(record, declared=declared), user)

        return self._until_done(agent, plan)

    def give_back(self, agent: Agent) -> tuple[str, ...]:
        """Give the agent's settings back and remove the record, as a delete of its owner does; return notes.

        Raises SettingsError.
        """
        service = SettingsService(self._gateway, self._retrier, is_importable=False)
        identity, owner = identity_of(agent), _acting(agent)
        record = agent.record
        if record and not agent.is_held:
            # A delete needs an owner to act for.
            self._until_done(agent, lambda user: plan_take_charge(record, owner, user))
        try:
            return self._to_the_end(lambda context: service.delete(identity, owner, context)).notes
        except NotFound:
            user, left = service.inspect(identity)
            plan = plan_give_back(record, user, trust_read=True) if record and left is None else None
            if plan is None or not plan.is_empty:
                raise
            # An earlier run was interrupted after its last call, and the look at the agent was late.
            return plan.notes

    def forget(self, agent: Agent) -> tuple[str, ...]:
        """Remove the record and leave the settings as they are; raises SettingsError."""
        # A create that follows the removal at once has a record of its own.
        return self._until_done(agent, lambda user: plan_forget(user) if _is_as_seen(agent, user) else Plan())

    def hand_over(self, agent: Agent) -> tuple[str, ...]:
        """Let the next create take the record over; raises SettingsError."""
        owner = _acting(agent)

        def plan(user: LiveUser) -> Plan:
            record = OwnershipRecord.from_tags(user.tags)
            if record and record.owner is None and owner == nobody(agent):
                record = replace(record, owner=owner)
            # Another resource may have taken it by now.
            return plan_hand_over(record) if record and record.owned_by(owner) else Plan()

        return self._until_done(agent, plan)

    def _until_done(self, agent: Agent, plan: Callable[[LiveUser], Plan]) -> tuple[str, ...]:
        """Read, plan and apply until a read shows that nothing is left to do."""

        def begin(context: Context) -> tuple[str, ...] | InProgress:
            progress = self._retrier.begin(context)
            operation = self._operation(agent, progress)
            return self._retrier.write(lambda: _converge(operation, agent, plan), progress)

        return self._to_the_end(begin)

    def _operation(self, agent: Agent, progress: Progress) -> Operation:
        parties = identity_of(agent), _acting(agent)
        return Operation(self._gateway, self._retrier, *parties, progress, is_importable=False)

    def _to_the_end(self, begin: Callable[[Context], T | InProgress]) -> T:
        ended = begin(None)
        while isinstance(ended, InProgress):
            self._clock.sleep(ended.delay)
            ended = begin(ended.context)
        return ended


def _acting(agent: Agent) -> Owner:
    """Return the record's owner, or `nobody`, with a request of its own."""
    owner = agent.record.owner if agent.record and agent.is_held else None
    return replace(owner or nobody(agent), request=uuid.uuid4().hex[:8])


def _is_as_seen(agent: Agent, user: LiveUser) -> bool:
    """Whether `user` has no record, or one of the owner whom `agent` shows.

    So is one that names nobody: a release was interrupted, and the look at the agent was late.
    """
    alike = (_owner_in(agent.live.tags), (nobody(agent), False))
    return not our_keys(user.tags) or _owner_in(user.tags) in alike


def _owner_in(tags: Mapping[str, str]) -> tuple[Owner | None, bool]:
    return OwnershipRecord.owner_of(tags), tags.get(MARKER_KEY) == Marker.HANDED_OVER.value


def _converge(operation: Operation, agent: Agent, plan: Callable[[LiveUser], Plan]) -> tuple[str, ...]:
    while True:
        user = operation.describe()
        if not operation.progress.wrote and not _is_as_seen(agent, user):
            # The read may be late: then another one shows what the agent showed.
            raise NotClaimedYet(_taken_meanwhile(user))
        left = plan(user)
        if left.is_empty:
            return (*left.notes, *operation.notes(user))
        if operation.progress.is_settling(operation.now()):
            raise unsettled(operation.identity, left.differences)
        operation.apply(user, left)


def _taken_meanwhile(user: LiveUser) -> AlreadyExists:
    owner, is_handed_over = _owner_in(user.tags)
    by = f"{owner.label}, which has handed it over" if owner and is_handed_over else owner and owner.label
    return AlreadyExists(
        f"The record has changed since it was shown: it is now one of {by or 'nobody named'}. Nothing was"
        " changed; run the command again to see the agent as it is."
    )
