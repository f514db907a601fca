"""Which of the agents that were read the templates declare."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from custom_connect_userconfig.core.arrays import SettingKey

from ..agent import Agent
from .declaring import Finding, LeftOut, declare


@dataclass(frozen=True)
class Choice:
    """The rule of one run."""

    keys: Collection[SettingKey]
    instance_id: str
    stack: str
    earlier: Collection[str] = frozenset()
    """The agents in the templates of an earlier run, which stay there whoever owns them."""
    with_numbers: bool = False
    imports: bool = False

    @property
    def task(self) -> str:
        """What the findings follow from, as far as it does not change while templates are written."""
        return repr(replace(self, earlier=()))

    def finding(self, user_id: str, agent: Agent | None, refusal: str = "") -> Finding:
        """Return what becomes of an agent; None is one who may not be read, for `refusal`, or who is gone."""
        if agent is None:
            return LeftOut(user_id, user_id, refusal or "no longer in the instance", is_gone=not refusal)
        why = self._objection(agent)
        if why:
            return LeftOut(agent.id, agent.username, why)
        is_imported = self.imports and agent.is_owned and not self._is_ours(agent)
        return declare(
            agent, self.keys, self.instance_id, with_numbers=self.with_numbers, is_imported=is_imported
        )

    def _objection(self, agent: Agent) -> str:
        if agent.damage:
            return agent.damage
        is_handed_over = agent.record is not None and agent.record.is_handed_over
        if agent.id in self.earlier or agent.is_owned is self.imports or is_handed_over:
            return ""
        if self.imports:
            return "without a record, so there is nothing to import: adopted without --import"
        return f"owned by stack {agent.owner.partition('/')[0]}" if agent.owner else "owned by nobody named"

    def _is_ours(self, agent: Agent) -> bool:
        name, dash, number = agent.owner.partition("/")[0].rpartition("-")
        return bool(dash) and name == self.stack and number.isdecimal()
