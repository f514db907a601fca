"""What a role may do: the local Connect answers AccessDeniedException where the policies that it was given do
not allow a call.

Set through `LocalConnect.permissions` or the server's control endpoint, kept in `Conditions`, asked by
`boundary`. IAM itself is another service: whoever deploys a role here reads its policies there and hands them
over. moto's own evaluator decides; `test_local_permissions` fails when it no longer decides as IAM does.

Calls signed with long-term keys pass: those are the administrators who seed and look. A Lambda's keys are
temporary.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from moto.iam.access_control import IAMPolicy, PermissionResult

_TEMPORARY = "ASIA"
_ACTIONS = {"UpdateUserConfig": ("UpdateUserConfig", "UpdateUserPhoneConfig")}
"""Sources differ on the action that IAM checks for this operation: a policy must allow both, and so passes
either way.
"""


@dataclass(frozen=True)
class Permissions:
    """The identity-based policies of one role; `principal` is the ARN that a refusal names."""

    principal: str
    policies: tuple[str, ...]

    @classmethod
    def of(cls, principal: str, documents: Iterable[Mapping[str, object]]) -> "Permissions":
        """ValueError for a policy with conditions: moto's evaluator knows those of trust policies only."""
        policies = [dict(document) for document in documents]
        for policy in policies:
            statements = policy.get("Statement")
            listed = statements if isinstance(statements, list) else [statements]
            if any(not isinstance(statement, Mapping) or "Condition" in statement for statement in listed):
                raise ValueError("a policy needs a Statement, and conditions are not evaluated here")
        return cls(principal, tuple(json.dumps(policy) for policy in policies))

    def refusal(self, operation: str, resource: str, access_key: str | None) -> str | None:
        """The message that refuses the call; None when it is allowed."""
        if not (access_key or "").startswith(_TEMPORARY):
            return None
        for action in _ACTIONS.get(operation, (operation,)):
            decisions = [
                IAMPolicy(policy).is_action_permitted(f"connect:{action}", resource)
                for policy in self.policies
            ]
            if PermissionResult.PERMITTED not in decisions or PermissionResult.DENIED in decisions:
                return refusal(self.principal, f"connect:{action}", resource, decisions)
        return None


def refusal(principal: str, action: str, resource: str, decisions: Sequence[PermissionResult] = ()) -> str:
    """AWS's words for a call that identity-based policies do not allow, or deny."""
    denied = PermissionResult.DENIED in decisions
    because = "with an explicit deny in an identity-based policy"
    if not denied:
        because = f"because no identity-based policy allows the {action} action"
    return f"User: {principal} is not authorized to perform: {action} on resource: {resource} {because}"
