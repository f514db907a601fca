"""The L2 construct: chosen settings of one agent."""

from collections.abc import Sequence
from typing import Final, Protocol, TypeGuard

from aws_cdk import Annotations, RemovalPolicy
from aws_cdk.aws_connect import CfnInstance, CfnUser
from constructs import Construct, IConstruct

from connect_user_config.declaring.examining import examined
from connect_user_config.declaring.profile import Profile
from connect_user_config.declaring.settings import (
    AfterContactWork,
    AutoAccept,
    Boolean,
    Phone,
    VoiceEnhancement,
)
from custom_connect_userconfig.core.arrays import (
    AFTER_CONTACT_WORK,
    AUTO_ACCEPT,
    PERSISTENT_CONNECTION,
    PHONE,
    VOICE_ENHANCEMENT,
)
from custom_connect_userconfig.core.declaration import INSTANCE_ID, USER_ID
from custom_connect_userconfig.core.identifiers import Environment
from custom_connect_userconfig.core.redaction import shown

from .agents_of_app import AgentsOfStack
from .cfn_user_config import CfnUserConfig
from .located import located


class IUserConfigSource(Protocol):
    """What serves the resources: a function (`UserConfigProvider`) or a registered type (`RegistryType`)."""

    @property
    def type_name(self) -> str:
        """The type of the resources."""
        ...

    @property
    def service_token(self) -> str | None:
        """The ARN of the function; None for a registered type."""
        ...

    @property
    def ready(self) -> IConstruct | None:
        """What must be deployed before the first resource, and is not referred to by its properties."""
        ...

    def reaches(self, instance: str) -> bool:
        """Tell whether it may configure the agents of an instance, an id or ARN; true if not known."""
        ...


_OF_SOURCES: Final = ("type_name", "service_token", "ready", "reaches")


class UserConfig(Construct):
    """Owns chosen settings of an Amazon Connect agent that is created and deleted elsewhere.

    What is not declared keeps its value. What is no longer declared, in an update or because the construct is
    removed, gets back the value that it had before. One construct declares all settings of an agent: a second
    one for the same agent, in whatever stack, is refused.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        provider: IUserConfigSource,
        instance: str | CfnInstance,
        user: str | CfnUser,
        profile: Profile | None = None,
        auto_accept: Sequence[AutoAccept] | None = None,
        after_contact_work: Sequence[AfterContactWork] | None = None,
        phone: Phone | None = None,
        persistent_connection: Boolean | None = None,
        voice_enhancement: VoiceEnhancement | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        """Declare settings of one agent; at least one of them.

        provider: what serves the resource. It cannot change as long as the resource lives.
        instance: the Connect instance of the agent, by id or ARN. Another one is another resource.
        user: the agent, by id or ARN; no user name. Another one is another resource.
        profile: settings that other agents share. Those below override it, channel by channel.
        auto_accept: whether contacts are accepted at once, one entry a channel. Default: not declared.
        after_contact_work: limits on after-contact work, one entry a channel, 1 to 2,000,000 whole seconds or
            `AfterContactWork.UNLIMITED`. Default: not declared.
        phone: softphone, or desk phone with its number. Default: not declared.
        persistent_connection: whether the line stays open between calls. Default: not declared.
        voice_enhancement: how the agent's audio is cleaned up. Default: not declared.
        removal_policy: see `apply_removal_policy`. Default: RemovalPolicy.DESTROY.

        Every value may be a token. Raises InvalidUserConfig, with the construct's path and every problem, if
        what is known of the values is wrong, and TypeError, with the path, for one of another class.
        """
        agents = AgentsOfStack.at(scope)
        path = f"{agents.path}/{construct_id}"
        with located(path):
            _check_source(provider)
            declared = Profile(
                auto_accept=auto_accept,
                after_contact_work=after_contact_work,
                phone=phone,
                persistent_connection=persistent_connection,
                voice_enhancement=voice_enhancement,
            ).over(profile)
        # None, which a missing context value is, is left to the check: it says what is required.
        instance_id = instance.attr_arn if isinstance(instance, CfnInstance) else instance
        user_id = user.attr_user_arn if isinstance(user, CfnUser) else user
        properties = {INSTANCE_ID: instance_id, USER_ID: user_id, **declared.properties}
        found = examined(
            properties,
            path,
            Environment(),
            resolves_secrets=provider.service_token is None,
        )
        super().__init__(scope, construct_id)
        self._resource = CfnUserConfig(
            self,
            "Resource",
            type_name=provider.type_name,
            service_token=provider.service_token,
            instance_id=instance_id,
            user_id=user_id,
            auto_accept_configs=declared.properties.get(AUTO_ACCEPT.name),
            after_contact_work_configs=declared.properties.get(AFTER_CONTACT_WORK.name),
            phone_number_configs=declared.properties.get(PHONE.name),
            persistent_connection_configs=declared.properties.get(PERSISTENT_CONNECTION.name),
            voice_enhancement_configs=declared.properties.get(VOICE_ENHANCEMENT.name),
        )
        for warning in found.warnings:
            Annotations.of(self).add_warning_v2(f"@connect-user-config:{warning.rule.name}", warning.message)
        if not provider.reaches(instance_id):
            said = f"{INSTANCE_ID}: the provider may not configure agents of this instance: name it there too"
            Annotations.of(self).add_warning_v2("@connect-user-config:instance-out-of-reach", said)
        if provider.ready is not None:
            self._resource.node.add_dependency(provider.ready)
        if removal_policy is not None:
            self.apply_removal_policy(removal_policy)
        agents.add(self, construct_id, properties)

    @property
    def resource(self) -> CfnUserConfig:
        """The resource in the template: the escape hatch."""
        return self._resource

    @property
    def user_arn(self) -> str:
        """The ARN of the agent, as an attribute of the resource."""
        return self._resource.attr_user_arn

    def apply_removal_policy(self, policy: RemovalPolicy) -> None:
        """Say what happens to the agent when the resource is removed.

        DESTROY, the default, gives back the settings that the agent had before. RETAIN leaves the agent's
        settings, and also the record of who owns them: nobody else can declare them, until the same stack
        declares them again or somebody removes the agent's tags.
        """
        self._resource.apply_removal_policy(policy)

    @staticmethod
    def is_user_config(value: object) -> "TypeGuard[UserConfig]":
        """Tell whether `value`, such as a child of a construct, is one."""
        return isinstance(value, UserConfig)


def _check_source(provider: object) -> None:
    if not all(hasattr(provider, name) for name in _OF_SOURCES):
        advice = "pass a UserConfigProvider, what its from_… methods return, or a RegistryType"
        raise TypeError(f"provider: {shown(provider)} serves no resources: {advice}")
