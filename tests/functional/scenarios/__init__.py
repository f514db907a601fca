"""The scenarios: functions of a `World`, run through every front end.

`EVERYWHERE` holds the scenarios about values, which run under every combination of the switches for reads and
writes. `ANYWHERE` holds those about owners and failures, which run under a choice of combinations: any two
values of any two switches meet in one of them.
"""

from collections.abc import Callable
from typing import Final

from ..world import World

Scenario = Callable[[World], None]

EVERYWHERE: Final[list[Scenario]] = []
ANYWHERE: Final[list[Scenario]] = []


def everywhere(scenario: Scenario) -> Scenario:
    """Run `scenario` under every combination of switches."""
    EVERYWHERE.append(scenario)
    return scenario


def anywhere(scenario: Scenario) -> Scenario:
    """Run `scenario` where any two values of any two switches meet."""
    ANYWHERE.append(scenario)
    return scenario
