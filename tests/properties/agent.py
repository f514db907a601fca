"""One agent that somebody else has made, on a local Connect of its own, where tests can see its true state.

One backend serves the whole process and is reset for each agent: moto keeps every backend that is made.
`close` restores the conditions of the process for other tests.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from moto.core.exceptions import JsonRESTError

from connect_local import Behaviour
from connect_local.conditions import Conditions, install
from connect_local.models import LocalConnectBackend
from custom_connect_userconfig.core.arrays import SettingKey
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.planning import LiveUser
from custom_connect_userconfig.core.settings import expand
from support.clock import FakeClock
from support.direct_gateway import DirectGateway
from support.earlier_values import trace_of
from support.record_form import is_ours

ACCOUNT = "123456789012"
REGION = "us-east-1"
INSTANCE_ID = "11111111-2222-3333-4444-555555555555"
USER_ID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
BYSTANDERS = ("00000000-before", "ffffffff-after")

OWNED_BY_OTHERS = {
    "connect-user-config": "managed",
    "connect-user-config:owner": "v1 0123456789abcdef id.id elsewhere/Agent",
}
"""Tags of the last bystander."""

Truth = dict[SettingKey, Value | None]
"""The effective value of every setting."""

_BACKEND = LocalConnectBackend(REGION, ACCOUNT)


@dataclass(frozen=True)
class InitialUser:
    """A user before any resource owns it: legacy settings, edits of either form, tags."""

    legacy: Mapping[str, Value] = field(default_factory=dict)
    edits: Sequence[Mapping[SettingKey, Value] | Mapping[str, Value]] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


class LocalAgent:
    """The agent, its true state, and the changes that others make to it."""

    def __init__(self, initial: InitialUser, behaviour: Behaviour) -> None:
        self.clock = FakeClock()
        self.behaviour = behaviour
        fresh = replace(behaviour, stale_reads=0, stale_seconds=0.0)
        self._conditions = Conditions(behaviour=fresh, clock=self.clock)
        self._replaced = install(self._conditions)
        self._backend = _BACKEND
        self._backend.reset()
        self._backend.add_instance(INSTANCE_ID)
        self._make_users(initial)
        for edit in initial.edits:
            self.administer(edit)
        self._conditions.behaviour = behaviour
        self.gateway = DirectGateway(self._backend, page_size=1)

    def close(self) -> None:
        """Restore the conditions of other tests."""
        install(self._replaced)

    def _make_users(self, initial: InitialUser) -> None:
        profile = {"SecurityProfileIds": ["security-profile"], "RoutingProfileId": "routing-profile"}
        given = {"PhoneConfig": dict(initial.legacy), "Tags": dict(initial.tags)}
        own = {name: value for name, value in given.items() if value}
        near_miss = {"connect-user-config:owner": "somebody", "connect-user-configs": "managed"}
        before, after = BYSTANDERS
        self._backend.create_user(INSTANCE_ID, {"Username": before, "Tags": near_miss, **profile}, before)
        self._backend.create_user(INSTANCE_ID, {"Username": "ann", **own, **profile}, USER_ID)
        self._backend.create_user(INSTANCE_ID, {"Username": after, "Tags": OWNED_BY_OTHERS, **profile}, after)

    def administer(self, edit: Mapping[SettingKey, Value] | Mapping[str, Value]) -> None:
        """Change settings, by setting or by members of ``PhoneConfig``; the service may refuse the change."""
        settings = {key: value for key, value in edit.items() if isinstance(key, SettingKey)}
        try:
            if settings or not edit:
                self._backend.administer_user_config(INSTANCE_ID, USER_ID, expand(settings))
            else:
                self._backend.update_user_phone_config(INSTANCE_ID, USER_ID, dict(edit))  # type: ignore[arg-type]  # members by name, if not by setting
        except JsonRESTError as error:
            assert error.error_type == "InvalidParameterException"  # noqa: PT017 - a desk phone without a number

    def tag(self, tags: Mapping[str, str]) -> None:
        """Set tags."""
        self._backend.tag_resource(self.arn, dict(tags))

    def untag(self, keys: Sequence[str]) -> None:
        """Remove tags."""
        self._backend.untag_resource(self.arn, list(keys))

    def release(self) -> None:
        """Remove the record, as messages advise; the user keeps its settings."""
        self.untag([key for key in self.tags() if is_ours(key)])
        trace_of(self._user).released_by_hand()

    def let_reads_catch_up(self) -> None:
        """Let time pass until reads show everything that was written."""
        while self._user.pending:
            self.clock.sleep(30.0)
            self.read()

    @property
    def _user(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a class of the local Connect's inside
        return self._backend.users[INSTANCE_ID][USER_ID]

    @property
    def arn(self) -> str:
        """The user's ARN."""
        return str(self._user.arn)

    def read(self) -> LiveUser:
        """Return the user as a read shows it."""
        return self.gateway.describe_user(INSTANCE_ID, USER_ID)

    def truth(self) -> Truth:
        """Return the current value of every setting, whatever reads show."""
        effective = self._backend.effective_settings(INSTANCE_ID, USER_ID)
        return {
            SettingKey(array, channel, ".".join(path)): value
            for (array, channel, path), value in effective.items()
        }

    def tags(self) -> dict[str, str]:
        """Return the current tags, whatever reads show."""
        return self._backend.current_tags(INSTANCE_ID, USER_ID)

    def hidden_number(self) -> Value | None:
        """Return the number in the older ``PhoneConfig``: no write of the arrays removes it."""
        number: Value | None = self._user.settings.legacy.get("DeskPhoneNumber")
        return number


@contextmanager
def local_agent(initial: InitialUser, behaviour: Behaviour) -> Iterator[LocalAgent]:
    """Make an agent for one test."""
    agent = LocalAgent(initial, behaviour)
    try:
        yield agent
    finally:
        agent.close()
