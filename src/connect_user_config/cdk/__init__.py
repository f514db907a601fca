"""Constructs of the AWS CDK for agents' settings: for one agent (`UserConfig`) and for a fleet
(`UserConfigs`).

Needs the extra `cdk`. Nothing else of the package imports it.
"""

from connect_user_config.declaring.examining import InvalidUserConfig
from connect_user_config.declaring.profile import Profile
from connect_user_config.declaring.settings import AfterContactWork, AutoAccept, Phone, VoiceEnhancement

from .cfn_user_config import CfnUserConfig
from .provider import UserConfigProvider
from .user_config import IUserConfigSource, UserConfig

__all__ = [
    "AfterContactWork",
    "AutoAccept",
    "CfnUserConfig",
    "IUserConfigSource",
    "InvalidUserConfig",
    "Phone",
    "Profile",
    "UserConfig",
    "UserConfigProvider",
    "VoiceEnhancement",
]
