"""What each request of a deployment does: to which agent, whether it is refused, and what it changes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from custom_connect_userconfig.core.declaration import INSTANCE_ID, USER_ID
from custom_connect_userconfig.core.errors import InvalidRequest
from custom_connect_userconfig.core.identifiers import Identity, InstanceRef
from custom_connect_userconfig.core.ownership import MAX_TAG_VALUE, OWNER_KEY, Owner, OwnershipRecord
from custom_connect_userconfig.core.ownership_messages import already_owned, nothing_owned, user_gone

from ...check.types import Flavour
from .. import cells
from ..agent import Agent
from .declared import Declared
from .deployed import Deployed, Stack
from .effects import Effect, of_release, of_take

_REPLACED: Final = (
    "CloudFormation creates the new resource before it deletes the old one, so this is refused:"
    " remove the old one in one deployment, and add the new one in the next."
)


class Request(Enum):
    """What CloudFormation sends."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    NOTHING = "nothing"
    UNKNOWN = "create or update"


@dataclass(frozen=True)
class Outcome:
    """What deploying does with one resource and its agent."""

    logical_id: str
    user_id: str
    username: str
    request: Request
    file: str = ""
    line: int = 0
    owner: str = ""
    """The stack and the resource that own settings of the agent now."""
    effect: Effect = field(default_factory=Effect)
    refusal: str = ""
    """Why the deployment fails."""
    notes: tuple[str, ...] = ()
    is_gone: bool = False

    @property
    def is_record_only(self) -> bool:
        """Whether only tags change."""
        return self.effect.changes_record and not self.effect.changes_settings


def outcomes(
    declared: Sequence[Declared],
    agents: Mapping[str, Agent | None],
    stack: Stack | None,
    kept: Collection[str] = (),
) -> Iterator[Outcome]:
    """Yield what happens to the agent of each resource, in the order of the templates, then of the stack.

    `agents` holds the agents by id, None for one that is gone, and no agents of other instances. `kept` are
    logical ids of which it is not known whom they are about.
    """
    deployment = _Deployment(agents, stack)
    first: dict[str, Declared] = {}
    for each in declared:
        if each.identity and each.identity.user_id in agents and not each.errors:
            other = first.setdefault(each.identity.user_id, each)
            yield deployment.of_declared(each, each.identity, other)
    now = {each.logical_id: each.identity for each in declared}
    for old in stack.resources.values() if stack else ():
        identity = old.identity
        stays = old.logical_id in kept or now.get(old.logical_id) == identity
        if identity and identity.user_id in agents and not stays:
            yield deployment.of_deleted(old, identity, is_replaced=old.logical_id in now)


def with_identity(declared: Declared, stack: Stack | None) -> Declared:
    """Return a resource with the agent that it has in the stack, if it still names it by the same text."""
    deployed = stack.resources.get(declared.logical_id) if stack else None
    if declared.identity or not deployed or not deployed.identity or not deployed.names_as(declared):
        return declared
    unresolved = tuple(
        each for each in declared.unresolved if each.path[:1] not in ((INSTANCE_ID,), (USER_ID,))
    )
    return replace(declared, identity=deployed.identity, unresolved=unresolved)


@dataclass(frozen=True)
class _Deployment:
    agents: Mapping[str, Agent | None]
    stack: Stack | None

    def of_declared(self, declared: Declared, identity: Identity, first: Declared) -> Outcome:
        request, agent = self._request(declared, identity), self.agents[identity.user_id]
        outcome = Outcome(
            declared.name,
            identity.user_id,
            agent.username if agent else "",
            request,
            declared.file,
            declared.line,
            _owner_in_words(agent),
        )
        if first is not declared:
            said = f"{first.name} ({first.file}:{first.line}) declares settings of the same agent."
            return replace(outcome, refusal=f"{said} Declare all settings of an agent in one resource.")
        if refusal := self._wrong_type(declared):
            return replace(outcome, refusal=refusal)
        if agent is None:
            return _gone(outcome, identity)
        if request is Request.NOTHING:
            return replace(outcome, notes=self._left(declared, identity, agent))
        return self._taken(outcome, declared, identity, agent)

    def _taken(self, outcome: Outcome, declared: Declared, identity: Identity, agent: Agent) -> Outcome:
        owner = self._owner(declared, identity, agent)
        refusal = agent.damage or self._refusal(declared, identity, agent, owner)
        if refusal:
            return replace(outcome, refusal=refusal)
        try:
            effect = of_take(declared.settings, owner, agent, declared.uncertain)
        except InvalidRequest as error:
            return replace(outcome, refusal=str(error))
        return replace(outcome, effect=effect, notes=(*self._about_owner(owner, agent), *effect.notes))

    def _left(self, declared: Declared, identity: Identity, agent: Agent) -> tuple[str, ...]:
        """Return notes on an agent of which CloudFormation asks nothing."""
        owner = self._owner(declared, identity, agent)
        if agent.damage:
            return (agent.damage,)
        if agent.record is None or agent.record.is_handed_over or not agent.record.owned_by(owner):
            stays = "The resource is unchanged, so this stays so."
            return (f"{nothing_owned(identity, agent.record)} {stays}",)
        return _drift(agent, declared)

    def of_deleted(self, old: Deployed, identity: Identity, *, is_replaced: bool) -> Outcome:
        agent = self.agents[identity.user_id]
        name = agent.username if agent else ""
        outcome = Outcome(old.name, identity.user_id, name, Request.DELETE, owner=_owner_in_words(agent))
        if old.is_retained_when_replaced if is_replaced else old.is_retained:
            note = "Retain keeps the agent's settings and the record of who owns them."
            return replace(outcome, request=Request.NOTHING, notes=(note,))
        if agent is None:
            return replace(outcome, is_gone=True, notes=("The agent is gone: nothing is given back.",))
        if agent.damage:
            return replace(outcome, refusal=agent.damage)
        record = agent.record
        if record is None or not self._may_release(record, old, identity):
            return replace(outcome, notes=(str(nothing_owned(identity, record)),))
        effect = of_release(record, agent)
        return replace(outcome, effect=effect, notes=effect.notes)

    def _may_release(self, record: OwnershipRecord, old: Deployed, identity: Identity) -> bool:
        if self.stack and record.owned_by(self.stack.owner(identity, old.logical_id)):
            return True
        is_open = record.owner is None or not record.owner.has_stack
        return old.flavour is Flavour.REGISTRY and is_open

    def _request(self, declared: Declared, identity: Identity) -> Request:
        if self.stack is None:
            return Request.UNKNOWN
        deployed = self.stack.resources.get(declared.logical_id)
        if not deployed or deployed.identity != identity:
            return Request.CREATE
        return Request.NOTHING if deployed.is_as(declared) else Request.UPDATE

    def _wrong_type(self, declared: Declared) -> str:
        deployed = self.stack.resources.get(declared.logical_id) if self.stack else None
        if not deployed or deployed.type == declared.type:
            return ""
        return (
            f"The stack has {declared.name} as {deployed.type}, the template as {declared.type}:"
            " CloudFormation changes no resource's type. Remove it in one deployment, and add it in the next."
        )

    def _owner(self, declared: Declared, identity: Identity, agent: Agent) -> Owner:
        if self.stack:
            return self.stack.owner(identity, declared.logical_id)
        named = agent.record.owner if agent.record and agent.is_held else None
        return named or Owner.of(identity, None, declared.logical_id)

    def _refusal(self, declared: Declared, identity: Identity, agent: Agent, owner: Owner) -> str:
        record = agent.record
        if record is None:
            return ""
        if self.stack is None:
            return _refusal_somewhere(declared, identity, record)
        can_import = declared.flavour is Flavour.REGISTRY
        is_update = self._request(declared, identity) is Request.UPDATE
        is_open = (can_import or record.owner is None) if is_update else record.is_handed_over
        if is_open or record.owned_by(owner):
            return ""
        if is_update:
            return str(nothing_owned(identity, record))
        refused = str(already_owned(identity, record, owner, can_import=can_import))
        return f"{refused} {_REPLACED}" if self._is_own(record) else refused

    def _is_own(self, record: OwnershipRecord) -> bool:
        """Tell whether another resource of the stack owns the agent."""
        return self.stack is not None and any(
            (known := old.identity) and record.owned_by(self.stack.owner(known, old.logical_id))
            for old in self.stack.resources.values()
        )

    def _about_owner(self, owner: Owner, agent: Agent) -> Iterator[str]:
        record = agent.record
        if record is None:
            return
        if record.owner is None:
            yield "The record names no owner: a create is refused, and an update writes its tag again."
        elif record.is_handed_over:
            yield f"Taken over from {record.owner.label}, which has handed it over."
        elif self.stack is None:
            yield f"Owned by {record.owner.label}: fine if that is the stack you deploy to."
        elif not record.owned_by(owner):
            yield f"Taken over from {record.owner.label}."


def _owner_in_words(agent: Agent | None) -> str:
    if agent is None:
        return ""
    if agent.damage or not agent.record:
        return "unreadable record" if agent.damage else ""
    owner = agent.owner or "nobody named"
    return f"handed over by {owner}" if agent.record.is_handed_over else owner


def _gone(outcome: Outcome, identity: Identity) -> Outcome:
    if outcome.request in (Request.UPDATE, Request.NOTHING):
        return replace(outcome, is_gone=True, notes=(user_gone(identity),))
    said = f"There is no {identity}: a create fails."
    if outcome.request is Request.CREATE:
        return replace(outcome, is_gone=True, refusal=said)
    return replace(outcome, is_gone=True, notes=(f"{said} The update of a resource that exists succeeds.",))


def _drift(agent: Agent, declared: Declared) -> tuple[str, ...]:
    """Return a note on the settings that an unchanged resource leaves as they are."""
    differing = [cells.difference(each) for each in agent.drift() if each.key in declared.settings]
    if not differing:
        return ()
    why = "the resource is unchanged, so CloudFormation sends no request"
    return (f"Drifted, and stays so, because {why}: {'; '.join(differing)}.",)


def _same_stack(owner: Owner, logical_id: str, identity: Identity) -> Owner:
    """Return the owner that the resource `logical_id` would be in the stack that `owner` names."""
    return Owner.of(identity, f"stack/{owner.label.partition('/')[0]}/", logical_id)


def _may_be(owner: Owner, wanted: Owner) -> bool:
    """Tell whether `owner` can be the resource `wanted`; its label may be cut."""
    tag = OwnershipRecord(wanted, {}, {}, ("0" * 8,) * 8).to_tags()[OWNER_KEY]
    is_cut = len(tag) >= MAX_TAG_VALUE
    is_named = wanted.label.startswith(owner.label) if is_cut else owner.label == wanted.label
    return is_named and owner.spellings == wanted.spellings


def _refusal_somewhere(declared: Declared, identity: Identity, record: OwnershipRecord) -> str:
    """Return why the deployment fails, whatever stack it goes to; nothing if it can be the owner's stack."""
    if record.owner is None or record.is_handed_over:
        return ""
    wanted = _same_stack(record.owner, declared.logical_id, identity)
    if _may_be(record.owner, wanted):
        return ""
    can_import = declared.flavour is Flavour.REGISTRY
    return f"{already_owned(identity, record, wanted, can_import=can_import)} {_REPLACED}"


def of_instance(identity: Identity | None, instance: InstanceRef) -> bool:
    """Tell whether the agent is one of `instance`."""
    return identity is not None and identity.instance_id == instance.bare
