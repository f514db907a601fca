"""What the command line of `diff` names, put beside what is live."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from custom_connect_userconfig.core.identifiers import Spelling, partition_of
from custom_connect_userconfig.core.redaction import redact

from ...check.formats import Located
from ...check.types import Types
from ...problems import UsageError
from ...progress import counting
from ..agent import Agent
from ..instance import Instance
from .comparison import of_instance, outcomes, with_identity
from .declared import Declared, Given, Source
from .deployed import Stack, read_stack, stack_pseudo
from .views import Comparison


@dataclass
class Inputs:
    """What the command line names."""

    sources: list[Source]
    types: Types
    values: dict[str, str]
    stack: str | None = None

    def check(self) -> None:
        """Raise UsageError for a parameter that no template has, and for several templates of one stack."""
        known = {name for source in self.sources for name in source.parameters}
        if missing := sorted(self.values.keys() - known):
            said = f"no template has a parameter {redact(', '.join(missing))}"
            raise UsageError("no-such-parameter", said, "see the templates' Parameters")
        if self.stack and len(self.sources) > 1:
            said = f"a stack has one template, and {len(self.sources)} are named"
            raise UsageError("too-many-templates", said, "name one with --stack, or leave --stack out")

    def instance(self) -> str:
        """Return the one instance that the templates name, as an ARN if they do; UsageError otherwise."""
        found: dict[str, str] = {}
        for each in self._declared(Given(self.values)):
            if each.identity and Spelling.of(found.get(each.identity.instance_id, "")) is Spelling.ID:
                found[each.identity.instance_id] = each.identity.instance.given
        if len(found) == 1:
            return next(iter(found.values()))
        said = f"the templates name {len(found)} instances" if found else "no template tells its instance"
        advice = "name it with --instance"
        raise UsageError("which-instance", f"{said}: {', '.join(sorted(found))}".removesuffix(": "), advice)

    def compare(self, instance: Instance, *, is_quiet: bool) -> Comparison:
        """Return what deploying to `instance` would change."""
        pseudo = self._pseudo(instance)
        stack = read_stack(instance.region, self.stack, self.types, pseudo) if self.stack else None
        given = Given({**pseudo, **self.values})
        if stack:
            kept = {name: value for name, value in stack.parameters.items() if name not in self.values}
            hidden = stack.hidden - self.values.keys()
            given = Given({**pseudo, **stack_pseudo(stack.id), **kept, **self.values}, hidden)
        declared = [with_identity(each, stack) for each in self._declared(given)]
        ours = [each for each in declared if of_instance(each.identity, instance.ref)]
        agents = _agents(instance, ours, stack, is_quiet=is_quiet)
        kept_ids = {each.logical_id for each in declared if each.identity is None}
        return Comparison(
            instance.ref.bare,
            stack.name if stack else "",
            list(outcomes(ours, agents, stack, kept_ids)),
            [error for each in declared for error in sorted(each.errors, key=_place)],
            [
                f"{each.name} ({each.file}:{each.line}): {one.said}"
                for each in declared
                for one in each.unresolved
            ],
            list(self._elsewhere(declared, instance, stack)),
        )

    def _declared(self, given: Given) -> list[Declared]:
        return [each for source in self.sources for each in source.resources(self.types, given)]

    def _pseudo(self, instance: Instance) -> dict[str, str]:
        region = instance.region.name
        pseudo = {"AWS::Region": region, "AWS::Partition": partition_of(region) or "aws"}
        arn = instance.ref.given.split(":")
        if len(arn) > 4:  # noqa: PLR2004 - the account's place in an ARN
            return {**pseudo, "AWS::AccountId": arn[4]}
        is_asked = any("AWS::AccountId" in source.text for source in self.sources)
        return {**pseudo, "AWS::AccountId": instance.region.account} if is_asked else pseudo

    def _elsewhere(
        self, declared: Iterable[Declared], instance: Instance, stack: Stack | None
    ) -> Iterator[str]:
        for each in declared:
            if each.identity and not of_instance(each.identity, instance.ref):
                said = f"is of instance {each.identity.instance_id}, not of {instance.ref.bare}"
                yield f"{each.name} ({each.file}:{each.line}) {said}"
        for old in stack.resources.values() if stack else ():
            if old.identity and not of_instance(old.identity, instance.ref):
                yield f"{old.name} of the stack is of instance {old.identity.instance_id}"
        nested = {name: source.file for source in self.sources for name in source.nested}
        nested |= dict.fromkeys(stack.nested, f"stack {stack.name}") if stack else {}
        for name, where in nested.items():
            yield f"{name} ({where}) is a nested stack, which is not looked into"


def _place(error: Located) -> tuple[int, int, str]:
    return error.span.line, error.span.column, error.finding.rule.name


def _agents(
    instance: Instance, declared: Iterable[Declared], stack: Stack | None, *, is_quiet: bool
) -> dict[str, Agent | None]:
    """Return the agents by id as DescribeUser shows them; None for one that is gone."""
    identities = [each.identity for each in declared]
    identities += [each.identity for each in stack.resources.values()] if stack else []
    ids = list(
        dict.fromkeys(
            each.user_id for each in identities if each is not None and of_instance(each, instance.ref)
        )
    )
    return dict(counting("agents", instance.describe_each(ids), len(ids), is_quiet=is_quiet))
