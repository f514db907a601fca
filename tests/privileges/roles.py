"""The permissions that the shipped roles grant, read from their templates, compared with the recorded calls.

A role must grant exactly the calls that `recording` has seen, and its `uncalled` actions, each with a reason.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from support.template_values import parsed

ROOT: Final = Path(__file__).resolve().parents[2]
_OTHER_NAMES: Final = {
    # The service authorization reference names the older action for UpdateUserConfig, other sources this one.
    "connect:UpdateUserConfig": ("connect:UpdateUserConfig", "connect:UpdateUserPhoneConfig"),
    "lambda:Invoke": ("lambda:InvokeFunction",),
}
CALLERS: Final[Mapping[str, str]] = {
    "connect": "caller",
    "lambda": "caller",
    "logs": "provider",
    "cloudwatch": "provider",
}
"""The role whose permissions a service's calls need: the handlers' own, or the one that writes their log."""


def actions_of(operation: str) -> tuple[str, ...]:
    """Return the IAM actions that a call needs."""
    return _OTHER_NAMES.get(operation, (operation,))


@dataclass(frozen=True)
class Role:
    """A role in a template, and the calls that it is for."""

    template: str
    resource: str
    front_end: str
    caller: str
    uncalled: Mapping[str, str]
    """Granted actions that no handler calls, each with the reason for it."""

    def __str__(self) -> str:
        return f"{self.resource} of {self.template}"

    @property
    def statements(self) -> list[dict[str, Any]]:
        """All statements of its inline policies and of the template's policies for it."""
        return list(_statements(load(ROOT / self.template)["Resources"], self.resource))

    @property
    def granted(self) -> set[str]:
        """Every action that the role grants."""
        return {action for statement in self.statements for action in listed(statement["Action"])}

    def used(self, recorded: Iterable[tuple[str, str]]) -> set[str]:
        """Return the actions that its calls need, from recorded pairs of front end and operation."""
        mine = (
            operation
            for front_end, operation in recorded
            if (front_end, CALLERS.get(operation.partition(":")[0])) == (self.front_end, self.caller)
        )
        return {action for operation in mine for action in actions_of(operation)}


def listed(value: Any) -> list[Any]:
    """Return the value as a list."""
    return list(value) if isinstance(value, list) else [value]


def load(template: Path) -> dict[str, Any]:
    """Return the template, with its functions in their long form."""
    return parsed(template.read_text("utf-8"))


def _statements(resources: Mapping[str, Any], role: str) -> Iterator[dict[str, Any]]:
    for policy in resources[role]["Properties"].get("Policies", ()):
        yield from policy["PolicyDocument"]["Statement"]


_BY_LAMBDA: Final = {
    "logs:CreateLogStream": "Lambda writes the function's log with the function's role",
    "logs:PutLogEvents": "the same",
}
_BY_THE_REGISTRY: Final = {
    "logs:DescribeLogGroups": (
        "in the role that the stock command creates; whether CloudFormation calls it is not documented"
    ),
    "logs:DescribeLogStreams": "the same",
}

ROLES: Final = (
    Role("resource-role.yaml", "ExecutionRole", "registry", "caller", {}),
    Role("deploy/registry.yml", "ExecutionRole", "registry", "caller", {}),
    Role("deploy/registry.yml", "LogRole", "registry", "provider", _BY_THE_REGISTRY),
    Role("deploy/custom-resource.yml", "Role", "custom resource", "caller", _BY_LAMBDA),
)


def disagreements(recorded: Iterable[tuple[str, str]]) -> list[str]:
    """Return, as sentences, how the roles differ from the recorded calls."""
    pairs = set(recorded)
    found = [
        f"no role is for calls of {operation}"
        for _, operation in sorted(pairs)
        if operation.partition(":")[0] not in CALLERS
    ]
    for role in ROLES:
        wanted = role.used(pairs) | set(role.uncalled)
        unused, missing = role.granted - wanted, wanted - role.granted
        found += [f"{role} grants {action}, which no handler has used" for action in sorted(unused)]
        found += [f"{role} lacks {action}, which a handler has used" for action in sorted(missing)]
        used = role.used(pairs) & set(role.uncalled)
        found += [f"{role} names a reason for {action}, which is used" for action in sorted(used)]
    return found
