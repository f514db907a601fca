"""The circumstances under which an event runs; above all, the acts of others between its calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import strategies as st

from custom_connect_userconfig.core.arrays import SettingKey
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.settings import Settings

from . import strategies
from .stacks import Context
from .unreliable import Schedule


@dataclass(frozen=True)
class Tagging:
    """Somebody sets tags of their own."""

    tags: Mapping[str, str]


@dataclass(frozen=True)
class Untagging:
    """Somebody removes tags of their own and, as messages advise, all tags of the record."""

    keys: set[str]
    releases: bool


@dataclass(frozen=True)
class Editing:
    """An administrator changes settings, in the arrays or in the older ``PhoneConfig``."""

    edit: Mapping[SettingKey, Value] | Mapping[str, Value]


@dataclass(frozen=True)
class Phoning:
    """The agent changes their own phone in the contact panel."""

    edit: Mapping[SettingKey, Value]


@dataclass(frozen=True)
class Duplicate:
    """Lambda runs the same event twice at the same time."""


@dataclass(frozen=True)
class Rival:
    """Another stack runs a whole operation just before a read of this one."""

    who: int
    """The index of the stack among the others."""
    wanted: Settings
    deletes: bool
    imports: bool


Act = Tagging | Editing | Phoning | Duplicate | Rival
Meanwhile = tuple[tuple[int, Act], ...]
"""Acts, each with the number of the call that it precedes."""


@dataclass(frozen=True)
class Circumstances:
    """The circumstances of one event."""

    schedule: Schedule = field(default_factory=dict)
    meanwhile: Meanwhile = ()
    resume: bool = True
    """Whether an event that was cut off continues from its latest callback context."""
    context: Context = None
    """The callback context that the event continues from."""
    waits: int = 100
    """How often a custom resource's function waits before CloudFormation's timeout is near."""


CALM = Circumstances()


_EDITING = st.builds(Editing, strategies.settings() | strategies.legacy_configs())
_RIVAL = st.builds(Rival, st.integers(0, 1), strategies.settings(), st.booleans(), st.booleans())

PEOPLE = _EDITING | st.builds(Phoning, strategies.own_phone()) | st.builds(Tagging, strategies.foreign_tags())
"""Acts of people on the agent."""


@st.composite
def acts_meanwhile(draw: st.DrawFn) -> Meanwhile:
    """Draw the acts between the calls: none, edits, or one other operation; never edits and an operation.

    The reads of the other operation would be late too, and no rule says which of the two may lose an edit.
    """
    kind = draw(st.sampled_from(["nothing", "nothing", "edits", "edits", "other"]))
    if kind == "nothing":
        return ()
    acts = PEOPLE if kind == "edits" else _RIVAL | st.just(Duplicate())
    most = 3 if kind == "edits" else 1
    drawn = draw(st.lists(st.tuples(st.integers(1, 7), acts), min_size=1, max_size=most))
    return tuple(sorted(drawn, key=lambda numbered: numbered[0]))
