"""Under which circumstances an event is carried through; above all, what others do between two of its calls."""

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
    """Somebody removes tags of their own and, as the messages advise, all of the record's."""

    keys: set[str]
    releases: bool


@dataclass(frozen=True)
class Editing:
    """An administrator changes settings, in either form."""

    edit: Mapping[SettingKey, Value] | Mapping[str, Value]


@dataclass(frozen=True)
class Phoning:
    """The agent changes their own phone in the contact panel."""

    edit: Mapping[SettingKey, Value]


@dataclass(frozen=True)
class Duplicate:
    """Lambda runs the same event a second time, at the same time."""


@dataclass(frozen=True)
class Rival:
    """Another stack carries an operation through, just before a read of this one."""

    who: int
    wanted: Settings
    deletes: bool
    imports: bool


Act = Tagging | Editing | Phoning | Duplicate | Rival
Meanwhile = tuple[tuple[int, Act], ...]
"""Acts, each with the number of the call before which it comes."""


@dataclass(frozen=True)
class Circumstances:
    """Under which an event is carried through."""

    schedule: Schedule = field(default_factory=dict)
    meanwhile: Meanwhile = ()
    resume: bool = True
    """Whether an event that was cut off goes on from the callback context last held."""
    context: Context = None
    """What the event goes on from."""
    waits: int = 100
    """How often a custom resource's function waits before CloudFormation's timeout ends."""


CALM = Circumstances()


_EDITS = st.builds(Editing, strategies.settings() | strategies.legacy_configs()) | st.builds(
    Phoning, strategies.own_phone()
)
_OTHERS = st.builds(Rival, st.integers(0, 1), strategies.settings(), st.booleans(), st.booleans()) | st.just(
    Duplicate()
)

PEOPLE = _EDITS | st.builds(Tagging, strategies.foreign_tags())
"""What people do to the agent."""


@st.composite
def amids(draw: st.DrawFn) -> Meanwhile:
    """Draw what comes in between: mostly nothing, edits, or one operation beside this one, never edits and a
    second operation.

    What the second operation reads would be as late as what the first has read, and which of the two has lost
    an edit is nothing that a rule depends on.
    """
    kind = draw(st.sampled_from(["nothing", "nothing", "edits", "edits", "other"]))
    if kind == "nothing":
        return ()
    acts = PEOPLE if kind == "edits" else _OTHERS
    most = 3 if kind == "edits" else 1
    drawn = draw(st.lists(st.tuples(st.integers(1, 7), acts), min_size=1, max_size=most))
    return tuple(sorted(drawn, key=lambda numbered: numbered[0]))
