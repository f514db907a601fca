"""The story: four agents, three stacks, what may happen to them; every step is checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from .agents import INSTANCE, Agent, create_agents
from .checks import Ledger, NotAsDeclared
from .installation import Installation, install
from .local_cloud import LocalCloud
from .settings import settings_of
from .stacks import Event, Outcome, Stacks
from .tables import Snapshot, settings_table, snapshot
from .templates import EXAMPLE, changes, declared, edited

SABOTAGES: Final = ("unowned", "owned", "denied")
"""Ways to break the demo, to see that its checks fail."""
STACK: Final = "contact-centre"
RIVAL: Final = "campaign"
_RESOURCES: Final = {"Ann": "Defaults", "Bob": "Sales", "Cara": "DeskPhone", "Dev": "Remote"}
_UPDATE: Final = (
    ("AfterContactWorkTimeLimit: 60", "AfterContactWorkTimeLimit: 20"),
    ("        - { Channel: TASK, AutoAccept: true }\n", ""),
    (
        "VOICE_ISOLATION }\n",
        (
            "VOICE_ISOLATION }\n"
            "      PersistentConnectionConfigs:\n"
            "        - { Channel: VOICE, PersistentConnection: true }\n"
        ),
    ),
)
_MISTAKE: Final = (
    ("AfterContactWorkTimeLimit: 20", "AfterContactWorkTimeLimit: 5"),
    ("VoiceEnhancementMode: VOICE_ISOLATION", "VoiceEnhancementMode: LOUDER"),
)


@dataclass
class Demo:
    """One run."""

    console: Console
    cloud: LocalCloud
    archive: Path
    sabotage: str | None = None
    ledgers: list[Ledger] = field(default_factory=list)
    template: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    installation: Installation | None = None

    def run(self) -> None:
        """Tell the story; raises NotAsDeclared at the first step that is not as declared."""
        self.start()
        self.install()
        self.create()
        self.update()
        self.roll_back()
        self.rival()
        self.drift()
        self.delete()

    def start(self) -> None:
        """Before the stacks."""
        self._headline(
            "Before",
            "Four agents that no stack owns. Each carries settings; a missing one means its default.",
        )
        self.ledgers = [Ledger(agent) for agent in create_agents(self.cloud)]
        for ledger in self.ledgers:
            self.console.print(f"  [bold]{ledger.agent.name}[/bold]: {ledger.agent.about}")
        self._table("What they carry", snapshot(self.ledgers))

    def install(self) -> None:
        """Deploy `deploy/custom-resource.yml`."""
        self._headline(
            "1 Install",
            "deploy/custom-resource.yml: the function, its role, its log. Once for an account and region.",
        )
        self.installation = install(self.cloud, self.archive, [INSTANCE], watch=self._show)
        self.cloud.hold_to_policies_of(self.installation.role_arn)
        self._checked(f"installed; the function may configure agents of {INSTANCE}, and nothing else")

    def create(self) -> None:
        """Create a stack from `examples/agent-settings.yaml`."""
        source = "examples/agent-settings.yaml"
        self._headline("2 Create", f"Stack {STACK}, from {source}: one resource for each agent.")
        ann, bob, cara, dev = (ledger.agent for ledger in self.ledgers)
        self.template = EXAMPLE.read_text("utf-8")
        self.parameters = {
            "ServiceTokenExport": self._installed.export,
            "InstanceId": INSTANCE,
            "DefaultsAgentId": ann.user_id,
            "SalesAgentId": bob.user_id,
            "DeskPhoneAgentId": cara.user_id,
            "DeskPhoneNumber": "+12025550123",
            "RemoteAgentArn": dev.arn,
        }
        before = snapshot(self.ledgers)
        self._expect(self._stacks.create(STACK, self.template, self.parameters), "CREATE_COMPLETE")
        self._declares(self.template)
        self._finish("what the template declares holds and is owned; nothing else has changed", before)

    def update(self) -> None:
        """Update the stack: change a value, drop a channel, add an array."""
        after = edited(self.template, *_UPDATE)
        self._headline(
            "3 Update",
            "The template changes. A setting that it no longer declares goes back to its earlier value:",
        )
        self._diff(self.template, after)
        before = snapshot(self.ledgers)
        if self.sabotage == "denied":
            self._revoke()
        self._expect(self._stacks.update(STACK, after, self.parameters), "UPDATE_COMPLETE")
        self.template = after
        self._declares(after)
        self._sabotage_settings()
        self._finish("changed, dropped and added settings are as declared; no other has changed", before)

    def roll_back(self) -> None:
        """Update with a mistake in the last resource."""
        broken = edited(self.template, *_MISTAKE)
        self._headline(
            "4 Rollback",
            "Two changes, the second a mistake. CloudFormation checks no custom resource; the function does:",
        )
        self._diff(self.template, broken)
        before = snapshot(self.ledgers)
        outcome = self._stacks.update(STACK, broken, self.parameters)
        self._expect(outcome, "UPDATE_ROLLBACK_COMPLETE", {"Remote": "VoiceEnhancementMode"})
        self._finish("rolled back; every agent is as before the update", before)

    def rival(self) -> None:
        """Create another stack that declares an agent of the first."""
        bob = self.ledgers[1].agent
        self._headline(
            "5 A second owner", f"Stack {RIVAL} declares settings of {bob.name}, which {STACK} owns."
        )
        before = snapshot(self.ledgers)
        outcome = self._stacks.create(RIVAL, self._rival_template(bob))
        self._expect(outcome, "ROLLBACK_COMPLETE", {"Callers": f"{STACK}/Sales"})
        self._stacks.delete(RIVAL)
        self._finish(f"refused with the owner's name; its rollback has not changed {bob.name}", before)

    def drift(self) -> None:
        """Change settings outside the stack, then show the drift by a direct Read."""
        self._headline("6 Drift", "An administrator changes one setting that the stack owns and one other.")
        before = snapshot(self.ledgers)
        ann = self.ledgers[0]
        limit = {"Channel": "VOICE", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 300}}
        persistent = {"Channel": "VOICE", "PersistentConnection": True}
        ann.agent.administer(AfterContactWorkConfigs=[limit], PersistentConnectionConfigs=[persistent])
        self._let_reads_catch_up(ann.agent)
        ann.changed_by_others()
        answer = self._read("Defaults")
        self.console.print_json(json.dumps(answer["Differences"]))
        if [difference["Live"] for difference in answer["Differences"]] != [300] or answer["InSync"]:
            raise NotAsDeclared(f"Read must show one difference, live 300, and shows {answer}.")
        ann.check_read({name: value for name, value in answer.items() if name.endswith("Configs")})
        self._finish("a direct Read shows the drift, and no setting that is not owned", before)

    def delete(self) -> None:
        """Delete the stack."""
        self._headline(
            "7 Delete",
            "Every owned setting goes back to its value before the stack, drifted or not; the others stay.",
        )
        before = snapshot(self.ledgers)
        self._expect(self._stacks.delete(STACK), "DELETE_COMPLETE")
        for ledger in self.ledgers:
            ledger.declares({})
        self._finish("every agent is back as it was; only the administrator's other change stays", before)

    @property
    def _installed(self) -> Installation:
        if self.installation is None:
            raise NotAsDeclared("The function is not installed.")
        return self.installation

    @property
    def _stacks(self) -> Stacks:
        return Stacks(self.cloud, self._show)

    def _read(self, logical_id: str) -> dict[str, Any]:
        properties = declared(self.template, self.parameters)[logical_id]
        del properties["ServiceToken"]
        event = {"RequestType": "Read", "ResourceProperties": properties}
        invoked = self.cloud.client("lambda").invoke(
            FunctionName=self._installed.service_token, Payload=json.dumps(event)
        )
        answer: dict[str, Any] = json.loads(invoked["Payload"].read())
        if "Differences" not in answer:
            raise NotAsDeclared(f"Read of {logical_id} failed: {answer}")
        return answer

    def _let_reads_catch_up(self, agent: Agent) -> None:
        # Reads here are one call late, as the service's may be by seconds; people look for drift much later.
        self.cloud.client("connect").describe_user(InstanceId=INSTANCE, UserId=agent.user_id)

    def _rival_template(self, agent: Agent) -> str:
        properties = {
            "ServiceToken": self._installed.service_token,
            "InstanceId": INSTANCE,
            "UserId": agent.user_id,
            "AutoAcceptConfigs": [{"Channel": "CHAT", "AutoAccept": True}],
        }
        resource = {"Type": "Custom::ConnectUserConfig", "Properties": properties}
        return json.dumps({"Resources": {"Callers": resource}})

    def _declares(self, template: str) -> None:
        resources = declared(template, self.parameters)
        for ledger in self.ledgers:
            ledger.declares(settings_of(resources[_RESOURCES[ledger.agent.name]]))

    def _expect(self, outcome: Outcome, status: str, failures: Mapping[str, str] | None = None) -> None:
        found, expected = outcome.failures, failures or {}
        if outcome.status != status:
            raise NotAsDeclared(f"The stack must end in {status} and ended in {outcome.status}: {found}")
        if found.keys() != expected.keys():
            raise NotAsDeclared(f"{', '.join(expected) or 'No resource'} must fail, and failures are {found}")
        for logical_id, words in expected.items():
            if words not in found[logical_id]:
                raise NotAsDeclared(f"The failure of {logical_id} must name {words}: {found[logical_id]}")

    def _finish(self, what: str, before: Snapshot) -> None:
        for ledger in self.ledgers:
            ledger.check()
            must = f"{STACK}/{_RESOURCES[ledger.agent.name]}" if ledger.owned else ""
            if ledger.owner != must:
                wrong = f"must be owned by {must or 'nobody'}, and is by {ledger.owner or 'nobody'}"
                raise NotAsDeclared(f"{ledger.agent.name} {wrong}.")
        self._table("What the agents carry now", before)
        self._checked(what)

    def _show(self, event: Event) -> None:
        color = "red" if "FAILED" in event.status else "yellow" if "ROLLBACK" in event.status else "green"
        if not event.status.endswith("_IN_PROGRESS") or event.is_of_stack:
            self.console.print(f"  [{color}]{event.status:<24}[/{color}] {event.logical_id}")
        if event.reason and "FAILED" in event.status:
            self.console.print(f"    [dim]{escape(event.reason)}[/dim]")

    def _diff(self, old: str, new: str) -> None:
        for line in changes(old, new):
            self.console.print(f"  [{'red' if line.startswith('-') else 'green'}]{escape(line)}[/]")

    def _checked(self, what: str) -> None:
        self.console.print(f"  [green]checked:[/green] {what}.")

    def _table(self, title: str, before: Snapshot) -> None:
        self.console.print(settings_table(title, self.ledgers, before))

    def _headline(self, step: str, text: str) -> None:
        self.console.rule(f"[bold]{step}", align="left")
        self.console.print(text)

    def _revoke(self) -> None:
        iam = self.cloud.client("iam")
        role = self._installed.role_arn.rpartition("/")[2]
        iam.delete_role_policy(RoleName=role, PolicyName="agent-settings")
        self.cloud.hold_to_policies_of(role)

    def _sabotage_settings(self) -> None:
        channel = {"unowned": "EMAIL", "owned": "VOICE"}.get(self.sabotage or "")
        if channel:
            bob = self.ledgers[1].agent
            was = bob.settings()["AutoAcceptConfigs", channel, ("AutoAccept",)]
            bob.administer(AutoAcceptConfigs=[{"Channel": channel, "AutoAccept": not was}])
