# DO NOT modify this file by hand, changes will be overwritten
from dataclasses import dataclass

from cloudformation_cli_python_lib.interface import (
    BaseModel,
    BaseResourceHandlerRequest,
)
from cloudformation_cli_python_lib.recast import recast_object
from cloudformation_cli_python_lib.utils import deserialize_list

import sys
from inspect import getmembers, isclass
from typing import (
    AbstractSet,
    Any,
    Generic,
    Mapping,
    MutableMapping,
    Optional,
    Sequence,
    Type,
    TypeVar,
)

T = TypeVar("T")


def set_or_none(value: Optional[Sequence[T]]) -> Optional[AbstractSet[T]]:
    if value:
        return set(value)
    return None


@dataclass
class ResourceHandlerRequest(BaseResourceHandlerRequest):
    # pylint: disable=invalid-name
    desiredResourceState: Optional["ResourceModel"]
    previousResourceState: Optional["ResourceModel"]
    typeConfiguration: Optional["TypeConfigurationModel"]


@dataclass
class ResourceModel(BaseModel):
    InstanceId: Optional[str]
    UserId: Optional[str]
    UserArn: Optional[str]
    AutoAcceptConfigs: Optional[Sequence["_AutoAcceptConfig"]]
    AfterContactWorkConfigs: Optional[Sequence["_AfterContactWorkConfigPerChannel"]]
    PhoneNumberConfigs: Optional[Sequence["_PhoneNumberConfig"]]
    PersistentConnectionConfigs: Optional[Sequence["_PersistentConnectionConfig"]]
    VoiceEnhancementConfigs: Optional[Sequence["_VoiceEnhancementConfig"]]

    @classmethod
    def _deserialize(
        cls: Type["_ResourceModel"],
        json_data: Optional[Mapping[str, Any]],
    ) -> Optional["_ResourceModel"]:
        if not json_data:
            return None
        dataclasses = {n: o for n, o in getmembers(sys.modules[__name__]) if isclass(o)}
        recast_object(cls, json_data, dataclasses)
        return cls(
            InstanceId=json_data.get("InstanceId"),
            UserId=json_data.get("UserId"),
            UserArn=json_data.get("UserArn"),
            AutoAcceptConfigs=deserialize_list(json_data.get("AutoAcceptConfigs"), AutoAcceptConfig),
            AfterContactWorkConfigs=deserialize_list(json_data.get("AfterContactWorkConfigs"), AfterContactWorkConfigPerChannel),
            PhoneNumberConfigs=deserialize_list(json_data.get("PhoneNumberConfigs"), PhoneNumberConfig),
            PersistentConnectionConfigs=deserialize_list(json_data.get("PersistentConnectionConfigs"), PersistentConnectionConfig),
            VoiceEnhancementConfigs=deserialize_list(json_data.get("VoiceEnhancementConfigs"), VoiceEnhancementConfig),
        )


# work around possible type aliasing issues when variable has same name as a model
_ResourceModel = ResourceModel


@dataclass
class AutoAcceptConfig(BaseModel):
    Channel: Optional[str]
    AutoAccept: Optional[bool]
    AgentFirstCallbackAutoAccept: Optional[bool]

    @classmethod
    def _deserialize(
        cls: Type["_AutoAcceptConfig"],
        json_data: Optional[Mapping[str, Any]],
    ) -> Optional["_AutoAcceptConfig"]:
        if not json_data:
            return None
        return cls(
            Channel=json_data.get("Channel"),
            AutoAccept=json_data.get("AutoAccept"),
            AgentFirstCallbackAutoAccept=json_data.get("AgentFirstCallbackAutoAccept"),
        )


# work around possible type aliasing issues when variable has same name as a model
_AutoAcceptConfig = AutoAcceptConfig


@dataclass
class VoiceAutoAcceptConfig(BaseModel):
    Channel: Optional[str]
    AutoAccept: Optional[bool]
    AgentFirstCallbackAutoAccept: Optional[bool]

    @classmethod
    def _deserialize(
        cls: Type["_VoiceAutoAcceptConfig"],
        json_data: Optional[Mapping[str, Any]],
    ) -> Optional["_VoiceAutoAcceptConfig"]:
        if not json_data:
            return None
        return cls(
            Channel=json_data.get("Channel"),
            AutoAccept=json_data.get("AutoAccept"),
            AgentFirstCallbackAutoAccept=json_data.get("AgentFirstCallbackAutoAccept"),
        )


# work around possible type aliasing issues when variable has same name as a model
_VoiceAutoAcceptConfig = VoiceAutoAcceptConfig


@dataclass
class AutoAcceptConfigWithoutCallback(BaseModel):
    Channel: Optional[str]
    AutoAccept: Optional[bool]

    @classmethod
    def _deserialize(
        cls: Type["_AutoAcceptConfigWithoutCallback"],
        json_data: Optional[Mapping[str, Any]],
    ) -> Optional["_AutoAcceptConfigWithoutCallback"]:
        if not json_data:
            return None
        return cls(
            Channel=json_data.get("Channel"),
            AutoAccept=json_data.get("AutoAccept"),
        )


# work around possible type aliasing issues when variable has same name as a model
_AutoAcceptConfigWithoutCallback = AutoAcceptConfigWithoutCallback


@dataclass
class AfterContactWorkConfigPerChannel(BaseModel):
    Channel: Optional[str]
    AfterContactWorkConfig: Optional["_AfterContactWorkConfig"]
    AgentFirstCallbackAfterContactWorkConfig: Optional["_AfterContactWorkConfig"]

    @classmethod
    def _deserialize(
        cls: Type["_AfterContactWorkConfigPerChannel"],
        json_data: Optional[Mapping[str, Any]],
    ) -> Optional["_AfterContactWorkConfigPerChannel"]:
        if not json_data:
            return None
        return cls(
            Channel=json_data.get("Channel"),
            AfterContactWorkConfig=AfterContactWorkConfig._deserialize(json_data.get("AfterContactWorkConfig")),
            AgentFirstCallbackAfterContactWorkConfig=AfterContactWorkConfig._deserialize(json_data.get("AgentFirstCallbackAfterContactWorkConfig")),
        )


# work around possible type aliasing issues when variable has same name as a model
_AfterContactWorkConfigPerChannel = AfterContactWorkConfigPerChannel


@dataclass
class VoiceAfterContactWorkConfigPerChannel(BaseModel):
    Channel: Optional[str]
    AfterContactWorkConfig: Optional["_AfterContactWorkConfig"]
    AgentFirstCallbackAfterContactWorkConfig: Optional["_AfterContactWorkConfig"]

    @classmethod
    def _deserialize(
        cls: Type["_VoiceAfterContactWorkConfigPerChannel"],
        json_data: Optional[Mapping[str, Any]],
    ) -> Optional["_VoiceAfterContactWorkConfigPerChannel"]:
        if not json_data:
            return None
        return cls(
            Channel=json_data.get("Channel"),
            AfterContactWorkConfig=AfterContactWorkConfig._deserialize(json_data.get("AfterContactWorkConfig")),
            AgentFirstCallbackAfterContactWorkConfig=AfterContactWorkConfig._deserialize(json_data.get("AgentFirstCallbackAfterContactWorkConfig")),
        )


# work around possible type aliasing issues when variable has same name as a model
_VoiceAfterContactWorkConfigPerChannel = VoiceAfterContactWorkConfigPerChannel


@dataclass
class AfterContactWorkConfig(BaseModel):
    AfterContactWorkTimeLimit: Optional[int]

    @classmethod
    def _deserialize(
        cls: Type["_AfterContactWorkConfig"],
        json_data: Optional[Mapping[str, Any]],
    ) -> Optional["_AfterContactWorkConfig"]:
        if not json_data:
            return None
        return cls(
            AfterContactWorkTimeLimit=json_data.get("AfterContactWorkTimeLimit"),
        )


# work around possible type aliasing issues when variable has same name as a model
_AfterContactWorkConfig = AfterContactWorkConfig


@dataclass
class AfterContactWorkConfigWithoutCallback(BaseModel):
    Channel: Optional[str]
    AfterContactWorkConfig: Optional["_AfterContactWorkConfig"]

    @classmethod
    def _deserialize(
        cls: Type["_AfterContactWorkConfigWithoutCallback"],
        json_data: Optional[Mapping[str, Any]],
    ) -> Optional["_AfterContactWorkConfigWithoutCallback"]:
        if not json_data:
            return None
        return cls(
            Channel=json_data.get("Channel"),
            AfterContactWorkConfig=AfterContactWorkConfig._deserialize(json_data.get("AfterContactWorkConfig")),
        )


# work around possible type aliasing issues when variable has same name as a model
_AfterContactWorkConfigWithoutCallback = AfterContactWorkConfigWithoutCallback


@dataclass
class PhoneNumberConfig(BaseModel):
    Channel: Optional[str]
    PhoneType: Optional[str]
    PhoneNumber: Optional[str]

    @classmethod
    def _deserialize(
        cls: Type["_PhoneNumberConfig"],
        json_data: Optional[Mapping[str, Any]],
    ) -> Optional["_PhoneNumberConfig"]:
        if not json_data:
            return None
        return cls(
            Channel=json_data.get("Channel"),
            PhoneType=json_data.get("PhoneType"),
            PhoneNumber=json_data.get("PhoneNumber"),
        )


# work around possible type aliasing issues when variable has same name as a model
_PhoneNumberConfig = PhoneNumberConfig


@dataclass
class SoftPhoneConfig(BaseModel):
    Channel: Optional[str]
    PhoneType: Optional[str]
    PhoneNumber: Optional[str]

    @classmethod
    def _deserialize(
        cls: Type["_SoftPhoneConfig"],
        json_data: Optional[Mapping[str, Any]],
    ) -> Optional["_SoftPhoneConfig"]:
        if not json_data:
            return None
        return cls(
            Channel=json_data.get("Channel"),
            PhoneType=json_data.get("PhoneType"),
            PhoneNumber=json_data.get("PhoneNumber"),
        )


# work around possible type aliasing issues when variable has same name as a model
_SoftPhoneConfig = SoftPhoneConfig


@dataclass
class PersistentConnectionConfig(BaseModel):
    Channel: Optional[str]
    PersistentConnection: Optional[bool]

    @classmethod
    def _deserialize(
        cls: Type["_PersistentConnectionConfig"],
        json_data: Optional[Mapping[str, Any]],
    ) -> Optional["_PersistentConnectionConfig"]:
        if not json_data:
            return None
        return cls(
            Channel=json_data.get("Channel"),
            PersistentConnection=json_data.get("PersistentConnection"),
        )


# work around possible type aliasing issues when variable has same name as a model
_PersistentConnectionConfig = PersistentConnectionConfig


@dataclass
class VoiceEnhancementConfig(BaseModel):
    Channel: Optional[str]
    VoiceEnhancementMode: Optional[str]

    @classmethod
    def _deserialize(
        cls: Type["_VoiceEnhancementConfig"],
        json_data: Optional[Mapping[str, Any]],
    ) -> Optional["_VoiceEnhancementConfig"]:
        if not json_data:
            return None
        return cls(
            Channel=json_data.get("Channel"),
            VoiceEnhancementMode=json_data.get("VoiceEnhancementMode"),
        )


# work around possible type aliasing issues when variable has same name as a model
_VoiceEnhancementConfig = VoiceEnhancementConfig


@dataclass
class TypeConfigurationModel(BaseModel):

    @classmethod
    def _deserialize(
        cls: Type["_TypeConfigurationModel"],
        json_data: Optional[Mapping[str, Any]],
    ) -> Optional["_TypeConfigurationModel"]:
        if not json_data:
            return None
        return cls(
        )


# work around possible type aliasing issues when variable has same name as a model
_TypeConfigurationModel = TypeConfigurationModel


