"""Findings of cdk-nag and cfn-lint on our own resources that are meant to be so, each with its reason."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import aws_cdk
from aws_cdk import CfnResource, Stack
from constructs import IConstruct

ACTIONS_UNKNOWN: Final = "W3037"
"""cfn-lint's list of actions lacks connect:UpdateUserConfig, which some sources name and others do not."""


def acknowledge(construct: IConstruct, rules: Mapping[str, str]) -> None:
    """Acknowledge rules, by id, with their reasons, on one resource, and on nothing that others add to it.

    cdk-nag 3 reads acknowledgments of the CDK, which came with it; cdk-nag 2 reads metadata.
    """
    resource = cast("CfnResource", construct.node.default_child)
    if hasattr(aws_cdk, "Validations"):
        acknowledged = [aws_cdk.Acknowledgment(id=rule, reason=reason) for rule, reason in rules.items()]
        aws_cdk.Validations.of(resource).acknowledge(*acknowledged)
    else:
        by_rule = {rule.partition("[")[0]: reason for rule, reason in rules.items()}
        suppressed = [{"id": rule, "reason": reason} for rule, reason in by_rule.items()]
        resource.add_metadata("cdk_nag", {"rules_to_suppress": suppressed})


def keep_from_lint(construct: IConstruct, check: str) -> None:
    """Let cfn-lint leave out one check on one resource; the caller says why."""
    resource = cast("CfnResource", construct.node.default_child)
    resource.add_metadata("cfn-lint", {"config": {"ignore_checks": [check]}})


def wildcards(scope: IConstruct, arns: Sequence[str]) -> Sequence[str]:
    """Return the ids of the findings for statements on `arns`: cdk-nag wants each wildcard by itself."""
    resolved = Stack.of(scope).resolve([*arns])
    return [f"AwsSolutions-IAM5[Resource::{_flat(arn)}]" for arn in resolved]


def _flat(value: Any) -> str:  # noqa: ANN401 - whatever a template holds
    """Return a value of a template as cdk-nag shows it: references in angle brackets."""
    match value:
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(map(_flat, parts))
    return str(value)
