"""What must be true after each step, told apart from what happens to be true; a difference ends the demo."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from .settings import Setting, Values, label, settings_of, shown

_RECORD = "connect-user-config"
_OWNER = f"{_RECORD}:owner"


class NotAsDeclared(Exception):
    """A step did not do what it should; the text says what is wrong."""


class Agent(Protocol):
    """An agent of a local Connect, as it really is whatever reads show."""

    @property
    def name(self) -> str:
        """What people call the agent."""
        ...

    def settings(self) -> Values:
        """Return all settings as they are."""
        ...

    def tags(self) -> Mapping[str, str]:
        """Return the tags as they are."""
        ...


AnyAgent = TypeVar("AnyAgent", bound=Agent)


@dataclass
class Ledger(Generic[AnyAgent]):
    """What one agent's settings must be, by the rules of ownership and not by what the resource type says."""

    agent: AnyAgent
    expected: dict[Setting, object] = field(default_factory=dict)
    prior: dict[Setting, object] = field(default_factory=dict)
    """What each owned setting was before it was taken."""
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
        """The stack and the resource that the record on the agent names; empty where there is none."""
        return self.agent.tags().get(_OWNER, "").rpartition(" ")[2]

    def declares(self, declared: Values) -> None:
        """From now on `declared` is owned, and what no longer is is given back."""
        for setting in self.owned - set(declared):
            self.expected[setting] = self.prior.pop(setting)
        for setting, value in declared.items():
            self.prior.setdefault(setting, self.expected[setting])
            self.expected[setting] = value
        self.drifted.clear()

    def changed_by_others(self) -> None:
        """Somebody else has changed settings: what is owned has drifted, the rest is theirs."""
        found = self.agent.settings()
        self.drifted = {setting for setting in self.owned if found[setting] != self.expected[setting]}
        self.expected |= found

    def check(self) -> None:
        """Compare the agent with what must be."""
        found = self.agent.settings()
        wrong = [
            f"{label(setting)}{'' if setting in self.prior else ' (not owned)'}: must be"
            f" {shown(setting, self.expected)},"
            f" is {shown(setting, found)}"
            for setting in self.expected
            if found[setting] != self.expected[setting]
        ]
        self._complain(wrong)
        self._check_tags()

    def check_read(self, model: Mapping[str, Any]) -> None:
        """READ must show exactly the owned settings, with their live values."""
        live = {setting: value for setting, value in self.agent.settings().items() if setting in self.prior}
        read = settings_of(model)
        self._complain(
            [f"READ shows {label(setting)}, which is not owned" for setting in read.keys() - live.keys()]
        )
        self._complain([f"READ hides {label(setting)}" for setting in live.keys() - read.keys()])
        self._complain(
            [f"READ shows an old {label(setting)}" for setting in live if read[setting] != live[setting]]
        )

    def _check_tags(self) -> None:
        tags = self.agent.tags()
        foreign = {key: value for key, value in tags.items() if not key.startswith(_RECORD)}
        if foreign != self.tags:
            self._complain(["tags that are not the resource's have changed"])
        if (_RECORD in tags) != bool(self.prior):
            self._complain([f"the record of what is owned is {'there' if _RECORD in tags else 'missing'}"])

    def _complain(self, wrong: Iterable[str]) -> None:
        told = "; ".join(wrong)
        if told:
            raise NotAsDeclared(f"{self.agent.name}: {told}.")
