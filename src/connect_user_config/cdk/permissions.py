"""What the roles may do, limited to instances. `deploy/` grants the same; a test compares."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aws_cdk import Stack
from aws_cdk.aws_connect import CfnInstance
from aws_cdk.aws_iam import PolicyDocument, PolicyStatement
from constructs import IConstruct

from connect_user_config.declaring.tokens import is_token
from connect_user_config.names import check_instance_id
from custom_connect_userconfig.core.errors import InvalidRequest
from custom_connect_userconfig.core.identifiers import Environment, InstanceRef, Spelling
from custom_connect_userconfig.core.redaction import shown

EVERY_INSTANCE: Final = "all"
"""In place of instances: all of the account and region, also those that are made later."""
AGENTS_COME_AND_GO: Final = "agents come and go; the rest of the ARN is as narrow as the instances given"
"""Why the statements on agents end in a wildcard."""
_OF_AGENTS: Final = (
    "connect:DescribeUser",
    "connect:TagResource",
    "connect:UntagResource",
    "connect:UpdateUserConfig",
    # The action that the service authorization reference lists for UpdateUserConfig.
    "connect:UpdateUserPhoneConfig",
)


@dataclass(frozen=True)
class Permissions:
    """Statements for the agents of chosen instances."""

    arns: Sequence[str]
    """The instances, as policies name them."""

    @classmethod
    def of(cls, scope: IConstruct, instances: Sequence[str | CfnInstance]) -> "Permissions":
        """Return those of `instances`, ids or ARNs or `EVERY_INSTANCE`; raises ValueError for none, TypeError
        for one of another class, InvalidRequest for a malformed one, and UsageError for a placeholder.
        """
        if isinstance(instances, str) or not isinstance(instances, Sequence):
            raise TypeError(
                f"instances: {shown(instances)} is no list: write [INSTANCE], or [EVERY_INSTANCE]"
            )
        if not instances:
            raise ValueError(f"{scope.node.path}: instances: name at least one, or EVERY_INSTANCE")
        return cls([_arn(scope, each) for each in instances])

    def reach(self, instance: str) -> bool:
        """Tell whether the statements cover an instance, by id or ARN, as far as that is known."""
        ids = {arn.rpartition("/")[2] for arn in self.arns}
        wanted = instance.rpartition("/")[2]
        return wanted in ids or "*" in ids or any(map(is_token, (wanted, *ids)))

    @property
    def agents(self) -> Sequence[str]:
        """The agents of the instances."""
        return [f"{arn}/agent/*" for arn in self.arns]

    @property
    def wildcards(self) -> Sequence[str]:
        """The resources of the statements that hold a wildcard."""
        return [*self.agents, *(arn for arn in self.arns if arn.endswith("*"))]

    def document(self, *more: PolicyStatement) -> PolicyDocument:
        """Return the policy of a role, with further statements of its own."""
        of_agents = PolicyStatement(
            sid="AgentsOfTheInstances", actions=[*_OF_AGENTS], resources=[*self.agents]
        )
        searching = PolicyStatement(
            sid="SearchingTheInstances", actions=["connect:SearchUsers"], resources=[*self.arns]
        )
        # Lists of several actions are sorted neither here nor in `deploy/`: they stay as they are read best.
        return PolicyDocument(statements=[of_agents, searching, *more], minimize=False)


def _arn(scope: IConstruct, instance: str | CfnInstance) -> str:
    if isinstance(instance, CfnInstance):
        return instance.attr_arn
    if not isinstance(instance, str):
        raise TypeError(f"instances: {shown(instance)} is no id or ARN, as text, and no CfnInstance")
    if is_token(instance):
        return instance
    if instance != EVERY_INSTANCE:
        try:
            InstanceRef.parse(instance, Environment())
        except InvalidRequest as error:
            raise InvalidRequest(str(error).replace("InstanceId", "instances", 1)) from error
        check_instance_id(instance)
    if Spelling.of(instance) is Spelling.ARN:
        return instance
    name = "*" if instance == EVERY_INSTANCE else instance
    return Stack.of(scope).format_arn(service="connect", resource="instance", resource_name=name)
