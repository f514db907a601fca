"""The values of a template's resources, conditions and outputs, as far as the templates of `deploy/` need
functions.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connect_user_config.reading.document import read

_NO_VALUE = object()


def parsed(template: str) -> dict[str, Any]:
    """Return the template, its functions in their long form."""
    document = read(template)
    assert isinstance(document, dict)
    return document


@dataclass
class Values:
    """What the template says with these parameters; resources whose condition is false are left out."""

    properties: dict[str, dict[str, Any]] = field(default_factory=dict)
    definitions: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)


def evaluated(
    template: str,
    parameters: Mapping[str, str],
    region: str,
    account: str,
    attributes: Mapping[str, Mapping[str, str]],
) -> Values:
    """Return the values; what a resource that is not there yet would give is None."""
    document = parsed(template)
    evaluator = _Evaluator(document, parameters, region, account, attributes)
    values = Values()
    for name, definition in document["Resources"].items():
        if evaluator.holds(definition.get("Condition")):
            values.definitions[name] = definition
            values.properties[name] = evaluator.value(definition.get("Properties", {}))
    for name, output in document.get("Outputs", {}).items():
        if evaluator.holds(output.get("Condition")):
            values.outputs[name] = str(evaluator.value(output["Value"]))
    return values


@dataclass
class _Evaluator:
    document: dict[str, Any]
    given: Mapping[str, str]
    region: str
    account: str
    attributes: Mapping[str, Mapping[str, str]]

    def holds(self, condition: str | None) -> bool:
        return condition is None or bool(self.value(self.document["Conditions"][condition]))

    def value(self, node: Any) -> Any:
        if isinstance(node, list):
            return [each for each in map(self.value, node) if each is not _NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((name, argument),) = node.items()
            if name == "Ref":
                return self._ref(argument)
            if name.startswith("Fn::"):
                return getattr(self, f"_{name[4:].lower()}")(argument)
        members = {name: self.value(each) for name, each in node.items()}
        return {name: each for name, each in members.items() if each is not _NO_VALUE}

    def _ref(self, name: str) -> Any:
        pseudo = {
            "AWS::Region": self.region,
            "AWS::AccountId": self.account,
            "AWS::Partition": "aws",
            "AWS::NoValue": _NO_VALUE,
        }
        if name in pseudo:
            return pseudo[name]
        if parameter := self.document["Parameters"].get(name):
            value = self.given.get(name, parameter.get("Default"))
            return value.split(",") if parameter["Type"] == "CommaDelimitedList" else value
        return self.attributes.get(name, {}).get("Ref")

    def _getatt(self, path: list[str]) -> Any:
        return self.attributes.get(path[0], {}).get(path[1])

    def _sub(self, argument: Any) -> str:
        text, names = argument if isinstance(argument, list) else (argument, {})
        known = {name: self.value(each) for name, each in names.items()}

        def found(match: re.Match[str]) -> str:
            name = match[1]
            if name in known:
                return str(known[name])
            resource, dot, attribute = name.partition(".")
            return str(self._getatt([resource, attribute]) if dot else self._ref(name))

        return re.sub(r"\$\{([^}]+)\}", found, text)

    def _join(self, argument: Any) -> str:
        return str(argument[0]).join(map(str, self.value(argument[1])))

    def _split(self, argument: Any) -> list[str]:
        return str(self.value(argument[1])).split(argument[0])

    def _select(self, argument: Any) -> Any:
        return self.value(argument[1])[int(argument[0])]

    def _if(self, argument: Any) -> Any:
        return self.value(argument[1] if self.holds(argument[0]) else argument[2])

    def _equals(self, argument: Any) -> bool:
        one, other = map(self.value, argument)
        return bool(one == other)

    def _not(self, argument: Any) -> bool:
        return not self.value(argument[0])
