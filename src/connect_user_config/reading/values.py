"""Resolves what stands in a resource, as far as it is known, in one world of conditions.

A world says which conditions hold. Functions of known operands go to the `Resolver`; whatever depends on a
parameter without a value, on another resource or on the account stays unknown.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from custom_connect_userconfig.core.problems import PartlyKnown, Path, Unknown

World = Mapping[str, bool]
"""Which conditions hold. A condition that is not named here is not known."""
Known = Mapping[str, object]
"""Values by name: of parameters, or of the variables of loops."""


class Absent:
    """Stands for what is not there (``AWS::NoValue``)."""


ABSENT: Final = Absent()
NO_VALUE: Final = "AWS::NoValue"
INCLUDE: Final = "AWS::Include"
TRANSFORM: Final = "Fn::Transform"
FOR_EACH: Final = "Fn::ForEach::"
_IF: Final = "Fn::If"
_SUB: Final = "Fn::Sub"
_COMPUTED: Final = tuple(
    f"Fn::{name}"
    for name in ("Base64", "Cidr", "FindInMap", "Join", "Length", "Select", "Split", "Sub", "ToJsonString")
)
_PLACEHOLDER: Final = re.compile(r"\$\{([^!}][^}]*)\}")
_LOOP_VARIABLE: Final = re.compile(r"[$&]\{([A-Za-z0-9]+)\}")
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9]")
_RESOLVE: Final = re.compile(r"\{\{resolve:([a-z-]+):")
_SECURE: Final = ("ssm-secure", "secretsmanager")

Compute = Callable[[Mapping[str, object]], object]


def is_literal(node: object) -> bool:
    """Tell whether `node` holds no intrinsic, reference or null, and so stands for itself."""
    if isinstance(node, dict):
        return all(
            isinstance(name, str) and not name.startswith("Fn::") and name != "Ref" and is_literal(member)
            for name, member in node.items()
        )
    if isinstance(node, list):
        return all(map(is_literal, node))
    return node is not None and not (isinstance(node, str) and "{{resolve:" in node)


def is_include(macro: object) -> bool:
    """Tell whether a macro, by its name or its call, only adds members."""
    return (macro.get("Name") if isinstance(macro, dict) else macro) == INCLUDE


def text_of(value: object) -> str:
    """Return a scalar as CloudFormation writes it in text."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def written(node: object) -> str:
    """Return `node` as text that is the same for whatever is written alike."""
    return json.dumps(_with_names(node), sort_keys=True, default=str)


@dataclass(frozen=True)
class Scope:
    """What is known at one place of a template."""

    parameters: Known
    world: World
    compute: Compute
    variables: Known
    """Of the loops (``Fn::ForEach``) around the place."""
    resolves_secrets: bool = False
    """Whether references to secure values are resolved here: not in custom resources."""

    def in_world(self, world: World) -> "Scope":
        """Return the same scope in another world."""
        return replace(self, world=world)

    def value(self, node: object) -> object:
        """Return what `node` stands for: a value, Unknown or ABSENT."""
        if isinstance(node, dict):
            return self._object(node)
        if isinstance(node, list):
            return [value for value in map(self.value, node) if value is not ABSENT]
        return self._text(node) if isinstance(node, str) else node

    def bind(self, name: str) -> str:
        """Return a name with the variables of loops in it replaced."""
        if not self.variables:
            return name
        return _LOOP_VARIABLE.sub(self._bound, name)

    def _bound(self, found: re.Match[str]) -> str:
        """Return what takes the place of a variable; ``&{Id}`` leaves out what no logical id can have."""
        if found[1] not in self.variables:
            return found[0]
        text = text_of(self.variables[found[1]])
        return _NOT_IN_A_NAME.sub("", text) if found[0].startswith("&") else text

    def items(self, node: Mapping[str, object]) -> Iterator[tuple[str, object, "Scope", Path]]:
        """Yield name, node, scope and path of each member of an object, those that loops make included."""
        for name, member in node.items():
            if not str(name).startswith(FOR_EACH):
                yield self.bind(str(name)), member, self, (str(name),)
                continue
            for scope, body in self._rounds(member):
                for inner, each, within, path in scope.items(body):
                    yield inner, each, within, (str(name), 2, *path)

    def has_unknown_members(self, node: Mapping[str, object]) -> bool:
        """Tell whether an object has members that are not known: included ones, or those of a loop."""
        return any(
            name == TRANSFORM or (str(name).startswith(FOR_EACH) and self._collection(member) is None)
            for name, member in node.items()
        )

    def chosen(self, node: object) -> tuple[object, Path]:
        """Return the branch that `node` stands for if it is an ``Fn::If``, and the way to it."""
        path: Path = ()
        while isinstance(node, dict) and len(node) == 1 and _IF in node:
            branches = node[_IF]
            index = self._branch(branches)
            if index is None:
                break
            node = branches[index]
            path = (*path, _IF, index)
        return node, path

    def locate(self, node: object, path: Path) -> Path:
        """Return where in `node` the value stands that `path` names, or the innermost thing around it."""
        node, way = self.chosen(node)
        if not path:
            return way
        step, rest = path[0], path[1:]
        if isinstance(node, dict):
            for name, member, scope, at in self.items(node):
                if name == step:
                    return (*way, *at, *scope.locate(member, rest))
        elif isinstance(node, list) and isinstance(step, int):
            present = [n for n, item in enumerate(node) if self.value(item) is not ABSENT]
            if step < len(present):
                index = present[step]
                return (*way, index, *self.locate(node[index], rest))
        return way

    def _object(self, node: Mapping[str, object]) -> object:
        if len(node) == 1:
            ((name, operand),) = node.items()
            if name == "Ref":
                return self._reference(operand)
            if name == _IF:
                branch, way = self.chosen(node)
                return self.value(branch) if way else self._unknown(node)
            if name in _COMPUTED:
                expression = self._closed(node)
                return self.compute(expression) if isinstance(expression, dict) else self._unknown(node)
            if str(name).startswith("Fn::") and name != TRANSFORM and not str(name).startswith(FOR_EACH):
                return self._unknown(node)
        return self._members(node)

    def _members(self, node: Mapping[str, object]) -> object:
        if not is_include(node.get(TRANSFORM, INCLUDE)):
            # Another macro may change what stands beside it.
            return Unknown()
        found: dict[str, object] = PartlyKnown() if self.has_unknown_members(node) else {}
        for name, member, scope, _ in self.items(node):
            if name == TRANSFORM:
                continue
            if name.startswith("Fn::"):
                return Unknown()
            value = scope.value(member)
            if value is not ABSENT:
                found[name] = value
        return found

    def _reference(self, name: object) -> object:
        if name == NO_VALUE:
            return ABSENT
        if isinstance(name, str):
            for known in (self.variables, self.parameters):
                if name in known:
                    return self._dereferenced(known[name])
        return self._unknown({"Ref": name})

    def _text(self, text: str) -> object:
        return self._dereferenced(self.bind(text))

    def _dereferenced(self, value: object) -> object:
        """Return a known value, or Unknown where CloudFormation replaces a reference (``{{resolve:…}}``) in
        it.
        """
        if isinstance(value, list):
            return [self._dereferenced(item) for item in value]
        found = _RESOLVE.search(value) if isinstance(value, str) else None
        if found and (self.resolves_secrets or found[1] not in _SECURE):
            return Unknown(str(value))
        return value

    def _branch(self, branches: object) -> int | None:
        if not isinstance(branches, list) or len(branches) != 3 or not isinstance(branches[0], str):  # noqa: PLR2004 - condition, then, else
            return None
        holds = self.world.get(self.bind(branches[0]))
        return None if holds is None else 1 if holds else 2

    def _unknown(self, node: object) -> Unknown:
        """Return an unknown value that equals whatever is written in the same way."""
        return Unknown(self.bind(written(self._in_round(node))))

    def _in_round(self, node: object) -> object:
        """Return `node` with references to the variables of loops replaced: each round asks for something
        else.
        """
        if isinstance(node, dict):
            name = node.get("Ref")
            if len(node) == 1 and isinstance(name, str) and name in self.variables:
                return self.variables[name]
            return {key: self._in_round(member) for key, member in node.items()}
        return [self._in_round(item) for item in node] if isinstance(node, list) else node

    def _closed(self, node: object) -> object:
        """Return `node` with everything known put into it, None if something in it is not known.

        Functions within functions stay, so that the whole is computed at once.
        """
        if isinstance(node, dict) and len(node) == 1:
            ((name, operand),) = node.items()
            if name == _SUB:
                return self._closed_text(operand)
            if name in _COMPUTED:
                operand = self._closed(operand)
                return None if operand is None else {name: _with_index(str(name), operand)}
        if isinstance(node, dict) and not any(str(name).startswith("Fn::") or name == "Ref" for name in node):
            members = {name: self._closed(member) for name, member in node.items()}
            return None if None in members.values() else members
        if isinstance(node, list):
            items = [self._closed(item) for item in node]
            return None if any(item is None for item in items) else items
        value = self.value(node)
        return value if _is_known(value) else None

    def _closed_text(self, operand: object) -> object:
        text, own = operand, {}
        if isinstance(operand, list) and len(operand) == 2 and isinstance(operand[1], dict):  # noqa: PLR2004 - text and variables
            text, own = operand
        if not isinstance(text, str) or _RESOLVE.search(text):
            return None
        text = self.bind(text)
        values: dict[str, object] = {}
        for name in _PLACEHOLDER.findall(text):
            value = self._closed(own.get(name, {"Ref": name}))
            if value is None:
                return None
            values[name] = value
        return {_SUB: [text, values] if values else text}

    def _collection(self, loop: object) -> list[object] | None:
        if not isinstance(loop, list) or len(loop) != 3:  # noqa: PLR2004 - variable, collection, body
            return None
        found = self.value(loop[1])
        return found if isinstance(found, list) and _is_known(found) else None

    def _rounds(self, loop: object) -> Iterator[tuple["Scope", Mapping[str, object]]]:
        collection = self._collection(loop)
        if collection is None or not isinstance(loop, list) or not isinstance(loop[2], dict):
            return
        for item in collection:
            yield replace(self, variables={**self.variables, str(loop[0]): item}), loop[2]


def _is_known(value: object) -> bool:
    if isinstance(value, Mapping):
        return not isinstance(value, PartlyKnown) and all(map(_is_known, value.values()))
    if isinstance(value, list):
        return all(map(_is_known, value))
    return value is not None and not isinstance(value, Unknown | Absent)


def _with_names(node: object) -> object:
    """Return `node` with text for names: YAML takes some for numbers, which cannot be sorted among text."""
    if isinstance(node, dict):
        return {str(name): _with_names(member) for name, member in node.items()}
    return [_with_names(item) for item in node] if isinstance(node, list) else node


def _with_index(name: str, operand: object) -> object:
    """Return the operands of ``Fn::Select`` with a number as index, which may be given as text."""
    if name == "Fn::Select" and isinstance(operand, list) and operand and str(operand[0]).isdecimal():
        return [int(str(operand[0])), *operand[1:]]
    return operand
