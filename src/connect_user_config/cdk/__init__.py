"""Constructs of the AWS CDK for agents' settings: for one agent (`UserConfig`) and for a fleet
(`UserConfigs`).

Needs the extra `cdk`. Nothing else of the package imports it.
"""

from connect_user_config.declaring.agent import Agent
from connect_user_config.declaring.examining import InvalidUserConfig
from connect_user_config.declaring.pins import PinError
from connect_user_config.declaring.profile import Profile
from connect_user_config.declaring.roster import RosterError
from connect_user_config.declaring.settings import AfterContactWork, AutoAccept, Phone, VoiceEnhancement

from .cfn_user_config import CfnUserConfig
from .provider import UserConfigProvider
from .registry_type import RegistryType, RegistryTypeVersion
from .user_config import IUserConfigSource, UserConfig
from .user_configs import UserConfigs

__all__ = [
    "AfterContactWork",
    "Agent",
    "AutoAccept",
    "CfnUserConfig",
    "IUserConfigSource",
    "InvalidUserConfig",
    "Phone",
    "PinError",
    "Profile",
    "RegistryType",
    "RegistryTypeVersion",
    "RosterError",
    "UserConfig",
    "UserConfigProvider",
    "UserConfigs",
    "VoiceEnhancement",
]
