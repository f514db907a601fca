"""The generated L1 construct: every member of the schema, typed, under the name of a type."""

import json
import re
from dataclasses import fields, is_dataclass
from typing import Any

import jsii
from aws_cdk import CfnParameter, IStableAnyProducer, Lazy
from aws_cdk.aws_sns import Topic

from connect_user_config.cdk import CfnUserConfig, cfn_user_config
from connect_user_config.cdk.cfn_user_config import (
    AfterContactWorkConfig,
    AfterContactWorkConfigPerChannel,
    AutoAcceptConfig,
    PersistentConnectionConfig,
    PhoneNumberConfig,
    VoiceEnhancementConfig,
)
from support.synthesis import ADA, INSTANCE, ROOT, TOKEN, new_stack, only, resources


@jsii.implements(IStableAnyProducer)
class Produced:
    """A value that is made at synthesis."""

    def produce(self) -> Any:
        return [{"Channel": "TASK", "AutoAccept": True}]


SCHEMA: dict[str, Any] = json.loads((ROOT / "schema" / "custom-connect-userconfig.json").read_text("utf-8"))


def test_every_struct_has_the_members_of_its_definition() -> None:
    structs = {name: each for name, each in vars(cfn_user_config).items() if is_dataclass(each)}
    assert len(structs) == 6
    for name, struct in structs.items():
        members = {
            re.sub("(?<=[a-z])(?=[A-Z])", "_", each).lower()
            for each in SCHEMA["definitions"][name]["properties"]
        }
        assert {each.name for each in fields(struct)} == members


def test_structs_are_written_as_templates_write_them() -> None:
    stack = new_stack()
    seconds = CfnParameter(stack, "Seconds", type="Number").value_as_number
    config = CfnUserConfig(
        stack,
        "Ada",
        type_name="Custom::ConnectUserConfig",
        service_token=TOKEN,
        instance_id=INSTANCE,
        user_id=ADA,
        auto_accept_configs=[
            AutoAcceptConfig(channel="VOICE", auto_accept=True, agent_first_callback_auto_accept=False)
        ],
        after_contact_work_configs=[
            AfterContactWorkConfigPerChannel(
                channel="CHAT",
                after_contact_work_config=AfterContactWorkConfig(after_contact_work_time_limit=seconds),
            )
        ],
        phone_number_configs=[PhoneNumberConfig(channel="VOICE", phone_type="SOFT_PHONE")],
        persistent_connection_configs=[
            PersistentConnectionConfig(channel="VOICE", persistent_connection=False)
        ],
        voice_enhancement_configs=[
            VoiceEnhancementConfig(channel="VOICE", voice_enhancement_mode="NONE"),
        ],
    )
    Topic(stack, "Topic", display_name=config.attr_user_arn)

    assert only(resources(stack))["Properties"] == {
        "ServiceToken": TOKEN,
        "InstanceId": INSTANCE,
        "UserId": ADA,
        "AutoAcceptConfigs": [
            {"Channel": "VOICE", "AutoAccept": True, "AgentFirstCallbackAutoAccept": False}
        ],
        "AfterContactWorkConfigs": [
            {
                "Channel": "CHAT",
                "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": {"Ref": "Seconds"}},
            }
        ],
        "PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "SOFT_PHONE"}],
        "PersistentConnectionConfigs": [{"Channel": "VOICE", "PersistentConnection": False}],
        "VoiceEnhancementConfigs": [{"Channel": "VOICE", "VoiceEnhancementMode": "NONE"}],
    }
    topic = only(resources(stack, "AWS::SNS::Topic"))
    assert topic["Properties"]["DisplayName"] == {"Fn::GetAtt": ["Ada", "UserArn"]}


def test_a_registered_type_has_no_service_token_and_whole_arrays_may_come_from_elsewhere() -> None:
    stack = new_stack()
    CfnUserConfig(
        stack,
        "Ada",
        type_name="Acme::Connect::UserConfig",
        instance_id=INSTANCE,
        user_id=ADA,
        auto_accept_configs=Lazy.any(Produced()),
    )

    assert only(resources(stack, "Acme::Connect::UserConfig"))["Properties"] == {
        "InstanceId": INSTANCE,
        "UserId": ADA,
        "AutoAcceptConfigs": [{"Channel": "TASK", "AutoAccept": True}],
    }
