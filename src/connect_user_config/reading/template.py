"""The resources of a template that are asked for, with all that is known of them in each world."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from custom_connect_userconfig.core.problems import PartlyKnown, Path, Unknown

from .conditions import Choices, Conditions
from .resolver import Resolver
from .values import INCLUDE, TRANSFORM, Compute, Known, Scope, World, is_include, is_literal, text_of

Tree = Mapping[str, object]
_NOWHERE: Final[World] = {}
"""No condition is known."""
_CONSTRAINTS: Final = frozenset({"AllowedPattern", "MinLength", "MaxLength", "MinValue", "MaxValue"})
"""What a parameter may say of its values without naming them."""


@dataclass(frozen=True)
class Resource:
    """One resource as the template declares it; a loop makes one for each of its items."""

    logical_id: str
    type: str
    node: Tree
    at: Path
    """Where `node` stands in the template."""
    scope: Scope
    choices: Choices | None
    """The worlds of the conditions that it uses; None if there are too many to try."""

    @property
    def worlds(self) -> list[World]:
        """Every world that counts for it, each once."""
        return [world for choice in self.choices or ((_NOWHERE,),) for world in choice]

    def exists(self, world: World) -> bool:
        """Tell whether the resource is made in `world`."""
        condition = self.node.get("Condition")
        return not isinstance(condition, str) or world.get(self.scope.bind(condition), True)

    def properties(self, world: World) -> Mapping[str, object]:
        """Return the properties in `world`, as far as they are known."""
        node = self.node.get("Properties")
        if self.is_literal and isinstance(node, dict):
            return node
        found = self.scope.in_world(world).value({} if node is None else node)
        if TRANSFORM in self.node or isinstance(found, Unknown):
            # What a macro of the resource itself makes of the properties is not known, unless it only
            # includes.
            is_kept = isinstance(found, Mapping) and is_include(self.node.get(TRANSFORM, INCLUDE))
            return PartlyKnown(found if is_kept and isinstance(found, Mapping) else {})
        return found if isinstance(found, Mapping) else {}

    def locate(self, path: Path, world: World) -> Path:
        """Return where in the template the property at `path` stands."""
        inner = self.scope.in_world(world).locate(self.node, ("Properties", *path))
        return (*self.at, *inner)

    def computed_by(self, compute: Compute) -> "Resource":
        """Return the same resource with another way to compute its intrinsics."""
        return self if self.is_literal else replace(self, scope=replace(self.scope, compute=compute))

    @cached_property
    def is_literal(self) -> bool:
        """Whether the properties stand for themselves."""
        return is_literal(self.node.get("Properties")) and not self.scope.variables


@dataclass(frozen=True)
class Template:
    """A template with the values of parameters, as far as they are given."""

    tree: Tree
    given: Mapping[str, str] = field(default_factory=dict)
    use_defaults: bool = False
    """Whether a parameter that is not given takes its default."""

    @property
    def macros(self) -> list[str]:
        """The macros that rewrite the template or all its resources.

        Those of AWS are left out: they leave our resources.
        """
        named = self.tree.get("Transform")
        beside = dict(_members(self.tree, "Resources")).get(TRANSFORM)
        macros = [*(named if isinstance(named, list) else [named]), beside]
        names = [macro.get("Name") if isinstance(macro, dict) else macro for macro in macros]
        return [str(name) for name in names if name and not str(name).startswith("AWS::")]

    @cached_property
    def parameters(self) -> dict[str, Tree]:
        """The parameters that the template declares."""
        return {str(name): each for name, each in _members(self.tree, "Parameters") if isinstance(each, dict)}

    def resources(
        self, is_wanted: Callable[[str], bool], resolves_secrets: Callable[[str], bool]
    ) -> list[Resource]:
        """Return the resources whose type is wanted, in the order of the template."""
        recorder = _Recorder(self._resolver)
        found = list(self._resources(is_wanted, resolves_secrets, recorder.record))
        for resource in found:
            if not resource.is_literal:
                for world in resource.worlds:
                    resource.properties(world)
        recorder.compute()
        return [resource.computed_by(self._resolver.resolve) for resource in found]

    def conditions(self, names: set[str]) -> Choices | None:
        """Return the worlds of the conditions `names`."""
        return self._conditions.choices(names, is_constrained=bool(self.tree.get("Rules")))

    def used_conditions(self, resource: Resource) -> set[str]:
        """Return the names of the conditions that the resource depends on."""
        return _conditions_in(resource.node, resource.scope)

    def _resources(
        self,
        is_wanted: Callable[[str], bool],
        resolves_secrets: Callable[[str], bool],
        compute: Compute,
    ) -> Iterator[Resource]:
        outer = Scope(self._known, _NOWHERE, compute, {})
        for name, node, inner, path in outer.items(dict(_members(self.tree, "Resources"))):
            kind = node.get("Type") if isinstance(node, dict) else None
            if not isinstance(node, dict) or not isinstance(kind, str) or not is_wanted(inner.bind(kind)):
                continue
            kind = inner.bind(kind)
            scope = Scope(self._known, _NOWHERE, compute, inner.variables, resolves_secrets(kind))
            used = _conditions_in(node, scope)
            choices = self.conditions(used) if used else ((_NOWHERE,),)
            yield Resource(name, kind, node, ("Resources", *path), scope, choices)

    @cached_property
    def _resolver(self) -> Resolver:
        return Resolver(self.tree.get("Mappings"))

    @cached_property
    def _conditions(self) -> Conditions:
        scope = Scope(self._known, _NOWHERE, self._resolver.resolve, {})
        allowed = {
            name: [text_of(value) for value in values]
            for name, parameter in self.parameters.items()
            if isinstance(values := parameter.get("AllowedValues"), list)
            and parameter.get("Type") in ("String", "Number")
        }
        constrained = {
            name
            for name, parameter in self.parameters.items()
            if name not in allowed and not _CONSTRAINTS.isdisjoint(parameter)
        }
        return Conditions(self.tree.get("Conditions"), scope, allowed, constrained)

    @cached_property
    def _known(self) -> Known:
        found: dict[str, object] = {}
        for name, parameter in self.parameters.items():
            kind = str(parameter.get("Type"))
            value = self.given.get(name)
            if value is None and self.use_defaults and "Default" in parameter:
                value = text_of(parameter["Default"])
            # The value of a parameter in the Parameter Store's name is that name, not what it holds.
            if value is None or kind.startswith("AWS::SSM::Parameter::Value<"):
                continue
            is_list = kind.startswith(("CommaDelimitedList", "List<"))
            found[name] = [item.strip() for item in value.split(",")] if is_list else value
        return found


class _Recorder:
    """Collects what there is to compute, so that it is computed at once."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._asked: list[Tree] = []

    def record(self, expression: Tree) -> Unknown:
        """Note what is asked."""
        self._asked.append(expression)
        return Unknown()

    def compute(self) -> None:
        """Compute all that was asked."""
        if self._asked:
            self._resolver.prepare(self._asked)


def parameters_in(node: object) -> set[str]:
    """Return the names of all that `node` refers to."""
    if isinstance(node, dict):
        found = {node["Ref"]} if isinstance(node.get("Ref"), str) else set()
        return found.union(*(parameters_in(member) for member in node.values()))
    if isinstance(node, list):
        return set().union(*map(parameters_in, node))
    if isinstance(node, str) and "${" in node:
        return {part.partition("}")[0] for part in node.split("${")[1:]}
    return set()


def node_at(tree: object, path: Path) -> object:
    """Return what stands at `path` of the template, None if nothing does."""
    for step in path:
        if isinstance(tree, dict):
            tree = tree.get(step)
        elif isinstance(tree, list) and isinstance(step, int) and step < len(tree):
            tree = tree[step]
        else:
            return None
    return tree


def _members(tree: Tree, name: str) -> Iterator[tuple[str, object]]:
    section = tree.get(name)
    if isinstance(section, dict):
        yield from section.items()


def _conditions_in(node: object, scope: Scope) -> set[str]:
    found: set[str] = set()
    if isinstance(node, dict) and isinstance(node.get("Condition"), str) and "Type" in node:
        found.add(scope.bind(str(node["Condition"])))
    _add_conditions(node, scope, found)
    return found


def _add_conditions(node: object, scope: Scope, found: set[str]) -> None:
    if isinstance(node, dict):
        branches = node.get("Fn::If")
        if isinstance(branches, list) and branches and isinstance(branches[0], str):
            found.add(scope.bind(branches[0]))
        for member in node.values():
            _add_conditions(member, scope, found)
    elif isinstance(node, list):
        for item in node:
            _add_conditions(item, scope, found)
