"""The function behind the custom resource, deployed from the artefact of the installed package."""

from collections.abc import Sequence
from typing import Final

from aws_cdk import ArnFormat, CfnOutput, Duration, Fn, Names, RemovalPolicy, Stack
from aws_cdk.aws_connect import CfnInstance
from aws_cdk.aws_iam import PolicyStatement, Role, ServicePrincipal
from aws_cdk.aws_lambda import Architecture, Code, Function, Runtime
from aws_cdk.aws_logs import LogGroup, RetentionDays
from constructs import Construct, IConstruct

from connect_user_config.check.types import DOCUMENTED
from connect_user_config.install import artefacts
from connect_user_config.install.custom_resource import DEFAULT_NAME, export_of
from connect_user_config.names import check_name

from .acknowledgments import ACTIONS_UNKNOWN, acknowledge, keep_from_lint, wildcards
from .artefact_asset import in_assembly
from .located import located
from .permissions import AGENTS_COME_AND_GO, EVERY_INSTANCE, Permissions

_HANDLER: Final = "custom_connect_userconfig.custom_resource.handler"
_LONGEST_NAME: Final = 40
_RUNTIME: Final = "the package holds bytecode of Python 3.12, the runtime that it is tested with"


class InstalledProvider:
    """A function that something else has deployed, known by its ARN."""

    def __init__(self, service_token: str) -> None:
        self._service_token = service_token

    @property
    def type_name(self) -> str:
        """The type of the resources."""
        return DOCUMENTED

    @property
    def service_token(self) -> str:
        """The ARN of the function."""
        return self._service_token

    @property
    def ready(self) -> IConstruct | None:
        """None: the function is there."""
        return None

    def reaches(self, instance: str) -> bool:  # noqa: ARG002 - whoever installed it knows
        """True: what it may reach is not known here."""
        return True


class UserConfigProvider(Construct):
    """Deploys the function that serves `UserConfig`, with a role that may reach the agents of given
    instances.

    One serves a whole app: constructs of other stacks refer to it by an export that the CDK makes. Keep it,
    its construct path and its name as long as an agent's resource lives: CloudFormation changes no
    ServiceToken. Removed after the last agent, it takes its role and its log with it.
    """

    EVERY_INSTANCE: Final = EVERY_INSTANCE

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        instances: Sequence[str | CfnInstance],
        name: str | None = None,
        memory_size: int = 256,
        log_retention: RetentionDays = RetentionDays.THREE_MONTHS,
        architecture: Architecture | None = None,
    ) -> None:
        """Deploy the function.

        instances: the Connect instances, ids or ARNs, whose agents it may configure, or `EVERY_INSTANCE`.
        name: of the function, a letter and up to 39 letters, digits and hyphens. Its log group is then
            /connect-user-config/NAME, and its ARN is exported as NAMEServiceToken, as the command line does
            it. Default: a name from the construct's path, and no export; to deploy one app twice in an
            account and region, name it.
        memory_size: in MB, 128 to 10,240. More brings more processor. Default: 256.
        log_retention: how long the log is kept: operations, outcomes and user ids, no phone number. Default:
            three months.
        architecture: the processor; the package has no compiled code. Default: Architecture.ARM_64.

        Raises InvalidRequest, UsageError or TypeError, with the construct's path, for an instance or a name
        that is malformed, and UsageError if the package lacks its artefact, as a clone does before
        `make package`.
        """
        super().__init__(scope, construct_id)
        with located(self.node.path):
            self._permissions = permissions = Permissions.of(self, instances)
            function_name = check_name(name) if name else _name_of(self)
            artefact = artefacts.function()
        self._log_group = LogGroup(
            self,
            "LogGroup",
            log_group_name=f"/connect-user-config/{function_name}",
            retention=log_retention,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self._role = self._make_role(permissions, function_name)
        self._function = Function(
            self,
            "Function",
            function_name=function_name,
            description="connect-user-config - owns declared settings of Amazon Connect agents",
            runtime=Runtime.PYTHON_3_12,
            handler=_HANDLER,
            code=Code.from_asset(in_assembly(self, artefact)),
            architecture=architecture or Architecture.ARM_64,
            role=self._role,
            memory_size=memory_size,
            # As in deploy/custom-resource.yml, which says why.
            timeout=Duration.seconds(600),
            retry_attempts=2,
            max_event_age=Duration.hours(1),
            log_group=self._log_group,
        )
        self._service_token = self._function.function_arn
        acknowledge(self._function, {"AwsSolutions-L1": _RUNTIME})
        # The CDK lets every function depend on its role, to which it refers anyway.
        keep_from_lint(self._function, "W3005")
        if name:
            CfnOutput(self, "ServiceToken", value=self.service_token, export_name=export_of(name))

    @staticmethod
    def from_service_token(service_token: str) -> InstalledProvider:
        """Return a function that is deployed already, by its ARN; a token may stand for it."""
        return InstalledProvider(service_token)

    @staticmethod
    def from_installation(name: str = DEFAULT_NAME) -> InstalledProvider:
        """Return the function that the command line, or a construct with that `name`, has deployed.

        The stack imports its export, so that CloudFormation keeps the function as long as the stack lives.
        """
        return InstalledProvider(Fn.import_value(export_of(check_name(name))))

    @property
    def type_name(self) -> str:
        """The type of the resources."""
        return DOCUMENTED

    @property
    def service_token(self) -> str:
        """The ARN of the function."""
        return self._service_token

    @property
    def ready(self) -> IConstruct | None:
        """None: a resource refers to the function, and the function to all that it needs."""
        return None

    def reaches(self, instance: str) -> bool:
        """Tell whether the instance, an id or an ARN, is one of those given; true if that is not known."""
        return self._permissions.reach(instance)

    @property
    def function(self) -> Function:
        """The function, for alarms and further settings."""
        return self._function

    @property
    def role(self) -> Role:
        """The role of the function."""
        return self._role

    @property
    def log_group(self) -> LogGroup:
        """Where the function logs."""
        return self._log_group

    def _make_role(self, permissions: Permissions, function_name: str) -> Role:
        own_log = PolicyStatement(
            sid="OwnLog",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[self._log_group.log_group_arn],
        )
        # By name: a reference to the function would be one in a circle.
        own_arn = Stack.of(self).format_arn(
            service="lambda",
            resource="function",
            resource_name=function_name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        again = PolicyStatement(
            sid="OwnNextInvocation", actions=["lambda:InvokeFunction"], resources=[own_arn]
        )
        role = Role(
            self,
            "Role",
            assumed_by=ServicePrincipal("lambda.amazonaws.com"),
            description="What the function that configures Amazon Connect agents may do",
            inline_policies={"agent-settings": permissions.document(own_log, again)},
        )
        keep_from_lint(role, ACTIONS_UNKNOWN)
        acknowledge(role, dict.fromkeys(wildcards(self, permissions.wildcards), AGENTS_COME_AND_GO))
        return role


def _name_of(construct: IConstruct) -> str:
    return Names.unique_resource_name(construct, max_length=_LONGEST_NAME, separator="-")
