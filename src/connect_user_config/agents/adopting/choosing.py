"""Which of the agents that were read the templates declare."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from custom_connect_userconfig.core.arrays import SettingKey

from ..agent import Agent
from . import naming
from .declaring import Adopted, Finding, LeftOut, declare

_IF_IMPORTED: Final = ", which refuses the deployment unless the agent was imported"


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

    def finding(self, user_id: str, agent: Agent | None, *, is_unreadable: bool = False) -> Finding:
        """Return what becomes of an agent; None is one who is gone, or may not be read."""
        if agent is None:
            why = "not to be read by this caller" if is_unreadable else "no longer in the instance"
            return LeftOut(user_id, user_id, why, is_gone=not is_unreadable)
        why = self._objection(agent)
        if why:
            return LeftOut(agent.id, naming.in_one_line(agent.username), why)
        found = declare(
            agent,
            self.keys,
            self.instance_id,
            with_numbers=self.with_numbers,
            is_imported=self.imports and agent.is_owned and not self._is_ours(agent),
        )
        if isinstance(found, Adopted) and not self.imports and agent.is_held and not self._is_ours(agent):
            return replace(found, remarks=(*found.remarks, f"{_owned(agent)}{_IF_IMPORTED}"))
        return found

    def _objection(self, agent: Agent) -> str:
        if agent.damage:
            return agent.damage
        is_handed_over = agent.record is not None and agent.record.is_handed_over
        if agent.id in self.earlier or agent.is_owned is self.imports or is_handed_over:
            return ""
        if self.imports:
            return "without a record, so there is nothing to import: adopted without --import"
        return _owned(agent)

    def _is_ours(self, agent: Agent) -> bool:
        name, dash, number = agent.owner.partition("/")[0].rpartition("-")
        return bool(dash) and name == self.stack and number.isdecimal()


def _owned(agent: Agent) -> str:
    return f"owned by stack {agent.owner.partition('/')[0]}" if agent.owner else "owned by nobody named"
