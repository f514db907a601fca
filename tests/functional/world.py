"""One instance with agents, and the resources of stacks that own their settings, checked after every step.

After each operation it compares every agent with the rules of ownership: owned settings as declared, all
others as they were, foreign tags untouched. A scenario only says what happens.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connect_local import Call, Fault, FaultKind, LocalConnect
from custom_connect_userconfig.core.interventions import plan_hand_over
from custom_connect_userconfig.core.ownership import OwnershipRecord
from support.clock import FakeClock
from support.record_form import is_ours

from .agents import FOREIGN_TAGS, KINDS
from .expectation import Expectation
from .front_end import Driver, FrontEnd, Outcome, Properties, identifier_of
from .settings import Values, settings_of

WRITES = ("UpdateUserConfig", "UpdateUserPhoneConfig", "TagResource", "UntagResource")


@dataclass
class World:
    """The local Connect, one instance, and its agents."""

    connect: LocalConnect
    clock: FakeClock
    front_end: FrontEnd
    instance_id: str = ""
    instance_arn: str = ""
    agents: list["Agent"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.instance_id, self.instance_arn = self.connect.create_instance()

    def agent(
        self, kind: str = "dense", *, arns: bool = False, tags: Mapping[str, str] = FOREIGN_TAGS
    ) -> "Agent":
        """Return a new agent, declared by ARN or by id."""
        username = f"{kind} {len(self.agents)}".replace(" ", "-")
        user_id, arn = self.connect.create_user(
            self.instance_id, username, tags=tags, **self._possible(KINDS[kind])
        )
        names = (self.instance_arn, arn) if arns else (self.instance_id, user_id)
        agent = Agent(self, user_id, arn, *names, foreign=dict(tags))
        self.agents.append(agent)
        return agent

    def _possible(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        lacking = self.connect.behaviour.refused_channels
        return {
            name: [entry for entry in value if entry["Channel"] not in lacking]
            if isinstance(value, list)
            else value
            for name, value in settings.items()
        }

    @property
    def rare_channel(self) -> str:
        """A channel that few agents have settings for: EMAIL, if the instance supports it."""
        return "TASK" if "EMAIL" in self.connect.behaviour.refused_channels else "EMAIL"

    def resource(
        self, stack: str | None = "sales-stack", logical_id: str = "Agent", token: str = "token-1"
    ) -> "Resource":
        """Return one resource of a stack."""
        return Resource(self, self.front_end.resource(stack, logical_id, token))

    def plant(self, operation: str, kind: FaultKind | str, **more: Any) -> None:
        """Let calls of `operation` fail."""
        self.connect.plant(Fault(operation, kind, **more))

    @property
    def writes(self) -> list[Call]:
        """Every write since the calls were last forgotten, refused ones too."""
        return [call for call in self.connect.calls if call.operation in WRITES]

    def check(self) -> None:
        """Compare every agent with its expectation."""
        for agent in self.agents:
            agent.check()


@dataclass
class Agent:
    """A user, with the settings and tags that it must have."""

    world: World
    user_id: str
    arn: str
    instance_given: str
    user_given: str
    foreign: dict[str, str]
    expectation: Expectation = field(init=False)

    def __post_init__(self) -> None:
        self.expectation = Expectation(self.world.connect.behaviour, self.effective())

    @property
    def identifier(self) -> dict[str, str]:
        """The primary identifier as a template spells it."""
        return {"InstanceId": self.instance_given, "UserId": self.user_given}

    @property
    def respelled(self) -> "dict[str, str]":
        """The same identifier as ARNs, if it is declared by ids, and the other way round."""
        if self.user_given == self.arn:
            return {"InstanceId": self.world.instance_id, "UserId": self.user_id}
        return {"InstanceId": self.world.instance_arn, "UserId": self.arn}

    def declare(self, **arrays: Any) -> dict[str, Any]:
        """Return the properties of a resource that declares `arrays` of this agent."""
        return {**self.identifier, **arrays}

    def effective(self) -> Values:
        """Return every setting as it is, whatever reads show."""
        return self.world.connect.effective(self.world.instance_id, self.user_id)

    def tags(self) -> dict[str, str]:
        """Return the tags as they are, whatever reads show."""
        return self.world.connect.tags(self.world.instance_id, self.user_id)

    def record(self) -> dict[str, str]:
        """Return the tags that are a record of ownership."""
        return {key: value for key, value in self.tags().items() if is_ours(key)}

    def change(self, **arrays: Any) -> None:
        """Somebody changes settings by hand, and reads show it."""
        self.world.connect.admin_update(self.world.instance_id, self.user_id, **arrays)
        self._changed_outside()

    def overwrite_phone_config(self, **phone_config: Any) -> None:
        """An older tool calls UpdateUserPhoneConfig, which sets after-contact work on all channels."""
        backend = self.world.connect.backend()
        backend.update_user_phone_config(self.world.instance_id, self.user_id, phone_config)
        self._changed_outside()

    def tag_by_aws(self, tags: Mapping[str, str]) -> None:
        """One of AWS's own services sets tags, and reads show them."""
        self.world.connect.set_system_tags(self.world.instance_id, self.user_id, tags)
        self.foreign |= tags
        self.let_reads_catch_up()

    def leave(self) -> None:
        """The user is deleted in Connect."""
        self.world.agents.remove(self)
        self.world.connect.backend().delete_user(self.world.instance_id, self.user_id)

    def lose_record(self, previous: Properties) -> None:
        """Somebody removes the record of a resource that declares `previous`, and reads show it."""
        self.world.connect.backend().untag_resource(self.arn, list(self.record()))
        self.expectation.lost_record(settings_of(previous))
        self.let_reads_catch_up()

    def hand_over(self) -> None:
        """Somebody hands the agent over, and reads show it."""
        record = OwnershipRecord.from_tags(self.tags())
        assert record
        self.world.connect.backend().tag_resource(self.arn, dict(plan_hand_over(record).claim))
        self.let_reads_catch_up()

    def _changed_outside(self) -> None:
        self.expectation.changed_outside(self.effective())
        self.let_reads_catch_up()

    def let_reads_catch_up(self) -> None:
        """Wait until reads show the present state."""
        behaviour = self.world.connect.behaviour
        self.world.clock.sleep(behaviour.stale_seconds)
        for _ in range(behaviour.stale_reads):
            self.world.connect.backend().describe_user(self.world.instance_id, self.user_id)

    def check(self) -> None:
        """Compare settings, foreign tags and record with the expectation."""
        self.expectation.check(self.effective())
        others = {key: value for key, value in self.tags().items() if not is_ours(key)}
        assert others == self.foreign, "foreign tags changed"
        if not self.expectation.is_uncertain:
            self.expectation.check_record(self.tags())


@dataclass
class Resource:
    """One resource of one stack; after every operation it checks every agent."""

    world: World
    driver: Driver

    def create(self, properties: Properties, *, until_refused: bool = False) -> Outcome:
        """Create; a refused create must leave no trace. With `until_refused`, faults end at the refusal."""

        def create(wanted: Properties) -> Outcome:
            outcome = self.driver.create(wanted)
            if until_refused:
                self.world.connect.clear_faults()
            return outcome

        return self._take(properties, create, leaves_no_trace=True)

    def update(self, properties: Properties, previous: Properties) -> Outcome:
        """Declare `properties` instead of `previous`; a refused update may be half done."""

        def update(wanted: Properties) -> Outcome:
            return self.driver.update(wanted, previous)

        return self._take(properties, update, leaves_no_trace=False)

    def _take(
        self, properties: Properties, operation: Callable[[Properties], Outcome], *, leaves_no_trace: bool
    ) -> Outcome:
        agent, before = self._agent(properties), self._truth(properties)
        outcome = operation(properties)
        if outcome.succeeded and agent:
            note = agent.expectation.taken(settings_of(properties), before[0])
            self._check_note(outcome, note)
            if outcome.shown is not None:
                owned = agent.expectation.owned_values(agent.effective())
                assert settings_of(outcome.shown) == owned, outcome
                assert outcome.shown["UserArn"] == agent.arn
        elif leaves_no_trace:
            assert self._truth(properties) == before, f"a refused create left a trace: {outcome}"
            cleaned_up = self.driver.clean_up(properties)
            # A late read may still show the claim; then it gives back once more.
            succeeded = cleaned_up is None or cleaned_up.succeeded
            assert succeeded, f"the rollback of a refused create fails: {cleaned_up}"
            assert self._truth(properties) == before, f"the rollback left a trace: {cleaned_up}"
        elif agent:
            agent.expectation.half_done(settings_of(properties))
        self.world.check()
        return outcome

    def repeat(self, number: int) -> Outcome:
        """Deliver a request again that is done or overtaken: it must change nothing."""
        before = [(agent.effective(), agent.tags()) for agent in self.world.agents]
        outcome = self.driver.repeat(number)
        assert before == [(agent.effective(), agent.tags()) for agent in self.world.agents], outcome
        self.world.check()
        return outcome

    def delete(self, properties: Properties) -> Outcome:
        """Delete; a delete that finds nothing of its own must leave no trace."""
        agent, before = self._agent(properties), self._truth(properties)
        outcome = self.driver.delete(properties)
        if outcome.found_nothing:
            assert self._truth(properties) == before, f"a delete that found nothing left a trace: {outcome}"
        elif outcome.succeeded and agent:
            self._check_note(outcome, agent.expectation.taken({}, before[0]))
        elif agent:
            agent.expectation.half_done({})
        self.world.check()
        return outcome

    def read(self, properties: Properties) -> Outcome:
        """Read: it must show the owned settings with their live values, and write nothing."""
        writes = len(self.world.writes)
        outcome = self.driver.read(identifier_of(properties))
        assert len(self.world.writes) == writes, "a read has written"
        if outcome.succeeded and (agent := self._agent(properties)):
            assert outcome.shown is not None
            assert settings_of(outcome.shown) == agent.expectation.owned_values(agent.effective()), outcome
        self.world.check()
        return outcome

    @staticmethod
    def _check_note(outcome: Outcome, note: bool) -> None:
        said = "left as" in outcome.message
        assert said == note, f"the answer must name what stays, and nothing else: {outcome}"

    def _agent(self, properties: Properties) -> Agent | None:
        user = str(properties.get("UserId", "")).rpartition("/")[2]
        return next((agent for agent in self.world.agents if agent.user_id == user), None)

    def _truth(self, properties: Properties) -> tuple[Values, dict[str, str]]:
        agent = self._agent(properties)
        return (agent.effective(), agent.tags()) if agent else ({}, {})


def done(outcome: Outcome) -> Outcome:
    """Require success."""
    assert outcome.succeeded, outcome
    return outcome


def found_nothing(outcome: Outcome, *words: str) -> Outcome:
    """Require a delete that has found nothing of its own, and `words` in its message."""
    assert outcome.found_nothing, outcome
    missing = [word for word in words if word not in outcome.message]
    assert not missing, f"{missing} not in: {outcome.message}"
    return outcome


def refused(outcome: Outcome, code: str, *words: str) -> Outcome:
    """Require a failure with `code`, if the front end has codes, and `words` in its message."""
    assert not outcome.succeeded, outcome
    assert outcome.code in (code, None), outcome
    missing = [word for word in words if word not in outcome.message]
    assert not missing, f"{missing} not in: {outcome.message}"
    return outcome
