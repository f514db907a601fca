"""The story of the registry flavour: drift detection and import, which a custom resource has not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.table import Table

from .agents import INSTANCE, create_agents
from .changed_settings import LEGEND, Snapshot, snapshot
from .checks import Ledger, NotAsDeclared
from .local_cloud import LocalCloud
from .registry import TYPE, Resource, install_handlers
from .screen import Screen
from .settings import label, settings_of, shown
from .templates import declared, edited, pasted, readme_snippet

_STACK: Final = "sales"
_NEXT_STACK: Final = "contact-centre"
_LOGICAL_ID: Final = "SalesAgent"
_AS_REGISTERED: Final = (
    ("Type: Custom::ConnectUserConfig", f"Type: {TYPE}"),
    ("    ServiceToken: !ImportValue ConnectUserConfigServiceToken\n", ""),
)
_SHORTER: Final = ("AfterContactWorkTimeLimit: 30", "AfterContactWorkTimeLimit: 20")


@dataclass
class RegistryDemo:
    """One run."""

    screen: Screen
    cloud: LocalCloud
    archive: Path
    ledgers: list[Ledger] = field(default_factory=list)
    snippet: str = ""
    properties: dict[str, Any] = field(default_factory=dict)

    def run(self) -> None:
        """Tell the story; raises NotAsDeclared at the first step that is not as declared."""
        self.start()
        self.create()
        self.drift()
        self.move()
        self.delete()

    def start(self) -> None:
        """Deploy the handlers."""
        self.screen.step(
            "Before",
            "No local cloud has CloudFormation's registry. This demo plays it: it sends the events that"
            " CloudFormation would send, and the handlers of the package run as they are, in a Lambda.",
        )
        self.ledgers = [Ledger(agent) for agent in create_agents(self.cloud)]
        install_handlers(self.cloud, self.archive)

    def create(self) -> None:
        """Create the README's resource by its name in the registry."""
        self.screen.step("1 Create", f"Stack {_STACK} declares settings of Ann, without a ServiceToken:")
        self._take_template(edited(readme_snippet(), *_AS_REGISTERED))
        self.screen.indented(self.snippet.rstrip(), "dim")
        before = snapshot(self.ledgers)
        self._resource(_STACK).create(self.properties)
        self._ann.declares(settings_of(self.properties))
        self.screen.console.print(LEGEND)
        self._finish("CREATE took what is declared, and nothing else", before, _STACK)

    def drift(self) -> None:
        """Change settings outside the stack, and detect the drift."""
        self.screen.step(
            "2 Drift detection",
            "An administrator changes one setting that the stack owns and one other.",
            "CloudFormation asks READ, and compares the answer with the template:",
        )
        before = snapshot(self.ledgers)
        limit = {"Channel": "VOICE", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 300}}
        persistent = {"Channel": "VOICE", "PersistentConnection": True}
        self._ann.agent.administer(AfterContactWorkConfigs=[limit], PersistentConnectionConfigs=[persistent])
        self._ann.agent.let_reads_catch_up()
        self._ann.changed_by_others()
        model = self._resource(_STACK).read(self._identifier)
        self._ann.check_read(model)
        self._show_differences(model)
        self._finish("READ shows the drift, and no setting that is not owned", before, _STACK)

    def move(self) -> None:
        """Import the resource into another stack, and update it there."""
        self.screen.step(
            "3 Import",
            f"Stack {_STACK} goes, and retains the resource.",
            f"LIST finds it, and stack {_NEXT_STACK} imports it by READ:",
        )
        before, mover = snapshot(self.ledgers), self._resource(_NEXT_STACK)
        listed = mover.list(INSTANCE)
        if listed != [self._identifier]:
            raise NotAsDeclared(f"LIST must show {self._identifier}, and shows {listed}.")
        self._ann.check_read(mover.read(self._identifier))
        self._finish("the import has changed nothing", before, _STACK)
        self.screen.console.print("The next update there changes one value, and repairs the drift:")
        previous, old = self.properties, self.snippet
        self._take_template(edited(self.snippet, _SHORTER))
        self.screen.edits(old, self.snippet)
        mover.update(self.properties, previous)
        self._ann.declares(settings_of(self.properties))
        self._finish("the record names the new owner, and keeps the earlier values", before, _NEXT_STACK)

    def delete(self) -> None:
        """Delete the resource from the stack that has imported it."""
        self.screen.step("4 Delete", "The values from before the first stack come back:")
        before = snapshot(self.ledgers)
        self._resource(_NEXT_STACK).delete(self.properties)
        self._ann.declares({})
        self._finish("Ann is back as she was; only the administrator's other change stays", before)

    @property
    def _ann(self) -> Ledger:
        return self.ledgers[0]

    @property
    def _identifier(self) -> Mapping[str, Any]:
        return {name: self.properties[name] for name in ("InstanceId", "UserId")}

    def _resource(self, stack: str) -> Resource:
        return Resource(self.cloud, stack, _LOGICAL_ID)

    def _take_template(self, snippet: str) -> None:
        self.snippet, self.properties = snippet, declared(pasted(snippet), {})[_LOGICAL_ID]

    def _show_differences(self, model: Mapping[str, Any]) -> None:
        expected, actual = settings_of(self.properties), settings_of(model)
        table = Table.grid(padding=(0, 2))
        table.add_row("  property", "expected", "actual", style="bold")
        for setting in expected:
            if actual[setting] != expected[setting]:
                table.add_row(f"  {label(setting)}", shown(setting, expected), shown(setting, actual))
        self.screen.console.print(table)

    def _finish(self, what: str, before: Snapshot, owner: str = "") -> None:
        for ledger in self.ledgers:
            ledger.check()
            ledger.check_owner(f"{owner}/{_LOGICAL_ID}" if ledger.owned else "")
        self.screen.changes(self.ledgers, before)
        self.screen.checked(what)
