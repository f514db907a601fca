"""What must hold when two operations have run beside each other, whoever was faster.

Of the code under test nothing is used: settings are looked up in the local Connect, and tags are read by a
parser of the tests.
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
    """What can be wrong; the value is a heading."""

    LOST = "earlier value lost"
    """A record holds an earlier value that it was not, or a resource holds a changed setting without a record
    of it.
    """
    OWN = "own value recorded"
    """At any time an earlier value was recorded that the resource itself had written."""
    CHANGED = "changed, untold"
    """A setting that nobody declares is not what it was before, and no answer names it."""
    TOLD = "changed, told"
    """The same, but an answer names it."""
    SILENT = "failed, silent"
    """A FAILED answer does not name what it leaves changed and unrecorded, so that nothing that follows can
    give it back.
    """
    BOTH = "both SUCCESS"
    """Two stacks are told that they own the user."""
    WRONG = "not in force"
    """A resource was told SUCCESS, and what its template declares is not in force."""
    STUCK = "stuck"
    """An update cannot be rolled back, or a resource cannot be deleted."""
    KEPT = "kept after deletes"
    """When all resources are deleted, a setting is not what it was before, and no answer names it."""
    RECORD = "record left"
    """When all resources are deleted, there is a record still."""


RULES = tuple(breach for breach in Breach if breach not in (Breach.TOLD, Breach.BOTH))
"""What must never be; that two are told SUCCESS nobody can exclude without a lock."""


def after_answers(trial: "Trial", awaited: Mapping[str, tuple[Event, Ending]]) -> Iterator[Breach]:
    """Check the answers of the two."""
    created = [
        who
        for who, (event, ending) in awaited.items()
        if event.action is Action.CREATE and ending.outcome is Outcome.DONE
    ]
    if len(created) > 1:
        yield Breach.BOTH
    recorded = read_record(trial.agent.tags()).earlier
    for event, ending in awaited.values():
        if ending.outcome is Outcome.FAILED:
            touched = {*event.declared, *(event.previous or {})}
            left = [
                key
                for key in _changed(trial)
                if key in touched and key not in recorded and key not in _declared(trial)
            ]
            if any(not _names(str(ending.error), key) for key in left):
                yield Breach.SILENT


def in_the_end(trial: "Trial") -> Iterator[Breach]:
    """Check what there is when CloudFormation has done what follows from the answers."""
    truth, recorded = trial.agent.truth(), read_record(trial.agent.tags()).earlier
    declared = _declared(trial)
    changed = _changed(trial)
    if any(value != trial.born[SettingKey(*setting)] for setting, value in recorded.items()):
        yield Breach.LOST
    if any(key in declared and key not in recorded for key in changed):
        yield Breach.LOST
    for key in changed:
        if key not in declared:
            yield Breach.TOLD if any(_names(answer, key) for answer in trial.answers) else Breach.CHANGED
    living = [stack for stack in trial.stacks.values() if stack.exists and stack.outcome is Outcome.DONE]
    if len(living) == 1 and any(truth[key] != value for key, value in living[0].declared.items()):
        yield Breach.WRONG


def after_deletes(trial: "Trial") -> Iterator[Breach]:
    """Check what is left when every resource is deleted."""
    if any(not any(_names(answer, key) for answer in trial.answers) for key in _changed(trial)):
        yield Breach.KEPT
    if any(map(is_ours, trial.agent.tags())):
        yield Breach.RECORD
    if take_breaches():
        yield Breach.OWN


def _changed(trial: "Trial") -> list[SettingKey]:
    return [key for key, value in trial.agent.truth().items() if value != trial.born[key]]


def _declared(trial: "Trial") -> set[SettingKey]:
    """Return what the templates of living resources declare."""
    return {key for stack in trial.stacks.values() if stack.exists for key in stack.declared}


def _names(answer: str, key: SettingKey) -> bool:
    return key.array in answer and key.channel in answer
