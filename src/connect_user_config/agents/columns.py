"""The columns in which `agents` and `drift` show agents, and the same agents for machines."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from custom_connect_userconfig.core.arrays import ARRAYS, SettingKey, field_of
from custom_connect_userconfig.core.kinds import RecordedValue, Unrecorded
from custom_connect_userconfig.core.redaction import REDACTED

from . import cells
from .agent import Agent
from .instance import Instance


@dataclass(frozen=True)
class View:
    """What of the agents is shown: which settings, and whether with phone numbers."""

    instance: Instance
    keys: Sequence[SettingKey]
    with_numbers: bool = False

    def owner(self, agent: Agent) -> str:
        """Return who owns settings of the agent, in words."""
        if agent.damage:
            return "unreadable record"
        if agent.record and agent.record.is_handed_over:
            return f"handed over by {agent.owner}"
        return agent.owner or ("nobody named" if agent.record else "")

    def declared(self, agent: Agent) -> str:
        """Return the declared values that are not in force."""
        return ", ".join(
            f"{cells.setting(each.key)} {cells.worded(each.key, each.declared)}"
            for each in agent.drift()
            if each.key in self.keys
        )

    def to_json(self, agent: Agent) -> dict[str, Any]:
        """Return one agent in JSON's types; null stands for no phone number."""
        return {
            "id": agent.id,
            "arn": agent.live.arn,
            "username": agent.username,
            "firstName": agent.first_name,
            "lastName": agent.last_name,
            "routingProfileId": agent.routing_profile_id,
            "securityProfileIds": list(agent.security_profile_ids),
            "hierarchyGroupId": agent.hierarchy_group_id,
            "owner": agent.owner or None,
            "recordProblem": agent.damage or None,
            "confirmed": agent.is_confirmed,
            "settings": list(self._settings(agent)),
        }

    def _settings(self, agent: Agent) -> Iterator[dict[str, Any]]:
        record = agent.record
        for key in self.keys:
            owned = {}
            if record and key in record.prior:
                owned = {
                    "declared": _plain(key, record.declared.get(key)),
                    "earlier": _plain(key, record.prior[key]),
                }
            live = agent.effective(key)
            is_hidden = field_of(key).kind.sensitive and live is not None and not self.with_numbers
            yield {
                "array": key.array,
                "channel": key.channel,
                "field": key.field,
                "live": REDACTED if is_hidden else live,
                "owned": agent.owns(key),
                **owned,
            }


def _plain(key: SettingKey, value: RecordedValue) -> object:
    if isinstance(value, Unrecorded):
        return "(a number)" if field_of(key).kind.sensitive else value.value
    return value


def columns(view: View) -> dict[str, Callable[[Agent], str]]:
    """Return every column by its name, with what it says of an agent."""
    arrays = {array.tag_name: _array_column(index, view) for index, array in enumerate(ARRAYS)}
    instance = view.instance
    return {
        "agent": lambda agent: agent.username,
        "id": lambda agent: agent.id,
        "name": lambda agent: f"{agent.first_name} {agent.last_name}".strip(),
        "routing-profile": lambda agent: _name(agent.routing_profile_id, instance.routing_profiles),
        "security-profiles": lambda agent: ", ".join(
            _name(each, instance.security_profiles) for each in agent.security_profile_ids
        ),
        "hierarchy-group": lambda agent: _name(agent.hierarchy_group_id, instance.hierarchy_groups),
        **arrays,
        "owner": view.owner,
        "declared": view.declared,
    }


def _name(id_: str, names: Any) -> str:  # noqa: ANN401 - a mapping that is read late
    return names.get(id_, id_) if id_ else ""


def _array_column(index: int, view: View) -> Callable[[Agent], str]:
    array = ARRAYS[index]
    return lambda agent: cells.array_cell(array, agent, view.keys, with_numbers=view.with_numbers)


def usual(view: View) -> tuple[str, ...]:
    """Return the columns that are shown if nobody names any: those of the selected arrays among them."""
    arrays = [array.tag_name for array in ARRAYS if any(key.array == array.name for key in view.keys)]
    return ("agent", *arrays, "owner", "declared")
