"""Three agents on one local Connect: restored to a known state for every cell, checked after every call.

Their ids are fixed, so that the baselines, which are recorded before the tests, hold word for word.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from functional.agents import FOREIGN_TAGS, KINDS
from functional.record import recorded, without_requests, words_for
from functional.settings import PHONE_NUMBER, PHONE_TYPE, Setting, Values, settings_of

from connect_local import Behaviour, EntryWrite, LocalConnect
from custom_connect_userconfig import custom_resource, handlers
from custom_connect_userconfig.retry.retrier import Retrier
from support.clock import FakeClock
from support.record_form import MARKER, OWNER, is_ours

from .dimensions import ANN, BEHAVIOURS, BEN, CLEO, INSTANCE_ID, NEW, OLD, SECONDS_OF_CALLS, is_late
from .watch import Watch

Truth = dict[str, tuple[Values, dict[str, str]]]
"""The current settings and tags of every agent, whatever reads show."""

MAY_BE_DECLARED: Final = {
    setting: {
        words_for(setting, arrays[setting]) for arrays in map(settings_of, (OLD, NEW)) if setting in arrays
    }
    for setting in (*settings_of(OLD), *settings_of(NEW))
}
_OF_ANOTHER_STACK: Final = {
    MARKER: "managed",
    OWNER: "v1 0123456789abcdef id.id - support-stack/Agent",
    "connect-user-config:persistent-connection": "v1 VOICE=true was VOICE=false",
}


@dataclass(frozen=True)
class Snapshot:
    """A state of all agents, to be restored."""

    users: Any
    tagger: Any


@dataclass
class Bench:
    """The agents, and the checks on them."""

    connect: LocalConnect
    clock: FakeClock
    watch: Watch
    initial: Truth = field(init=False)
    """The truth while nobody owns anything of Ann or Ben."""
    unowned: Snapshot = field(init=False)
    """The same, as a state to restore."""

    def __post_init__(self) -> None:
        self.connect.create_instance(INSTANCE_ID)
        for user_id, tags in ((ANN, {}), (BEN, {}), (CLEO, _OF_ANOTHER_STACK)):
            self.connect.create_user(
                INSTANCE_ID, user_id[:4], user_id, {**FOREIGN_TAGS, **tags}, **KINDS["dense"]
            )
        self.initial, self.unowned = self.truth(), self.snapshot()
        self.watch.look = self.breaches

    def snapshot(self) -> Snapshot:
        """Return the state, for `restore`."""
        backend = self.connect.backend()
        return Snapshot(deepcopy(backend.users), deepcopy(backend.tagger))

    def restore_under(self, behaviour: str, snapshot: Snapshot) -> None:
        """Restore a state, under one of `BEHAVIOURS`."""
        self.restore(snapshot, BEHAVIOURS[behaviour])
        self.watch.seconds = SECONDS_OF_CALLS.get(behaviour, (0.0, 0.0))

    def restore(self, snapshot: Snapshot, behaviour: Behaviour | None = None) -> None:
        """Restore a state; forget faults, calls and crash points."""
        backend = self.connect.backend()
        backend.users, backend.tagger = deepcopy(snapshot.users), deepcopy(snapshot.tagger)
        self.connect.behaviour = behaviour or self.connect.behaviour
        self.connect.clear_faults()
        self.connect.forget_calls()
        self.watch.reset()

    def truth(self) -> Truth:
        """Return the current truth."""
        return {
            user_id: (self.connect.effective(INSTANCE_ID, user_id), self.connect.tags(INSTANCE_ID, user_id))
            for user_id in (ANN, BEN, CLEO)
        }

    def let_reads_catch_up(self) -> None:
        """Let reads show the current state."""
        for user in self.connect.backend().users[INSTANCE_ID].values():
            user.pending.clear()

    def state(self) -> str:
        """Return everything that further events can depend on, as a text to compare."""
        now = self.clock.now()
        late = [
            (user.id, shown.settings, shown.tags, write.reads_left, round(write.visible_at - now, 3))
            for user in self.connect.backend().users[INSTANCE_ID].values()
            for write in user.pending
            for shown in (write.before,)
        ]
        return repr((self.truth(), late, self.connect.behaviour))

    def breaches(self) -> Iterator[str]:
        """Name each rule that is broken; all must hold between any two calls of an operation."""
        for user_id, (settings, tags) in self.truth().items():
            name = user_id[:4]
            if user_id == CLEO:
                if (settings, tags) != self.initial[CLEO]:
                    yield f"{name} is another stack's, and was touched"
                continue
            if {key: value for key, value in tags.items() if not is_ours(key)} != FOREIGN_TAGS:
                yield f"{name}: somebody else's tags were touched: {tags}"
            of_record = self._breaches_of_record(self.initial[user_id][0], settings, tags)
            yield from (f"{name}: {breach}" for breach in of_record)

    def _breaches_of_record(
        self, initial: Values, settings: Values, tags: Mapping[str, str]
    ) -> Iterator[str]:
        record = recorded(tags)
        is_partial = any(map(is_ours, tags)) and not {MARKER, OWNER} <= tags.keys()
        # If reads are late, a Delete may miss the latest tags: it then removes them last, after the owner's.
        if is_partial and not is_late(self.connect.behaviour):
            yield f"half owned: {tags}"
        for setting in record.earlier.keys() - MAY_BE_DECLARED.keys():
            yield f"{setting} is recorded, and nobody has declared it"
        for setting, word in record.declared.items():
            if word not in MAY_BE_DECLARED.get(setting, ()):
                yield f"{setting} is recorded as declared to be {word}"
        for setting, value in settings.items():
            earlier = words_for(setting, initial[setting])
            if setting in record.earlier and record.earlier[setting] != earlier:
                yield f"{setting} was {earlier}, and is recorded as {record.earlier[setting]}"
            is_changed = value != initial[setting] and not self._stays(setting, settings, initial)
            if is_changed and setting not in record.earlier:
                yield f"{setting} was {initial[setting]}, is {value}, and nothing records it"

    def _stays(self, setting: Setting, settings: Values, initial: Values) -> bool:
        """Whether it is a number that no call can remove: the API has no "none" if entries are merged."""
        merges = self.connect.behaviour.entry_write is EntryWrite.MERGE
        had_none = initial[PHONE_NUMBER] is None
        return merges and setting == PHONE_NUMBER and had_none and settings[PHONE_TYPE] == "SOFT_PHONE"

    def alike(self, found: Truth, wanted: Truth) -> bool:
        """Whether two states are the same, apart from numbers that stay and from the marks of requests."""
        return self._comparable(found) == self._comparable(wanted)

    def _comparable(self, truth: Truth) -> Truth:
        return {
            user_id: (
                {s: v for s, v in settings.items() if not self._stays(s, settings, self.initial[user_id][0])},
                without_requests(tags),
            )
            for user_id, (settings, tags) in truth.items()
        }


@contextmanager
def set_up_bench(clock: FakeClock) -> Iterator[Bench]:
    """Open a local Connect with the three agents, and let both front ends wait on its clock."""
    watch = Watch(clock)
    with pytest.MonkeyPatch.context() as patch, LocalConnect(clock=clock) as connect, watch.watching():
        for front_end in (handlers, custom_resource):
            patch.setattr(front_end, "retrier", Retrier(clock, lambda: 0.5))
        yield Bench(connect, clock, watch)
