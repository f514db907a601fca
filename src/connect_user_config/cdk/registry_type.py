"""The registered type as a source of resources, and its registration."""

from collections.abc import Sequence
from typing import Final

from aws_cdk import (
    CfnDeletionPolicy,
    CfnResourceDefaultVersion,
    CfnResourceVersion,
    Duration,
    RemovalPolicy,
    Stack,
)
from aws_cdk.aws_connect import CfnInstance
from aws_cdk.aws_iam import PolicyDocument, PolicyStatement, Role, ServicePrincipal
from aws_cdk.aws_logs import LogGroup, RetentionDays
from aws_cdk.aws_s3_assets import Asset
from constructs import Construct, IConstruct

from connect_user_config.install import artefacts
from connect_user_config.names import check_type_name, hyphenated

from .acknowledgments import ACTIONS_UNKNOWN, acknowledge, keep_from_lint, wildcards
from .artefact_asset import in_assembly
from .located import located
from .permissions import AGENTS_COME_AND_GO, EVERY_INSTANCE, Permissions

_REGISTRY: Final = "resources.cloudformation.amazonaws.com"
_AGENTS: Final = (
    "agents come and go every day; every other part of the ARN is as narrow as the instances given"
)
_LOGS: Final = (
    "CloudFormation looks for the group by itself; metrics have no ARN, so the namespace limits them"
)


class RegistryType:
    """A type that is registered in the account and region already, by its name."""

    def __init__(self, type_name: str) -> None:
        """Name the type: Organisation::Service::Type. Raises UsageError for a name that no type can have."""
        self._type_name = check_type_name(type_name)

    @property
    def type_name(self) -> str:
        """The name of the type."""
        return self._type_name

    @property
    def service_token(self) -> str | None:
        """None: a registered type has no function of ours."""
        return None

    @property
    def ready(self) -> IConstruct | None:
        """None: the type is there."""
        return None

    def reaches(self, instance: str) -> bool:  # noqa: ARG002 - whoever installed it knows
        """True: what it may reach is not known here."""
        return True


class RegistryTypeVersion(Construct):
    """Registers the resource type from the artefact of the installed package, under an organisation's name.

    Another release of the package is another version, and becomes the default. Versions of before stay,
    because operations that began with them go on; CloudFormation refuses to delete the stack while one of
    them is live (`guide/rolling-out.md`). Register the type once an account and region.
    """

    EVERY_INSTANCE: Final = EVERY_INSTANCE

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        type_name: str,
        instances: Sequence[str | CfnInstance],
        log_group_name: str | None = None,
        log_retention: RetentionDays = RetentionDays.THREE_MONTHS,
    ) -> None:
        """Register the type.

        type_name: Organisation::Service::Type, such as Acme::Connect::UserConfig. Another name is another
        type.
        instances: the Connect instances, ids or ARNs, whose agents the handlers may configure, or
            `EVERY_INSTANCE`.
        log_group_name: a log group to make for the handlers' log. Default: no log, and no role that writes
        one.
        log_retention: how long the log is kept. Default: three months.

        Raises UsageError for a name that the registry would refuse, or if the package lacks its artefact;
        UsageError, InvalidRequest or TypeError for a malformed instance. All name the construct's path.
        """
        super().__init__(scope, construct_id)
        with located(self.node.path):
            self._type_name = check_type_name(type_name)
            self._permissions = permissions = Permissions.of(self, instances)
            found = artefacts.registry(self._type_name)
        self._role = self._execution_role(permissions)
        artefact = Asset(self, "Artefact", path=in_assembly(self, found))
        self._version = CfnResourceVersion(
            self,
            "Version",
            type_name=self._type_name,
            schema_handler_package=artefact.s3_object_url,
            execution_role_arn=self._role.role_arn,
            logging_config=self._logging(log_group_name, log_retention),
        )
        self._version.cfn_options.deletion_policy = CfnDeletionPolicy.DELETE
        # An operation that began with it may run for hours more, and a rollback goes back to it.
        self._version.cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN
        self._default = CfnResourceDefaultVersion(self, "DefaultVersion", type_version_arn=self._version.ref)

    @property
    def type_name(self) -> str:
        """The name of the type."""
        return self._type_name

    @property
    def service_token(self) -> str | None:
        """None: a registered type has no function of ours."""
        return None

    @property
    def ready(self) -> IConstruct | None:
        """The default version: without it, CloudFormation does not know the type."""
        return self._default

    def reaches(self, instance: str) -> bool:
        """Tell whether the instance, an id or an ARN, is one of those given; true if that is not known."""
        return self._permissions.reach(instance)

    @property
    def role(self) -> Role:
        """The role that CloudFormation assumes for the handlers."""
        return self._role

    @property
    def version(self) -> CfnResourceVersion:
        """The version of the type: the escape hatch."""
        return self._version

    def _execution_role(self, permissions: Permissions) -> Role:
        stack = Stack.of(self)
        of_the_type = stack.format_arn(
            service="cloudformation",
            resource="type/resource",
            resource_name=f"{hyphenated(self._type_name)}/*",
        )
        role = Role(
            self,
            "ExecutionRole",
            description=f"What the handlers of {self._type_name} may do",
            assumed_by=ServicePrincipal(
                _REGISTRY,
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "StringLike": {"aws:SourceArn": of_the_type},
                },
            ),
            # As in deploy/registry.yml: the longest operation must not outlive its credentials.
            max_session_duration=Duration.seconds(16_800),
            inline_policies={"agent-settings": permissions.document()},
        )
        keep_from_lint(role, ACTIONS_UNKNOWN)
        acknowledge(role, dict.fromkeys(wildcards(self, permissions.wildcards), AGENTS_COME_AND_GO))
        return role

    def _logging(
        self, name: str | None, retention: RetentionDays
    ) -> CfnResourceVersion.LoggingConfigProperty | None:
        if name is None:
            return None
        group = LogGroup(
            self, "LogGroup", log_group_name=name, retention=retention, removal_policy=RemovalPolicy.DESTROY
        )
        role = Role(
            self,
            "LogRole",
            description=f"What writing log and metrics of the handlers of {self._type_name} needs",
            # No condition on the source: with one, the log is not delivered (deploy/registry.yml).
            assumed_by=ServicePrincipal(_REGISTRY),
            max_session_duration=Duration.hours(12),
            inline_policies={"log-and-metrics": self._log_policy(name)},
        )
        found = wildcards(self, [*self._log_arns(name)[1:], "*"])
        acknowledge(role, dict.fromkeys(found, _LOGS))
        return CfnResourceVersion.LoggingConfigProperty(
            log_group_name=group.log_group_name, log_role_arn=role.role_arn
        )

    def _log_arns(self, name: str) -> list[str]:
        stack = Stack.of(self)
        arn = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:{name}"
        return [arn, f"{arn}:*"]

    def _log_policy(self, name: str) -> PolicyDocument:
        actions = ("CreateLogGroup", "CreateLogStream", "DescribeLogStreams", "PutLogEvents")
        own_log = PolicyStatement(
            sid="OwnLog", actions=[f"logs:{action}" for action in actions], resources=self._log_arns(name)
        )
        group = PolicyStatement(sid="FindTheGroup", actions=["logs:DescribeLogGroups"], resources=["*"])
        namespace = f"AWS/CloudFormation/{self._type_name.replace('::', '/')}"
        metrics = PolicyStatement(
            sid="OwnMetrics",
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": namespace}},
        )
        return PolicyDocument(statements=[own_log, group, metrics])
