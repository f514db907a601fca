"""Hundreds of invocations of the function at once, on the simulated clock of the load experiments."""

from dataclasses import dataclass, field
from typing import Any

from benchmarks.load.simulation import Simulation
from custom_connect_userconfig import custom_resource
from support.function_double import Context, FunctionDouble


@dataclass
class BusyFunction(FunctionDouble):
    """The installed function; any number of its invocations may run at the same time."""

    simulation: Simulation = field(kw_only=True)

    def begin(self, event: dict[str, Any], after: float = 0.0) -> None:
        """Invoke the function asynchronously, `after` seconds from now."""
        self.simulation.begin(lambda: self._run(event), self.simulation.now + after)

    def _run(self, event: dict[str, Any]) -> None:
        self.invocations += 1
        began = self.clock.monotonic()
        custom_resource.handler(event, Context(self.clock, began + self.seconds))
        self.longest = max(self.longest, self.clock.monotonic() - began)
        while self.handed_over:
            self.begin(self.handed_over.popleft())
