"""Permissions of one role: a call that its policies do not allow is an AccessDeniedException.

`LocalConnect.permissions` or the server's control endpoint sets them, `Conditions` keeps them, `boundary`
asks them. IAM is another service, so a test reads a role's policies there and passes them on. moto's own
evaluator decides; `test_local_permissions` fails if it no longer decides like IAM.

Calls with long-term keys are allowed: they come from administrators, who seed users and read them. A Lambda's
keys are temporary.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from moto.iam.access_control import IAMPolicy, PermissionResult

_TEMPORARY = "ASIA"
_ACTIONS = {"UpdateUserConfig": ("UpdateUserConfig", "UpdateUserPhoneConfig")}
"""Sources differ on the action that IAM checks for this operation, so a policy must allow both."""


@dataclass(frozen=True)
class Permissions:
    """The identity-based policies of one role; messages name the ARN `principal`."""

    principal: str
    policies: tuple[str, ...]

    @classmethod
    def of(cls, principal: str, documents: Iterable[Mapping[str, object]]) -> "Permissions":
        """ValueError for a policy with conditions, which moto evaluates only in trust policies."""
        policies = [dict(document) for document in documents]
        for policy in policies:
            statements = policy.get("Statement")
            listed = statements if isinstance(statements, list) else [statements]
            if any(not isinstance(statement, Mapping) or "Condition" in statement for statement in listed):
                raise ValueError("a policy needs a Statement, and conditions are not evaluated here")
        return cls(principal, tuple(json.dumps(policy) for policy in policies))

    def refusal(self, operation: str, resource: str, access_key: str | None) -> str | None:
        """The message that refuses the call, None if it is allowed."""
        if not (access_key or "").startswith(_TEMPORARY):
            return None
        for name in _ACTIONS.get(operation, (operation,)):
            action = f"connect:{name}"
            decisions = [IAMPolicy(policy).is_action_permitted(action, resource) for policy in self.policies]
            if PermissionResult.PERMITTED not in decisions or PermissionResult.DENIED in decisions:
                return refusal(self.principal, action, resource, decisions)
        return None


def refusal(principal: str, action: str, resource: str, decisions: Sequence[PermissionResult] = ()) -> str:
    """AWS's message for a call that identity-based policies deny, or do not allow."""
    denied = PermissionResult.DENIED in decisions
    because = "with an explicit deny in an identity-based policy"
    if not denied:
        because = f"because no identity-based policy allows the {action} action"
    return f"User: {principal} is not authorized to perform: {action} on resource: {resource} {because}"
