"""What templates declare: each resource of ours with its agent and its settings, and what cannot be told."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from custom_connect_userconfig.core.arrays import SettingKey
from custom_connect_userconfig.core.declaration import Examination, examine
from custom_connect_userconfig.core.identifiers import Environment, Identity
from custom_connect_userconfig.core.messages import joined
from custom_connect_userconfig.core.problems import Path, Problem, Severity, Unknown, dotted
from custom_connect_userconfig.core.redaction import shown

from ...check import rules
from ...check.arguments import shown as shown_file
from ...check.arguments import text_of
from ...check.engine import as_handed_over, problems_of
from ...check.findings import Finding, shown_name
from ...check.formats import Located
from ...check.types import Flavour, Types, flavour_of
from ...problems import Failed
from ...reading.document import NotReadable, ToolMissing, read
from ...reading.resolver import Lines
from ...reading.template import Resource, Template, parameters_in
from ...reading.values import World
from .uncertain import uncertain_settings, unknown_values

NESTED: Final = "AWS::CloudFormation::Stack"
_STORED: Final = "AWS::SSM::Parameter::Value<"
Properties = Mapping[str, object]


@dataclass(frozen=True)
class Unresolved:
    """A value that is known only when the template is deployed."""

    path: Path
    said: str


@dataclass(frozen=True)
class Declared:
    """One resource of a template, as far as it is known."""

    file: str
    line: int
    logical_id: str
    type: str
    properties: Properties = field(default_factory=dict)
    identity: Identity | None = None
    settings: Mapping[SettingKey, bool | int | str] = field(default_factory=dict)
    uncertain: frozenset[SettingKey] = frozenset()
    """Settings of which it is not known whether they are declared, or as what."""
    unresolved: tuple[Unresolved, ...] = ()
    errors: tuple[Located, ...] = ()

    @property
    def flavour(self) -> Flavour:
        """Which front end serves the resource."""
        return flavour_of(self.type)

    @property
    def name(self) -> str:
        """The logical id for messages."""
        return shown_name(self.logical_id)


@dataclass(frozen=True)
class Given:
    """What is known besides the template."""

    values: Mapping[str, str]
    """Of parameters, and of pseudo parameters."""
    hidden: Collection[str] = ()
    """Parameters that keep a value which the stack does not show."""


@dataclass(frozen=True)
class Source:
    """The text of one template."""

    file: str
    text: str
    tree: dict[str, object]

    @classmethod
    def read(cls, file: str) -> "Source":
        """Read a file, or standard input; raises Failed."""
        try:
            text = text_of(file)
            tree = read(text)
        except OSError as error:
            raise _unreadable(file, f"cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise _unreadable(file, "is not text in UTF-8") from error
        except NotReadable as error:
            raise _unreadable(file, str(error)) from error
        except ToolMissing as error:
            said = f"cannot be read without the libraries that read templates: {error}"
            raise _unreadable(file, said) from error
        if not isinstance(tree, dict) or not isinstance(tree.get("Resources"), dict):
            raise _unreadable(file, "is no template: it has no Resources")
        return cls(shown_file(file), text, tree)

    @property
    def parameters(self) -> Mapping[str, object]:
        """The parameters of the template."""
        return Template(self.tree).parameters

    @property
    def nested(self) -> list[str]:
        """The logical ids of nested stacks."""
        return [node.logical_id for node in Template(self.tree).resources(NESTED.__eq__, lambda _: False)]

    def resources(self, types: Types, given: Given) -> Iterator[Declared]:
        """Yield the resources of ours that the template makes; raises Failed if a macro rewrites it."""
        template = template_of(self.tree, given)
        found = resources_of(template, types)
        if found and template.macros:
            names = ", ".join(map(shown_name, template.macros))
            said = f"the macro {names} rewrites the template before it is deployed"
            raise Failed(rules.MACRO.name, f"{self.file}: {said}", "compare what the macro makes of it")
        for resource in found:
            yield from _Reading(self, template, given, resource).declared()

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text)

    def located(self, finding: Finding) -> Located:
        """Return a finding with its place in the file."""
        return Located(self.file, self._lines.at(finding.path), finding)

    def line_of(self, path: Path) -> int:
        """Return the line at which a member of the template stands."""
        return self._lines.at(path).line


def template_of(tree: Mapping[str, object], given: Given) -> Template:
    """Return a template whose parameters have the given values, else their defaults."""
    pseudo = {name: {"Type": "String"} for name in given.values if "::" in name}
    parameters = tree.get("Parameters")
    own = {
        name: _without_default(node) if name in given.hidden else node
        for name, node in (parameters.items() if isinstance(parameters, dict) else ())
    }
    return Template({**tree, "Parameters": {**own, **pseudo}}, given.values, use_defaults=True)


def resources_of(template: Template, types: Types) -> list[Resource]:
    """Return the resources of ours."""
    return template.resources(types.is_ours, lambda name: flavour_of(name) is Flavour.REGISTRY)


def certain_world(resource: Resource) -> World | None:
    """Return the world of a resource that is the same in all worlds; None if they differ."""
    if resource.choices is None:
        return None
    first, *others = resource.worlds
    seen = [_in_world(resource, world) for world in (first, *others)]
    return first if all(each == seen[0] for each in seen) else None


def _in_world(resource: Resource, world: World) -> object:
    return resource.properties(world) if resource.exists(world) else None


@dataclass(frozen=True)
class _Reading:
    source: Source
    template: Template
    given: Given
    resource: Resource

    def declared(self) -> Iterator[Declared]:
        resource = self.resource
        line = self.source.line_of(resource.at)
        world = certain_world(resource)
        if world is None:
            names = ", ".join(sorted(map(shown_name, self.template.used_conditions(resource))))
            said = joined(f"depends on {names}, which nothing decides", self._advice(self._valueless))
            unresolved = (Unresolved((), said),)
            yield Declared(self.source.file, line, resource.logical_id, resource.type, unresolved=unresolved)
        elif resource.exists(world):
            properties = resource.properties(world)
            handed_over = as_handed_over(properties, resource)
            examined = self._examined(handed_over)
            yield Declared(
                self.source.file,
                line,
                resource.logical_id,
                resource.type,
                properties,
                examined.identity,
                examined.settings,
                uncertain_settings(handed_over) - examined.settings.keys(),
                tuple(self._unresolved(handed_over)),
                tuple(self._errors(world)),
            )

    def _examined(self, properties: Properties) -> Examination:
        return examine(properties, Environment())

    def _errors(self, world: World) -> Iterator[Located]:
        for problem in problems_of(self.template, self.resource, world):
            if problem.severity is Severity.ERROR:
                yield self._located(problem, world)

    def _located(self, problem: Problem, world: World) -> Located:
        name, at = shown_name(self.resource.logical_id), self.resource.locate(problem.path, world)
        return self.source.located(Finding(name, at, problem.rule, joined(f"{name}: {problem.message}")))

    def _unresolved(self, properties: Properties) -> Iterator[Unresolved]:
        for path, value in unknown_values(properties):
            yield Unresolved(path, f"{dotted(path)}: {self._why(value)}")

    def _why(self, value: Unknown) -> str:
        try:
            names = parameters_in(json.loads(value.same_as))
        except ValueError:
            names = set()
        if valueless := names & self._valueless:
            named = ", ".join(sorted(map(shown_name, valueless)))
            return joined(f"hangs on {named}, which has no value here", self._advice(valueless))
        what = shown(value.same_as) if value.same_as else "what stands here"
        return f"{what} is known only when it is deployed."

    @property
    def _valueless(self) -> set[str]:
        """The parameters that have no value here."""
        return {
            name
            for name, node in self.template.parameters.items()
            if name not in self.given.values
            and "Default" not in node
            and not str(node.get("Type")).startswith(_STORED)
        }

    def _advice(self, names: Collection[str]) -> str:
        options = " ".join(f"--parameter {shown_name(name)}=…" for name in sorted(names))
        return f"Give {options}" if options else ""


def _without_default(node: object) -> object:
    if not isinstance(node, dict):
        return node
    return {name: member for name, member in node.items() if name != "Default"}


def _unreadable(file: str, said: str) -> Failed:
    return Failed("unreadable", f"{shown_file(file)}: {said}")
