"""Which conditions of a template can hold together.

An operand that is known is compared. One that is not becomes a variable: it takes each value that a condition
compares it with, and one more. So conditions on one parameter exclude each other as they do when deployed.
"""

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import product
from typing import Final

from custom_connect_userconfig.core.problems import Unknown

from .values import Scope, World, text_of, written

Choices = tuple[tuple[World, ...], ...]
"""Worlds by choice: for each set of parameter values, the worlds that it may lead to.

Several worlds of one choice differ in an operand that follows from a parameter in a way that is not known, an
entry of a mapping for example. One of them is real, so only what shows in all of them is certain.
"""
_MOST_WORLDS: Final = 512
_OTHER: Final = "\0other than "
_PSEUDO: Final = "AWS::"
Values = Mapping[str, str]


class Conditions:
    """The conditions of a template."""

    def __init__(
        self,
        conditions: object,
        scope: Scope,
        allowed: Mapping[str, list[str]],
        constrained: Container[str] = (),
    ) -> None:
        """`allowed` holds the values that parameters without a value can take.

        `constrained` are parameters that cannot take every value, and nobody knows which.
        """
        self._conditions = conditions if isinstance(conditions, Mapping) else {}
        self._scope = scope
        self._allowed = allowed
        self._constrained = constrained
        self._choices: dict[frozenset[str], Choices | None] = {}

    def choices(self, names: Iterable[str], *, is_constrained: bool = False) -> Choices | None:
        """Return the worlds of the conditions `names`, each world once; None if there are too many to try.

        `is_constrained`: rules of the template forbid some parameter values, so no choice is certain.
        """
        wanted = frozenset(names)
        if wanted not in self._choices:
            self._choices[wanted] = self._enumerate(wanted)
        choices = self._choices[wanted]
        if choices and is_constrained:
            return (tuple({_key(world): world for choice in choices for world in choice}.values()),)
        return choices

    def _enumerate(self, names: frozenset[str]) -> Choices | None:
        variables = _Variables(self._allowed, self._constrained)
        for name in names:
            self._collect(name, variables, ())
        plain, opaque = variables.domains()
        count = 1
        for domain in (*plain.values(), *opaque.values()):
            count *= len(domain)
            if count > _MOST_WORLDS:
                return None
        found: dict[tuple[object, ...], tuple[World, ...]] = {}
        for choice in _assignments(plain):
            worlds: dict[object, World] = {}
            for rest in _assignments(opaque):
                values = {**choice, **rest}
                world = {name: self._holds(name, values, ()) for name in names}
                worlds.setdefault(_key(world), world)
            found.setdefault(tuple(worlds), tuple(worlds.values()))
        return tuple(found.values())

    def _collect(self, expression: object, variables: "_Variables", within: tuple[str, ...]) -> None:
        """Add the variables that a condition, given by name or as an expression, depends on."""
        if isinstance(expression, str):
            if expression in within or expression not in self._conditions:
                variables.add_free(expression)
            else:
                self._collect(self._conditions[expression], variables, (*within, expression))
            return
        name, operands = _function(expression)
        if name == "Condition":
            self._collect(operands, variables, within)
        elif name in ("Fn::And", "Fn::Or", "Fn::Not") and isinstance(operands, list):
            for operand in operands:
                self._collect(operand, variables, within)
        elif sides := self._sides(name, operands):
            variables.add_comparison(*sides)
        else:
            variables.add_free(written(expression))

    def _holds(self, expression: object, values: Values, within: tuple[str, ...]) -> bool:
        if isinstance(expression, str):
            if expression in within or expression not in self._conditions:
                return values[expression] == expression
            return self._holds(self._conditions[expression], values, (*within, expression))
        name, operands = _function(expression)
        if name == "Condition":
            return self._holds(operands, values, within)
        if name in ("Fn::And", "Fn::Or", "Fn::Not") and isinstance(operands, list):
            held = [self._holds(operand, values, within) for operand in operands]
            return all(held) if name == "Fn::And" else any(held) if name == "Fn::Or" else not any(held)
        if sides := self._sides(name, operands):
            left, right = (_value(side, values) for side in sides)
            return left == right
        text = written(expression)
        return values[text] == text

    def _sides(self, name: str, operands: object) -> tuple[object, object] | None:
        """Return what a condition compares; None if it compares nothing that can be known."""
        if name != "Fn::Equals" or not isinstance(operands, list) or len(operands) != 2:  # noqa: PLR2004 - left and right
            return None
        left, right = map(self._scope.value, operands)
        is_nameless = any(isinstance(side, Unknown) and not side.same_as for side in (left, right))
        return None if is_nameless else (left, right)


class _Variables:
    """The operands that are not known, with the values that they are compared with."""

    def __init__(self, allowed: Mapping[str, list[str]], constrained: Container[str]) -> None:
        self._allowed = allowed
        self._constrained = constrained
        self._compared: dict[str, set[str]] = {}
        self._linked: list[tuple[str, str]] = []

    def add_free(self, name: str) -> None:
        """Add something that holds or not, whatever else does."""
        self._compared.setdefault(name, {name})

    def add_comparison(self, left: object, right: object) -> None:
        """Add the unknown ones of two values that are compared."""
        sides = [_variable(left), _variable(right)]
        for side, other in zip(sides, (right, left), strict=True):
            if side is not None:
                known = set() if isinstance(other, Unknown) else {text_of(other)}
                self._compared.setdefault(side, set()).update(known)
        if sides[0] is not None and sides[1] is not None and sides[0] != sides[1]:
            self._linked.append((sides[0], sides[1]))

    def domains(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Return the values to try: of parameters that can take any, and of all else."""
        for _ in self._linked:
            for left, right in self._linked:
                both = self._values(left) | self._values(right)
                self._compared[left] = self._compared[right] = both
        found = {name: sorted(self._values(name)) for name in self._compared}
        pseudo = [name for name in found if (_parameter(name) or "").startswith(_PSEUDO)]
        # Region and partition follow from each other.
        dependent = pseudo if len(pseudo) > 1 else ()
        plain = {
            name: domain
            for name, domain in found.items()
            if (parameter := _parameter(name))
            and name not in dependent
            and parameter not in self._constrained
        }
        return plain, {name: domain for name, domain in found.items() if name not in plain}

    def _values(self, name: str) -> set[str]:
        allowed = self._allowed.get(_parameter(name) or "")
        return set(allowed) if allowed else {*self._compared[name], _OTHER + name}


def _assignments(domains: Mapping[str, list[str]]) -> Iterator[dict[str, str]]:
    for values in product(*domains.values()):
        yield dict(zip(domains, values, strict=True))


def _function(expression: object) -> tuple[str, object]:
    if isinstance(expression, dict) and len(expression) == 1:
        ((name, operands),) = expression.items()
        return str(name), operands
    return "", None


def _variable(value: object) -> str | None:
    if not isinstance(value, Unknown):
        return None
    return value.same_as


def _value(value: object, values: Values) -> str:
    variable = _variable(value)
    return text_of(value) if variable is None else values.get(variable, _OTHER + variable)


def _parameter(variable: str) -> str | None:
    """Return the name of the parameter if the variable is a plain ``Ref``."""
    try:
        expression = json.loads(variable)
    except ValueError:
        return None
    name, operand = _function(expression)
    return operand if name == "Ref" and isinstance(operand, str) else None


def _key(world: World) -> tuple[tuple[str, bool], ...]:
    return tuple(sorted(world.items()))
