"""Three agents with fixed names on one local Connect: put back into a known state at every cell, watched at
every call.

Names are fixed so that whatever is learned before the tests (``baselines``) holds in them word for word.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from functional.agents import FOREIGN_TAGS, KINDS
from functional.record import recorded, without_requests, words_for
from functional.settings import PHONE_NUMBER, PHONE_TYPE, Values, settings_of

from connect_local import Behaviour, EntryWrite, LocalConnect
from custom_connect_userconfig import custom_resource, handlers
from custom_connect_userconfig.retry.retrier import Retrier
from support.clock import FakeClock
from support.record_form import MARKER, OWNER, is_ours

from .dimensions import ANN, BEHAVIOURS, BEN, CLEO, INSTANCE_ID, NEW, OLD, SECONDS_OF_CALLS, is_late
from .watch import Watch

Truth = dict[str, tuple[Values, dict[str, str]]]
"""Settings and tags of every agent as they are, whatever reads show."""

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
    """A state of all agents, to be put back."""

    users: Any
    tagger: Any


@dataclass
class Bench:
    """The agents, and the truth about them."""

    connect: LocalConnect
    clock: FakeClock
    watch: Watch
    born: Truth = field(init=False)
    """The truth before anybody has owned anything of Ann and Ben."""
    free: Snapshot = field(init=False)

    def __post_init__(self) -> None:
        self.connect.create_instance(INSTANCE_ID)
        for user_id, tags in ((ANN, {}), (BEN, {}), (CLEO, _OF_ANOTHER_STACK)):
            self.connect.create_user(
                INSTANCE_ID, user_id[:4], user_id, {**FOREIGN_TAGS, **tags}, **KINDS["dense"]
            )
        self.born, self.free = self.truth(), self.snapshot()
        self.watch.look = self.breaches

    def snapshot(self) -> Snapshot:
        """Return the state that `show` puts back."""
        backend = self.connect.backend()
        return Snapshot(deepcopy(backend.users), deepcopy(backend.tagger))

    def show_as(self, behaviour: str, snapshot: Snapshot) -> None:
        """Put a state back, under one of `BEHAVIOURS`."""
        self.show(snapshot, BEHAVIOURS[behaviour])
        self.watch.seconds = SECONDS_OF_CALLS.get(behaviour, (0.0, 0.0))

    def show(self, snapshot: Snapshot, behaviour: Behaviour | None = None) -> None:
        """Put a state back; nothing is planted, nobody is killed."""
        backend = self.connect.backend()
        backend.users, backend.tagger = deepcopy(snapshot.users), deepcopy(snapshot.tagger)
        self.connect.behaviour = behaviour or self.connect.behaviour
        self.connect.clear_faults()
        self.connect.forget_calls()
        self.watch.begin()

    def truth(self) -> Truth:
        """Return all that is."""
        return {
            user_id: (self.connect.effective(INSTANCE_ID, user_id), self.connect.tags(INSTANCE_ID, user_id))
            for user_id in (ANN, BEN, CLEO)
        }

    def let_reads_catch_up(self) -> None:
        """Let reads show what is."""
        for user in self.connect.backend().users[INSTANCE_ID].values():
            user.pending.clear()

    def state(self) -> str:
        """Return all that what follows can depend on, as a text to compare."""
        now = self.clock.now()
        late = [
            (
                user.id,
                write.before.settings,
                write.before.tags,
                write.reads_left,
                round(write.visible_at - now, 3),
            )
            for user in self.connect.backend().users[INSTANCE_ID].values()
            for write in user.pending
        ]
        return repr((self.truth(), late, self.connect.behaviour))

    # -- what must hold between any two calls
    # --------------------------------------------------------------------------

    def breaches(self) -> Iterator[str]:
        """Say what must never be, however far an operation has come."""
        for user_id, (settings, tags) in self.truth().items():
            name = user_id[:4]
            if user_id == CLEO:
                if (settings, tags) != self.born[CLEO]:
                    yield f"{name} is another stack's, and was touched"
                continue
            if {key: value for key, value in tags.items() if not is_ours(key)} != FOREIGN_TAGS:
                yield f"{name}: somebody else's tags were touched: {tags}"
            yield from (
                f"{name}: {breach}" for breach in self._of_record(self.born[user_id][0], settings, tags)
            )

    def _of_record(self, born: Values, settings: Values, tags: Mapping[str, str]) -> Iterator[str]:
        record = recorded(tags)
        # A Delete that comes at once may see a record without its latest tags: those then go last, after the
        # owner's.
        if (
            any(map(is_ours, tags))
            and not {MARKER, OWNER} <= tags.keys()
            and not is_late(self.connect.behaviour)
        ):
            yield f"half owned: {tags}"
        for setting in record.earlier.keys() - MAY_BE_DECLARED.keys():
            yield f"{setting} is recorded, and nobody has declared it"
        for setting, word in record.declared.items():
            if word not in MAY_BE_DECLARED.get(setting, ()):
                yield f"{setting} is recorded as declared to be {word}"
        for setting, value in settings.items():
            earlier = words_for(setting, born[setting])
            if setting in record.earlier and record.earlier[setting] != earlier:
                yield f"{setting} was {earlier}, and is recorded as {record.earlier[setting]}"
            if (
                setting not in record.earlier
                and value != born[setting]
                and not self._stays(setting, settings, born)
            ):
                yield f"{setting} was {born[setting]}, is {value}, and nothing records it"

    def _stays(self, setting: tuple[str, str, tuple[str, ...]], settings: Values, born: Values) -> bool:
        """Whether it is a number that cannot be taken away: no call says "none" where entries are merged
        (documented).
        """
        merges = self.connect.behaviour.entry_write is EntryWrite.MERGE
        return (
            merges
            and setting == PHONE_NUMBER
            and born[PHONE_NUMBER] is None
            and settings[PHONE_TYPE] == "SOFT_PHONE"
        )

    def alike(self, found: Truth, wanted: Truth) -> bool:
        """Whether two states are the same, but for numbers that stay and for the requests that have led
        there.
        """
        return self._comparable(found) == self._comparable(wanted)

    def _comparable(self, truth: Truth) -> Truth:
        return {
            user_id: (
                {s: v for s, v in settings.items() if not self._stays(s, settings, self.born[user_id][0])},
                without_requests(tags),
            )
            for user_id, (settings, tags) in truth.items()
        }


@contextmanager
def set_up_bench(clock: FakeClock) -> Iterator[Bench]:
    """Open a local Connect with the three agents, for both front ends."""
    watch = Watch(clock)
    with pytest.MonkeyPatch.context() as patch, LocalConnect(clock=clock) as connect, watch.watching():
        for front_end in (handlers, custom_resource):
            patch.setattr(front_end, "retrier", Retrier(clock, lambda: 0.5))
        yield Bench(connect, clock, watch)
