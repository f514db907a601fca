"""The rules that must hold after two operations at the same time, whichever was faster.

The oracle uses no code under test: it looks settings up in the local Connect, and reads tags with a parser of
the tests.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import TYPE_CHECKING

from properties.stacks import Action, Ending, Event, Outcome

from custom_connect_userconfig.core.arrays import SettingKey
from support.earlier_values import take_breaches
from support.record_form import is_ours, read_record

if TYPE_CHECKING:
    from .trial import Trial


class Breach(Enum):
    """A broken rule; the value is a heading."""

    LOST = "earlier value lost"
    """A record holds a wrong earlier value, or lacks a setting that a resource declares and has changed."""
    OWN = "own value recorded"
    """At some time the record held an earlier value that the resource itself had written."""
    CHANGED = "changed, not named"
    """Nobody declares a setting, it differs from its initial value, and no answer names it."""
    NAMED = "changed, named"
    """The same, but an answer names the setting."""
    SILENT = "failed, silent"
    """A FAILED answer leaves a setting changed and unrecorded without naming it: nothing can give it back."""
    BOTH = "both SUCCESS"
    """Two stacks are told that they own the user."""
    WRONG = "not in force"
    """A resource was told SUCCESS, and a declared value is not in force."""
    STUCK = "stuck"
    """An update cannot be rolled back, or a resource cannot be deleted."""
    KEPT = "kept after deletes"
    """All resources are deleted, a setting differs from its initial value, and no answer names it."""
    RECORD = "record left"
    """All resources are deleted, and the user still carries a record."""


RULES = tuple(breach for breach in Breach if breach not in (Breach.NAMED, Breach.BOTH))
"""The breaches that must never occur. Without a lock, nobody can exclude that two are told SUCCESS."""

WITHOUT_A_LOCK = frozenset({Breach.BOTH, Breach.WRONG, Breach.LOST, Breach.KEPT})
"""The breaches that nobody can exclude if two creates have taken the user unseen by each other, and one fails
besides: it gives back what it took, with the record that has replaced the other's.
"""


def after_answers(trial: "Trial", awaited: Mapping[str, tuple[Event, Ending]]) -> Iterator[Breach]:
    """Check the two answers, before CloudFormation acts on them."""
    done = [event for event, ending in awaited.values() if ending.outcome is Outcome.DONE]
    if [event.action for event in done].count(Action.CREATE) > 1:
        yield Breach.BOTH
    known = read_record(trial.agent.tags()).earlier.keys() | _declared(trial)
    for event, ending in awaited.values():
        if ending.outcome is Outcome.FAILED:
            touched = {*event.declared, *(event.previous or {})}
            left = [key for key in _changed(trial) if key in touched and key not in known]
            if any(not _names(str(ending.error), key) for key in left):
                yield Breach.SILENT


def in_the_end(trial: "Trial") -> Iterator[Breach]:
    """Check the state after CloudFormation has acted on the answers."""
    truth, recorded = trial.agent.truth(), read_record(trial.agent.tags()).earlier
    declared = _declared(trial)
    changed = _changed(trial)
    if any(value != trial.initial[SettingKey(*setting)] for setting, value in recorded.items()):
        yield Breach.LOST
    if any(key in declared and key not in recorded for key in changed):
        yield Breach.LOST
    for key in changed:
        if key not in declared:
            yield Breach.NAMED if any(_names(answer, key) for answer in trial.answers) else Breach.CHANGED
    living = [stack for stack in trial.stacks.values() if stack.exists and stack.outcome is Outcome.DONE]
    if len(living) == 1 and any(truth[key] != value for key, value in living[0].declared.items()):
        yield Breach.WRONG


def after_deletes(trial: "Trial") -> Iterator[Breach]:
    """Check the state after every resource has been deleted."""
    if any(not any(_names(answer, key) for answer in trial.answers) for key in _changed(trial)):
        yield Breach.KEPT
    if any(map(is_ours, trial.agent.tags())):
        yield Breach.RECORD
    if take_breaches():
        yield Breach.OWN


def _changed(trial: "Trial") -> list[SettingKey]:
    return [key for key, value in trial.agent.truth().items() if value != trial.initial[key]]


def _declared(trial: "Trial") -> set[SettingKey]:
    """Return the settings that existing resources declare."""
    return {key for stack in trial.stacks.values() if stack.exists for key in stack.declared}


def _names(answer: str, key: SettingKey) -> bool:
    return key.array in answer and key.channel in answer
