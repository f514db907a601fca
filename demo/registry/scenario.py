"""The story: four agents, one declaration, and everything that may happen to it, each step checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import boto3
from rich.console import Console
from rich.markup import escape

from connect_local import Fault, FaultKind, LocalConnect
from custom_connect_userconfig import handlers

from ..checks import Ledger, NotAsDeclared
from ..settings import in_order, label, settings_of, shown
from ..tables import settings_table, snapshot
from . import declarations
from .agents import Agent, hire
from .cloudformation import STACK_NAME, Answer, StackResource

SABOTAGES: Final = ("unowned", "owned", "denied")
"""Ways to break the demo on purpose, to see that its checks bite."""


@dataclass
class Demo:
    """One run."""

    console: Console
    connect: LocalConnect
    sabotage: str | None = None
    ledgers: list[Ledger[Agent]] = field(default_factory=list)
    declared: dict[str, Any] = field(default_factory=dict)

    def run(self) -> None:
        """Tell the story; NotAsDeclared where a step is not as declared."""
        self.start()
        self.create()
        self.read()
        self.drop_a_channel()
        self.drift()
        self.delete()

    def start(self) -> None:
        """Before the stack."""
        self._headline(
            "Before",
            (
                "Four agents that no stack owns. Each carries settings of its own; a missing one means its"
                " default."
            ),
        )
        self.ledgers = [Ledger(agent) for agent in hire(self.connect)]
        for ledger in self.ledgers:
            self.console.print(f"  [bold]{ledger.agent.name}[/bold]: {ledger.agent.about}")
        self._table("What they carry", snapshot(self.ledgers))

    def create(self) -> None:
        """CREATE."""
        declared = declarations.first()
        self._headline(
            "1 Create",
            (
                f"The stack {STACK_NAME} declares the same settings for each of them. The first of its four"
                " resources:"
            ),
        )
        agent = self.ledgers[0].agent
        template = declarations.as_template(
            declared, agent.identifier, _logical_id(agent), handlers.TYPE_NAME
        )
        self.console.print(f"\n[dim]{escape(template)}[/dim]", highlight=False)
        self._apply("CREATE", declared)

    def read(self) -> None:
        """READ."""
        self._headline(
            "2 Read", "READ shows the settings that are owned, with their live values, and nothing else."
        )
        for ledger in self.ledgers:
            answer = self._invoke("READ", ledger.agent, ledger.agent.identifier)
            ledger.check_read(answer.model)
            self.console.print(f"    {_in_words(answer, ledger)}", style="dim")
        self._checked("READ shows exactly what is owned; it has written nothing")

    def drop_a_channel(self) -> None:
        """UPDATE."""
        self._headline(
            "3 Update",
            f"The template no longer declares {declarations.DROPPED_CHANNEL}. Its settings go back to what"
            " they were before"
            " the stack.",
        )
        self._apply("UPDATE", declarations.without_dropped_channel())

    def drift(self) -> None:
        """Changes from outside, then READ."""
        self._headline(
            "4 Drift",
            "An older tool calls UpdateUserPhoneConfig for Ann, which sets after-contact work on all"
            " channels. Cara goes back to"
            " her desk phone. An administrator changes a setting of Dev that the stack does not own.",
        )
        before = snapshot(self.ledgers)
        ann, _, cara, dev = (ledger.agent for ledger in self.ledgers)
        client = boto3.client("connect", region_name=self.connect.region)
        client.update_user_phone_config(
            InstanceId=ann.instance_id,
            UserId=ann.user_id,
            PhoneConfig={"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 15},
        )
        desk_phone = [{"Channel": "VOICE", "PhoneType": "DESK_PHONE"}]
        self.connect.admin_update(cara.instance_id, cara.user_id, PhoneNumberConfigs=desk_phone)
        persistent = [{"Channel": "VOICE", "PersistentConnection": True}]
        self.connect.admin_update(dev.instance_id, dev.user_id, PersistentConnectionConfigs=persistent)
        self._let_reads_catch_up()
        for ledger in self.ledgers:
            ledger.changed_by_others()
            ledger.check_read(self._invoke("READ", ledger.agent, ledger.agent.identifier).model)
            for setting in in_order(ledger.drifted):
                declared = shown(setting, settings_of(self.declared))
                found = shown(setting, ledger.agent.settings())
                self.console.print(
                    f"    drift of {ledger.agent.name}: {label(setting)} is {found}, declared {declared}"
                )
        drifted = [ledger.agent.name for ledger in self.ledgers if ledger.drifted]
        if drifted != ["Ann", "Cara"]:
            raise NotAsDeclared(
                f"Drift must be seen of Ann and Cara, and is of {', '.join(drifted) or 'nobody'}."
            )
        self._finish("Drift of Ann and Cara is seen; Dev's change is none of the stack's business", before)

    def delete(self) -> None:
        """DELETE."""
        self._headline(
            "5 Delete",
            "Everything owned goes back to what it was before the stack, drift or not. What others changed"
            " meanwhile, and the stack"
            " never owned, stays theirs.",
        )
        self._apply("DELETE", {})

    def _apply(self, action: str, settings: dict[str, Any]) -> None:
        before = snapshot(self.ledgers)
        for ledger in self.ledgers:
            self._sabotage_calls(action)
            identifier = ledger.agent.identifier
            previous = {**identifier, **self.declared} if action == "UPDATE" else None
            self._invoke(action, ledger.agent, {**identifier, **settings}, previous)
            ledger.declares(settings_of(settings))
        self.declared = settings
        self._sabotage_settings(action)
        self._finish("all owned settings are as declared, and no other setting or tag has changed", before)

    def _invoke(
        self,
        action: str,
        agent: Agent,
        properties: Mapping[str, Any],
        previous: Mapping[str, Any] | None = None,
    ) -> Answer:
        self.connect.forget_calls()
        answer = StackResource(_logical_id(agent)).invoke(action, properties, previous)
        if not answer.succeeded:
            raise NotAsDeclared(f"{action} of {agent.name} failed with {answer.code}: {answer.message}")
        calls = ", ".join(call.operation for call in self.connect.calls)
        if action == "READ" and calls != "DescribeUser":
            raise NotAsDeclared(f"READ of {agent.name} must read once and write nothing, and called {calls}.")
        self.console.print(f"  [green]✓[/green] {action} {agent.name}  [dim]{calls}[/dim]", highlight=False)
        if answer.message:
            self.console.print(f"    {escape(answer.message)}")
        return answer

    def _let_reads_catch_up(self) -> None:
        # Reads here are one call late, as those of the service may be by seconds; drift is looked for minutes
        # later or more.
        client = boto3.client("connect", region_name=self.connect.region)
        for ledger in self.ledgers:
            client.describe_user(InstanceId=ledger.agent.instance_id, UserId=ledger.agent.user_id)

    def _finish(self, what: str, before: Mapping[str, Any]) -> None:
        for ledger in self.ledgers:
            ledger.check()
        self._table("What the agents carry now", before)
        self._checked(what)

    def _checked(self, what: str) -> None:
        self.console.print(f"  [green]checked:[/green] {what}.")

    def _table(self, title: str, before: Mapping[str, Any]) -> None:
        self.console.print(settings_table(title, self.ledgers, before))

    def _headline(self, step: str, text: str) -> None:
        self.console.rule(f"[bold]{step}", align="left")
        self.console.print(text)

    def _sabotage_calls(self, action: str) -> None:
        if self.sabotage == "denied" and action == "UPDATE":
            self.connect.plant(Fault("UpdateUserConfig", FaultKind.ACCESS_DENIED))

    def _sabotage_settings(self, action: str) -> None:
        channel = {"unowned": "EMAIL", "owned": "VOICE"}.get(self.sabotage or "")
        if channel and action == "UPDATE":
            bob = self.ledgers[1].agent
            was = bob.settings()["AutoAcceptConfigs", channel, ("AutoAccept",)]
            entries = [{"Channel": channel, "AutoAccept": not was}]
            self.connect.admin_update(bob.instance_id, bob.user_id, AutoAcceptConfigs=entries)


def _logical_id(agent: Agent) -> str:
    return f"{agent.name}Settings"


def _in_words(answer: Answer, ledger: Ledger[Agent]) -> str:
    read = settings_of(answer.model)
    return ", ".join(
        f"{label(setting)} {shown(setting, read)}" for setting in in_order(ledger.owned) if setting in read
    )
