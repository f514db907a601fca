"""The scenarios: functions of a `World`, run through every front end.

`EVERYWHERE` holds those about what is written and read, run under every combination of the read and write
switches; `ANYWHERE` those about who may do what and what goes wrong, run under a choice of combinations in
which every two switches meet in every way.
"""

from collections.abc import Callable
from typing import Final

from ..world import World

Scenario = Callable[[World], None]

EVERYWHERE: Final[list[Scenario]] = []
ANYWHERE: Final[list[Scenario]] = []


def everywhere(scenario: Scenario) -> Scenario:
    """Run `scenario` under every combination."""
    EVERYWHERE.append(scenario)
    return scenario


def anywhere(scenario: Scenario) -> Scenario:
    """Run `scenario` where every two switches meet in every way."""
    ANYWHERE.append(scenario)
    return scenario
