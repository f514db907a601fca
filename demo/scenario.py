"""The story: four agents, two stacks, what may happen to them; every step is checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from .agents import INSTANCE, Agent, create_agents
from .changed_settings import LEGEND, Snapshot, snapshot
from .checks import Ledger, NotAsDeclared
from .command_line import CommandLine
from .installation import Installation, install
from .local_cloud import LocalCloud
from .screen import Screen
from .settings import settings_of
from .stacks import Outcome, Stacks
from .templates import OTHER_AGENTS, declared, edited, pasted, readme_snippet

SABOTAGES: Final = ("unowned", "owned", "denied")
"""Ways to break the demo, to see that its checks fail."""
STACK: Final = "contact-centre"
RIVAL: Final = "campaign"
FOUND: Final = 6
"""The exit code of commands that look, when there is something to see."""
_PARAMETERS: Final = {"DeskPhoneNumber": "+12025550123"}
_RESOURCES: Final = {"Ann": "SalesAgent", "Bob": "Support", "Cara": "DeskPhone", "Dev": "Remote"}
_UPDATE: Final = (
    ("AfterContactWorkTimeLimit: 30", "AfterContactWorkTimeLimit: 20"),
    ("        - { Channel: CHAT,  AfterContactWorkConfig: { AfterContactWorkTimeLimit: 0 } }\n", ""),
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
    ("{ Channel: TASK, AutoAccept: true }", "{ Channel: task, AutoAccept: true }"),
)


@dataclass
class Demo:
    """One run."""

    screen: Screen
    cloud: LocalCloud
    archive: Path
    command_line: CommandLine
    sabotage: str | None = None
    ledgers: list[Ledger] = field(default_factory=list)
    template: str = ""
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
        self.adopt()

    def start(self) -> None:
        """Before the stacks."""
        self.screen.step("Before", "Four agents that no stack owns. Each carries settings:")
        self.ledgers = [Ledger(agent) for agent in create_agents(self.cloud)]
        for ledger in self.ledgers:
            self.screen.console.print(f"  [bold]{ledger.agent.name}[/bold]: {ledger.agent.about}")
        self._run("agents")

    def install(self) -> None:
        """Deploy `deploy/custom-resource.yml`."""
        self.screen.step(
            "1 Install",
            "deploy/custom-resource.yml: the function, its role, its log. Once for an account and region.",
        )
        self.installation = install(self.cloud, self.archive, [INSTANCE], watch=self.screen.event)
        self.cloud.hold_to_policies_of(self.installation.role_arn)
        self.screen.checked(f"installed; the function may configure agents of {INSTANCE}, and nothing else")

    def create(self) -> None:
        """Create a stack from the README's resource and three more."""
        self.screen.step(
            "2 Create", f"Stack {STACK}: the README's resource for Ann, and three more for the others."
        )
        self.screen.indented(readme_snippet().rstrip(), "dim")
        self.template = pasted(readme_snippet(), OTHER_AGENTS.read_text("utf-8"))
        before = snapshot(self.ledgers)
        self._expect(self._stacks.create(STACK, self.template, _PARAMETERS), "CREATE_COMPLETE")
        self._declares(self.template)
        self.screen.console.print(LEGEND)
        self._finish("what the template declares holds and is owned; nothing else has changed", before)

    def update(self) -> None:
        """Update the stack: change a value, drop a channel, add an array."""
        after = edited(self.template, *_UPDATE)
        self.screen.step(
            "3 Update",
            "The template changes. A setting that it no longer declares goes back to its earlier value:",
        )
        self.screen.edits(self.template, after)
        self.command_line.write("template.yaml", after)
        self.let_reads_catch_up()
        self._run("diff", "template.yaml", "--stack", STACK, status=FOUND)
        before = snapshot(self.ledgers)
        if self.sabotage == "denied":
            self._revoke()
        self._expect(self._stacks.update(STACK, after, _PARAMETERS), "UPDATE_COMPLETE")
        self.template = after
        self._declares(after)
        self._sabotage_settings()
        self._finish("changed, dropped and added settings are as declared; no other has changed", before)

    def roll_back(self) -> None:
        """Update with a mistake in a resource."""
        broken = edited(self.template, *_MISTAKE)
        self.screen.step("4 Rollback", "Two changes, the second a mistake.")
        self.screen.edits(self.template, broken)
        self.command_line.write("template.yaml", broken)
        self.command_line.run("check", "template.yaml", status=FOUND)
        self.screen.console.print(
            "Deployed all the same, the function finds it, and CloudFormation rolls back:"
        )
        before = snapshot(self.ledgers)
        outcome = self._stacks.update(STACK, broken, _PARAMETERS)
        self._expect(outcome, "UPDATE_ROLLBACK_COMPLETE", {"Support": "did you mean TASK?"})
        written = [event.logical_id for event in outcome.events if event.status == "UPDATE_COMPLETE"]
        if written.count("SalesAgent") != 2:  # noqa: PLR2004 - forth and back
            raise NotAsDeclared(f"SalesAgent must be updated and rolled back, and updated are {written}.")
        self._finish("rolled back; every agent is as before the update", before)

    def rival(self) -> None:
        """Create another stack that declares an agent of the first."""
        ann = self.ledgers[0].agent
        self.screen.step(
            "5 A second owner", f"Stack {RIVAL} declares settings of {ann.name}, which {STACK} owns."
        )
        before = snapshot(self.ledgers)
        outcome = self._stacks.create(RIVAL, self._rival_template(ann))
        self._expect(outcome, "ROLLBACK_COMPLETE", {"Callers": f"{STACK}/SalesAgent"})
        self._stacks.delete(RIVAL)
        self._finish(f"refused with the owner's name; its rollback has not changed {ann.name}", before)

    def drift(self) -> None:
        """Change settings outside the stack, then show the drift."""
        self.screen.step("6 Drift", "An administrator changes one setting that the stack owns and one other.")
        before = snapshot(self.ledgers)
        ann = self.ledgers[0]
        limit = {"Channel": "VOICE", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 300}}
        persistent = {"Channel": "VOICE", "PersistentConnection": True}
        ann.agent.administer(AfterContactWorkConfigs=[limit], PersistentConnectionConfigs=[persistent])
        self.let_reads_catch_up()
        ann.changed_by_others()
        said = self._run("drift", status=FOUND)
        if "300 s" not in said or "1 agent with a difference" not in said:
            raise NotAsDeclared(f"drift must show one difference, in force 300 s, and shows {said}.")
        answer = self._read("SalesAgent")
        if [difference["Live"] for difference in answer["Differences"]] != [300] or answer["InSync"]:
            raise NotAsDeclared(f"Read must show one difference, live 300, and shows {answer}.")
        ann.check_read({name: value for name, value in answer.items() if name.endswith("Configs")})
        self._finish("the drift shows, and no setting that is not owned", before)

    def delete(self) -> None:
        """Delete the stack."""
        self.screen.step(
            "7 Delete",
            "Every owned setting goes back to its value before the stack, drifted or not; the others stay.",
        )
        before = snapshot(self.ledgers)
        self._expect(self._stacks.delete(STACK), "DELETE_COMPLETE")
        for ledger in self.ledgers:
            ledger.declares({})
        self._finish("every agent is back as it was; only the administrator's other change stays", before)

    def adopt(self) -> None:
        """Write a template of all agents as they are."""
        self.screen.step("8 Adopt", "Templates of what is there already, to own it without changing it:")
        before = snapshot(self.ledgers)
        self.let_reads_catch_up()
        said = self._run("adopt", "--to", "agents")
        if f"for {len(self.ledgers)} agents" not in said:
            raise NotAsDeclared(f"adopt must take {len(self.ledgers)} agents, and says {said}.")
        self._finish("adopt has written a template, and changed no agent", before)

    def let_reads_catch_up(self) -> None:
        """Let the next read of each agent show what is there now."""
        for ledger in self.ledgers:
            ledger.agent.let_reads_catch_up()

    @property
    def _installed(self) -> Installation:
        if self.installation is None:
            raise NotAsDeclared("The function is not installed.")
        return self.installation

    @property
    def _stacks(self) -> Stacks:
        return Stacks(self.cloud, self.screen.event)

    def _read(self, logical_id: str) -> dict[str, Any]:
        properties = declared(self.template, _PARAMETERS)[logical_id]
        del properties["ServiceToken"]
        event = {"RequestType": "Read", "ResourceProperties": properties}
        invoked = self.cloud.client("lambda").invoke(
            FunctionName=self._installed.service_token, Payload=json.dumps(event)
        )
        answer: dict[str, Any] = json.loads(invoked["Payload"].read())
        if "Differences" not in answer:
            raise NotAsDeclared(f"Read of {logical_id} failed: {answer}")
        return answer

    def _run(self, command: str, *words: str, status: int = 0) -> str:
        return self.command_line.run(command, *words, "--instance", INSTANCE, status=status)

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
        resources = declared(template, _PARAMETERS)
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
            ledger.check_owner(f"{STACK}/{_RESOURCES[ledger.agent.name]}" if ledger.owned else "")
        self.screen.changes(self.ledgers, before)
        self.screen.checked(what)

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
