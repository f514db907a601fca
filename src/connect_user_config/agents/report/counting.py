"""What the report says of an agent in one word, and how many agents of which team that holds for."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Final

from ..agent import Agent
from ..columns import View

NO_TEAM: Final = "none"
_DIGITS: Final = re.compile(r"(\d{1,18})")


class State(Enum):
    """How the live values of an agent stand to what is declared; the most urgent first.

    The members are the sign, which is not for screen readers, and the words.
    """

    UNREADABLE = ("!", "Record unreadable")
    DIFFERS = ("▲", "Differs")
    REMARK = ("◆", "Needs a look")
    AS_DECLARED = ("✓", "As declared")
    UNOWNED = ("○", "Not owned")

    @property
    def sign(self) -> str:
        """The sign before the words."""
        return self.value[0]

    @property
    def words(self) -> str:
        """The words."""
        return self.value[1]

    @property
    def rank(self) -> int:
        """The place in the order of urgency."""
        return list(State).index(self)


def state_of(agent: Agent, view: View, remark: str) -> State:
    """Return the most urgent state that holds for the agent, as far as the view goes."""
    if agent.damage:
        return State.UNREADABLE
    if any(each.key in view.keys for each in agent.drift()):
        return State.DIFFERS
    if remark:
        return State.REMARK
    return State.AS_DECLARED if agent.record else State.UNOWNED


@dataclass
class Counts:
    """Agents of one team, or all, by state."""

    by_state: Counter[State] = field(default_factory=Counter)

    @property
    def agents(self) -> int:
        """How many agents there are."""
        return self.by_state.total()

    @property
    def owned(self) -> int:
        """How many have an owner."""
        return self.agents - self.by_state[State.UNOWNED]


class Teams:
    """The names of one kind of team, and the counts of each; two teams of one name are told apart by id."""

    def __init__(self, names: Callable[[], Mapping[str, str]]) -> None:
        self._read = names
        self._counts: dict[str, Counts] = {}

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return self._read()

    @cached_property
    def _uses(self) -> Counter[str]:
        return Counter(self._names.values())

    def name(self, team_id: str) -> str:
        """Return the name that the report uses. Names are not read before an agent is in a team."""
        if not team_id:
            return NO_TEAM
        name = self._names.get(team_id, team_id)
        return f"{name} ({team_id})" if self._uses[name] > 1 else name

    def count(self, team_id: str, state: State) -> None:
        """Count one agent."""
        self._counts.setdefault(self.name(team_id), Counts()).by_state[state] += 1

    def in_order(self) -> list[tuple[str, Counts]]:
        """Return the teams by name; agents without a team come last."""
        return sorted(self._counts.items(), key=lambda each: (each[0] == NO_TEAM, natural(each[0]), each[0]))


def natural(name: str) -> tuple[str | int, ...]:
    """Return the place of a name in the order of people, for whom 9 comes before 10."""
    return tuple(int(part) if part.isdecimal() else part.casefold() for part in _DIGITS.split(name))
