"""The L1 construct of the resource type, and its structs.

Written by `make generate` from the schema: do not edit it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import CfnResource, IResolvable
from constructs import Construct

from .wire import to_wire


@dataclass(frozen=True, kw_only=True)
class AutoAcceptConfig:
    """Whether the user is connected at once to contacts of one channel. Declare each channel at
    most once.
    """

    channel: str
    """A channel over which contacts reach the user. VOICE or CHAT or TASK or EMAIL."""
    auto_accept: bool | IResolvable
    """True: a contact of this channel is connected without the user accepting it first. False:
    the user accepts each one.
    """
    agent_first_callback_auto_accept: bool | IResolvable | None = None
    """The same choice for agent-first callbacks. VOICE only."""


@dataclass(frozen=True, kw_only=True)
class AfterContactWorkConfig:
    """How long the user may work on a contact after it has ended."""

    after_contact_work_time_limit: float
    """Whole seconds from 1 to 2000000, or 0 for no limit: the user ends the work. Connect ends
    the work on a CHAT contact after 5400 seconds even when a longer limit is set.
    """


@dataclass(frozen=True, kw_only=True)
class AfterContactWorkConfigPerChannel:
    """The limit on after-contact work for one channel. Declare each channel at most once."""

    channel: str
    """A channel over which contacts reach the user. VOICE or CHAT or TASK or EMAIL."""
    after_contact_work_config: AfterContactWorkConfig | IResolvable
    """How long the user may work on a contact after it has ended."""
    agent_first_callback_after_contact_work_config: AfterContactWorkConfig | IResolvable | None = None
    """How long the user may work on a contact after it has ended."""


@dataclass(frozen=True, kw_only=True)
class PhoneNumberConfig:
    """The phone on which the user takes calls."""

    channel: str
    """The only channel that has this setting. VOICE."""
    phone_type: str
    """SOFT_PHONE: the user talks through the browser or the Connect softphone. DESK_PHONE:
    Connect calls PhoneNumber.
    """
    phone_number: str | None = None
    """The number of the desk phone in E.164 form: a plus sign, the country code and the
    subscriber number, 15 digits at most. Required for DESK_PHONE.
    """


@dataclass(frozen=True, kw_only=True)
class PersistentConnectionConfig:
    """Whether the line to the user stays open between calls."""

    channel: str
    """The only channel that has this setting. VOICE."""
    persistent_connection: bool | IResolvable
    """True: the line is kept after a call, so that the next call connects sooner. False: each
    call opens its own.
    """


@dataclass(frozen=True, kw_only=True)
class VoiceEnhancementConfig:
    """How the audio that the user sends is cleaned up."""

    channel: str
    """The only channel that has this setting. VOICE."""
    voice_enhancement_mode: str
    """VOICE_ISOLATION keeps only the nearest voice, NOISE_SUPPRESSION dampens background noise,
    NONE leaves the audio as it is.
    """


class CfnUserConfig(CfnResource):
    """Owns chosen settings (auto-accept, after-contact work, phone, persistent connection, voice
    enhancement) of an Amazon Connect user that is created and deleted elsewhere. Settings that a
    template does not declare stay untouched; settings that it stops declaring get back the value
    they had before. In a template write the name under which the type is registered in your
    account, such as Acme::Connect::UserConfig; the custom resource takes the same properties, and a
    ServiceToken besides. The guide (guide/properties.md) has an example of each.

    Nothing is checked: `UserConfig` does that.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        type_name: str,
        service_token: str | None = None,
        instance_id: str,
        user_id: str,
        auto_accept_configs: Sequence[AutoAcceptConfig | Mapping[str, object] | IResolvable]
        | IResolvable
        | None = None,
        after_contact_work_configs: Sequence[
            AfterContactWorkConfigPerChannel | Mapping[str, object] | IResolvable
        ]
        | IResolvable
        | None = None,
        phone_number_configs: Sequence[PhoneNumberConfig | Mapping[str, object] | IResolvable]
        | IResolvable
        | None = None,
        persistent_connection_configs: Sequence[
            PersistentConnectionConfig | Mapping[str, object] | IResolvable
        ]
        | IResolvable
        | None = None,
        voice_enhancement_configs: Sequence[VoiceEnhancementConfig | Mapping[str, object] | IResolvable]
        | IResolvable
        | None = None,
    ) -> None:
        """Declare the settings of one user.

        type_name: the name under which the type is registered, or ``Custom::ConnectUserConfig``.
        service_token: the ARN of the function behind the custom resource; None for a registered type.
        instance_id: The Connect instance that the user belongs to: its id, or its ARN. Returned as
            it was given. Example: `10000000-0000-4000-8000-000000000001`
        user_id: The user whose settings are declared: its id, or its ARN. An ARN must name the same
            instance as InstanceId. Returned as it was given. Example:
            `20000000-0000-4000-8000-000000000001`
        auto_accept_configs: Auto-accept, one entry a channel. Example: `[{ Channel: VOICE,
            AutoAccept: true }]`
        after_contact_work_configs: Limits on after-contact work, one entry a channel. Example: `[{
            Channel: VOICE, AfterContactWorkConfig: { AfterContactWorkTimeLimit: 30 } }]`
        phone_number_configs: Phone type and number. One entry, for VOICE. Example: `[{ Channel:
            VOICE, PhoneType: SOFT_PHONE }]`
        persistent_connection_configs: Persistent connection. One entry, for VOICE. Example: `[{
            Channel: VOICE, PersistentConnection: true }]`
        voice_enhancement_configs: Voice enhancement. One entry, for VOICE. Example: `[{ Channel:
            VOICE, VoiceEnhancementMode: NOISE_SUPPRESSION }]`
        """
        properties = {
            "ServiceToken": service_token,
            "InstanceId": instance_id,
            "UserId": user_id,
            "AutoAcceptConfigs": auto_accept_configs,
            "AfterContactWorkConfigs": after_contact_work_configs,
            "PhoneNumberConfigs": phone_number_configs,
            "PersistentConnectionConfigs": persistent_connection_configs,
            "VoiceEnhancementConfigs": voice_enhancement_configs,
        }
        super().__init__(scope, construct_id, type=type_name, properties=to_wire(properties))

    @property
    def attr_user_arn(self) -> str:
        """The ARN of the user."""
        return self.get_att("UserArn").to_string()
