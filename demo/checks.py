"""The rules of ownership, kept beside the agents: after each step, a difference ends the demo."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .agents import Agent
from .settings import Setting, Values, label, settings_of, shown

_RECORD = "connect-user-config"
_OWNER = f"{_RECORD}:owner"


class NotAsDeclared(Exception):
    """A step did not do what it should; the text says what is wrong."""


@dataclass
class Ledger:
    """What one agent's settings must be, by the rules of ownership and not by the resource type's code."""

    agent: Agent
    expected: dict[Setting, object] = field(default_factory=dict)
    prior: dict[Setting, object] = field(default_factory=dict)
    """The value of each owned setting before the stack took it."""
    drifted: set[Setting] = field(default_factory=set)
    """Owned settings that somebody else has changed."""
    tags: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.expected = dict(self.agent.settings())
        self.tags = self.agent.tags()

    @property
    def owned(self) -> set[Setting]:
        """The settings that the stack owns."""
        return set(self.prior)

    @property
    def owner(self) -> str:
        """`stack/resource` as the record on the agent names it; empty if there is no record."""
        return self.agent.tags().get(_OWNER, "").rpartition(" ")[2]

    def declares(self, declared: Values) -> None:
        """From now on the stack owns `declared`; it gives back every other setting that it owned."""
        for setting in self.owned - set(declared):
            self.expected[setting] = self.prior.pop(setting)
        for setting, value in declared.items():
            self.prior.setdefault(setting, self.expected[setting])
            self.expected[setting] = value
        self.drifted.clear()

    def changed_by_others(self) -> None:
        """Somebody else has changed settings: the owned ones have drifted, the others are theirs."""
        found = self.agent.settings()
        self.drifted = {setting for setting in self.owned if found[setting] != self.expected[setting]}
        self.expected |= found

    def check(self) -> None:
        """Compare the agent's settings and tags with the rules; raises NotAsDeclared."""
        found = self.agent.settings()
        self._refuse(
            [
                self._difference(setting, found)
                for setting in self.expected
                if found[setting] != self.expected[setting]
            ]
        )
        tags = self.agent.tags()
        if {key: value for key, value in tags.items() if not key.startswith(_RECORD)} != self.tags:
            self._refuse(["tags that are not the resource's have changed"])
        if (_RECORD in tags) != bool(self.prior):
            self._refuse([f"the record of ownership is {'there' if _RECORD in tags else 'missing'}"])

    def check_owner(self, must: str) -> None:
        """The record must name `stack/resource`, or nobody if `must` is empty; raises NotAsDeclared."""
        if self.owner != must:
            wrong = f"must be owned by {must or 'nobody'}, and is by {self.owner or 'nobody'}"
            raise NotAsDeclared(f"{self.agent.name} {wrong}.")

    def check_read(self, model: Mapping[str, Any]) -> None:
        """READ must show exactly the owned settings, with their live values; raises NotAsDeclared."""
        live = {setting: value for setting, value in self.agent.settings().items() if setting in self.prior}
        read = settings_of(model)
        unowned, hidden = read.keys() - live.keys(), live.keys() - read.keys()
        self._refuse([f"READ shows {label(setting)}, which is not owned" for setting in unowned])
        self._refuse([f"READ hides {label(setting)}" for setting in hidden])
        old = [setting for setting in live if read[setting] != live[setting]]
        self._refuse([f"READ shows an old {label(setting)}" for setting in old])

    def _difference(self, setting: Setting, found: Values) -> str:
        name = label(setting) if setting in self.prior else f"{label(setting)} (not owned)"
        return f"{name}: must be {shown(setting, self.expected)}, is {shown(setting, found)}"

    def _refuse(self, wrong: list[str]) -> None:
        if wrong:
            raise NotAsDeclared(f"{self.agent.name}: {'; '.join(wrong)}.")
