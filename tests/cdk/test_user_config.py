"""One agent: what the construct writes into the template, and what it refuses."""

from typing import Any

import pytest
from aws_cdk import (
    Annotations,
    App,
    CfnCondition,
    CfnParameter,
    Duration,
    Fn,
    NestedStack,
    RemovalPolicy,
    Stack,
    Stage,
    Token,
)
from aws_cdk.aws_connect import CfnInstance, CfnUser
from aws_cdk.aws_sns import Topic
from constructs import Construct

from connect_user_config.cdk import (
    AfterContactWork,
    AutoAccept,
    InvalidUserConfig,
    Phone,
    Profile,
    RegistryTypeVersion,
    UserConfig,
    UserConfigProvider,
    VoiceEnhancement,
)
from support.synthesis import (
    ADA,
    BOB,
    INSTANCE,
    INSTANCE_ARN,
    TOKEN,
    app_of,
    new_stack,
    only,
    resources,
    templates,
)

PROVIDER = UserConfigProvider.from_service_token(TOKEN)


def declare(scope: Construct, name: str = "Ada", **settings: Any) -> UserConfig:
    """Declare settings of Ada, by default that she accepts calls at once."""
    given = {"provider": PROVIDER, "instance": INSTANCE, "user": ADA, **settings}
    if not settings.keys() - {"provider", "instance", "user", "removal_policy"}:
        given["auto_accept"] = [AutoAccept.voice()]
    return UserConfig(scope, name, **given)


def properties(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = only(resources(stack))["Properties"]
    return found


def test_every_setting_is_written_as_templates_write_it() -> None:
    stack = new_stack()
    number = CfnParameter(stack, "Number", no_echo=True)
    declare(
        stack,
        auto_accept=[
            AutoAccept.voice(agent_first_callback=True),
            AutoAccept.chat(enabled=False),
            AutoAccept.task(),
            AutoAccept.email(),
        ],
        after_contact_work=[
            AfterContactWork.voice(Duration.seconds(30), agent_first_callback=Duration.minutes(1)),
            AfterContactWork.chat(AfterContactWork.UNLIMITED),
            AfterContactWork.task(Duration.days(1)),
            AfterContactWork.email(Duration.seconds(2_000_000)),
        ],
        phone=Phone.desk(number.value_as_string),
        persistent_connection=False,
        voice_enhancement=VoiceEnhancement.NOISE_SUPPRESSION,
    )

    work = "AfterContactWorkConfig"
    seconds = "AfterContactWorkTimeLimit"
    assert only(resources(stack)) == {
        "Type": "Custom::ConnectUserConfig",
        "Properties": {
            "ServiceToken": TOKEN,
            "InstanceId": INSTANCE,
            "UserId": ADA,
            "AutoAcceptConfigs": [
                {"Channel": "VOICE", "AutoAccept": True, "AgentFirstCallbackAutoAccept": True},
                {"Channel": "CHAT", "AutoAccept": False},
                {"Channel": "TASK", "AutoAccept": True},
                {"Channel": "EMAIL", "AutoAccept": True},
            ],
            "AfterContactWorkConfigs": [
                {
                    "Channel": "VOICE",
                    work: {seconds: 30},
                    "AgentFirstCallbackAfterContactWorkConfig": {seconds: 60},
                },
                {"Channel": "CHAT", work: {seconds: 0}},
                {"Channel": "TASK", work: {seconds: 86_400}},
                {"Channel": "EMAIL", work: {seconds: 2_000_000}},
            ],
            "PhoneNumberConfigs": [
                {"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": {"Ref": "Number"}}
            ],
            "PersistentConnectionConfigs": [{"Channel": "VOICE", "PersistentConnection": False}],
            "VoiceEnhancementConfigs": [{"Channel": "VOICE", "VoiceEnhancementMode": "NOISE_SUPPRESSION"}],
        },
    }


def test_what_is_left_out_is_not_declared() -> None:
    stack = new_stack()
    declare(stack, phone=Phone.soft())

    assert properties(stack).keys() == {"ServiceToken", "InstanceId", "UserId", "PhoneNumberConfigs"}
    assert properties(stack)["PhoneNumberConfigs"] == [{"Channel": "VOICE", "PhoneType": "SOFT_PHONE"}]


def test_every_value_may_be_a_token() -> None:
    stack = new_stack()
    text = CfnParameter(stack, "Text").value_as_string
    number = CfnParameter(stack, "Seconds", type="Number").value_as_number
    condition = CfnCondition(stack, "Eager", expression=Fn.condition_equals(text, "eager"))
    choice = Token.as_any(Fn.condition_if(condition.logical_id, True, False))
    declare(
        stack,
        provider=UserConfigProvider.from_service_token(text),
        instance=text,
        user=text,
        auto_accept=[AutoAccept.voice(enabled=choice, agent_first_callback=choice)],
        after_contact_work=[AfterContactWork.voice(Duration.seconds(number))],
        phone=Phone.desk(f"+44{text}"),
        persistent_connection=choice,
        voice_enhancement=VoiceEnhancement.of(text),
    )

    eager = {"Fn::If": ["Eager", True, False]}
    assert properties(stack) == {
        "ServiceToken": {"Ref": "Text"},
        "InstanceId": {"Ref": "Text"},
        "UserId": {"Ref": "Text"},
        "AutoAcceptConfigs": [
            {"Channel": "VOICE", "AutoAccept": eager, "AgentFirstCallbackAutoAccept": eager}
        ],
        "AfterContactWorkConfigs": [
            {
                "Channel": "VOICE",
                "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": {"Ref": "Seconds"}},
            }
        ],
        "PhoneNumberConfigs": [
            {
                "Channel": "VOICE",
                "PhoneType": "DESK_PHONE",
                "PhoneNumber": {"Fn::Join": ["", ["+44", {"Ref": "Text"}]]},
            }
        ],
        "PersistentConnectionConfigs": [{"Channel": "VOICE", "PersistentConnection": eager}],
        "VoiceEnhancementConfigs": [{"Channel": "VOICE", "VoiceEnhancementMode": {"Ref": "Text"}}],
    }


def test_every_problem_is_told_at_once_with_the_path_and_leaves_no_construct_behind() -> None:
    stack = new_stack()
    team = Construct(stack, "Team")
    with pytest.raises(InvalidUserConfig) as refused:
        declare(
            team,
            "Bob",
            user="bob smith",
            auto_accept=[AutoAccept.voice(), AutoAccept.voice()],
            after_contact_work=[
                AfterContactWork.chat(Duration.millis(1500)),
                AfterContactWork.task(Duration.seconds(2_000_001)),
            ],
            phone=Phone.desk("020 7946 0999"),
            voice_enhancement=VoiceEnhancement.of("LOUD"),
        )

    said = str(refused.value)
    assert said.startswith("Settings/Team/Bob: 6 problems: (1) UserId: 'bob smith' is neither an id")
    assert [(problem.path[0], problem.rule.name) for problem in refused.value.problems] == [
        ("UserId", "identifier"),
        ("AutoAcceptConfigs", "duplicate-channel"),
        ("AfterContactWorkConfigs", "wrong-value"),
        ("AfterContactWorkConfigs", "wrong-value"),
        ("PhoneNumberConfigs", "wrong-value"),
        ("VoiceEnhancementConfigs", "wrong-value"),
    ]
    assert "7946" not in said
    assert team.node.children == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"auto_accept": True}, "auto_accept: True is no list of AutoAccept"),
        ({"phone": "soft"}, "phone: 'soft' is no Phone"),
        ({"profile": {}}, "profile: {} is no Profile"),
        ({"provider": None}, "provider: None serves no resources: pass a UserConfigProvider"),
    ],
)
def test_a_value_of_another_class_is_told_with_the_path(settings: dict[str, Any], said: str) -> None:
    stack = new_stack()
    with pytest.raises(TypeError, match=f"^Settings/Ada: {said}"):
        declare(stack, **settings)
    assert stack.node.children == []


def test_declaring_nothing_is_refused() -> None:
    with pytest.raises(InvalidUserConfig, match="Settings/Ada: Declare at least one of"):
        UserConfig(new_stack(), "Ada", provider=PROVIDER, instance=INSTANCE, user=ADA)


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(InvalidUserConfig, match="is an empty list, which would own nothing"):
        declare(new_stack(), auto_accept=[])


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"phone": Phone.desk("+442079460999")}, "plain-phone-number"),
        ({"after_contact_work": [AfterContactWork.chat(Duration.hours(2))]}, "chat-work-limit"),
        ({"user": "ada", "auto_accept": [AutoAccept.voice()]}, "name-for-id"),
    ],
)
def test_what_is_questionable_is_a_warning_that_can_be_acknowledged(
    settings: dict[str, Any], rule: str
) -> None:
    stack = new_stack()
    (said,) = warnings(declare(stack, **settings))
    assert f"[ack: @connect-user-config:{rule}]" in said
    assert "7946" not in said

    acknowledged = new_stack()
    Annotations.of(acknowledged).acknowledge_warning(f"@connect-user-config:{rule}", "meant so")
    assert warnings(declare(acknowledged, **settings)) == []


def warnings(config: UserConfig) -> list[str]:
    return [str(each.data) for each in config.node.metadata if each.type == "aws:cdk:warning"]


@pytest.mark.parametrize("make", [UserConfigProvider, RegistryTypeVersion])
@pytest.mark.parametrize(
    ("given", "instance", "is_out_of_reach"),
    [
        ([INSTANCE_ARN], INSTANCE, False),
        ([INSTANCE], INSTANCE_ARN, False),
        ([BOB, INSTANCE], INSTANCE, False),
        ([BOB], INSTANCE, True),
        ([INSTANCE_ARN.replace(INSTANCE, BOB)], INSTANCE_ARN, True),
        ([UserConfigProvider.EVERY_INSTANCE], INSTANCE, False),
        ([Fn.import_value("instance")], INSTANCE, False),
        ([INSTANCE_ARN.replace(INSTANCE, Fn.import_value("instance"))], INSTANCE, False),
        ([BOB], Fn.import_value("instance"), False),
    ],
)
def test_an_instance_that_the_provider_does_not_know_is_a_warning(
    make: Any, given: list[str], instance: str, is_out_of_reach: bool
) -> None:
    stack = new_stack()
    named = {} if make is UserConfigProvider else {"type_name": "Acme::Connect::UserConfig"}
    provider = make(stack, "Provider", instances=given, **named)

    said = warnings(declare(stack, provider=provider, instance=instance, phone=Phone.soft()))
    assert ["instance-out-of-reach" in each for each in said] == [True] * is_out_of_reach


def test_settings_of_a_profile_are_shared_and_overridden_channel_by_channel() -> None:
    stack = new_stack()
    profile = Profile(
        auto_accept=[AutoAccept.voice(), AutoAccept.chat()],
        persistent_connection=True,
        phone=Phone.soft(),
    )
    declare(stack, profile=profile)
    declare(
        stack,
        "Bob",
        user=BOB,
        profile=profile,
        auto_accept=[AutoAccept.chat(enabled=False), AutoAccept.task()],
        persistent_connection=False,
    )

    ada, bob = (each["Properties"] for each in resources(stack).values())
    assert ada["AutoAcceptConfigs"] == [
        {"Channel": "VOICE", "AutoAccept": True},
        {"Channel": "CHAT", "AutoAccept": True},
    ]
    assert bob["AutoAcceptConfigs"] == [
        {"Channel": "VOICE", "AutoAccept": True},
        {"Channel": "CHAT", "AutoAccept": False},
        {"Channel": "TASK", "AutoAccept": True},
    ]
    assert bob["PersistentConnectionConfigs"] == [{"Channel": "VOICE", "PersistentConnection": False}]
    assert bob["PhoneNumberConfigs"] == ada["PhoneNumberConfigs"]


def test_instance_and_user_may_be_constructs_of_the_same_app() -> None:
    stack = new_stack()
    instance = CfnInstance(
        stack,
        "Instance",
        attributes=CfnInstance.AttributesProperty(inbound_calls=True, outbound_calls=True),
        identity_management_type="CONNECT_MANAGED",
    )
    user = CfnUser(
        stack,
        "User",
        instance_arn=instance.attr_arn,
        phone_config=CfnUser.UserPhoneConfigProperty(phone_type="SOFT_PHONE"),
        routing_profile_arn=f"{INSTANCE_ARN}/routing-profile/{BOB}",
        security_profile_arns=[f"{INSTANCE_ARN}/security-profile/{BOB}"],
        username="ada",
    )
    declare(stack, instance=instance, user=user)

    assert properties(stack)["InstanceId"] == {"Fn::GetAtt": ["Instance", "Arn"]}
    assert properties(stack)["UserId"] == {"Fn::GetAtt": ["User", "UserArn"]}


def test_the_arn_of_the_user_is_an_attribute() -> None:
    stack = new_stack()
    Topic(stack, "Topic", display_name=declare(stack).user_arn)

    (logical_id,) = resources(stack)
    topic = only(resources(stack, "AWS::SNS::Topic"))
    assert topic["Properties"]["DisplayName"] == {"Fn::GetAtt": [logical_id, "UserArn"]}


@pytest.mark.parametrize("by", ["property", "method"])
def test_a_removal_policy_is_a_deletion_policy(by: str) -> None:
    stack = new_stack()
    if by == "property":
        declare(stack, removal_policy=RemovalPolicy.RETAIN)
    else:
        declare(stack).apply_removal_policy(RemovalPolicy.RETAIN)

    resource = only(resources(stack))
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_without_a_removal_policy_the_template_names_none() -> None:
    stack = new_stack()
    declare(stack)

    assert only(resources(stack)).keys() == {"Type", "Properties"}


def test_constructs_can_depend_on_each_other() -> None:
    stack = new_stack()
    ada, bob = declare(stack), declare(stack, "Bob", user=BOB)
    topic = Topic(stack, "Topic")
    bob.node.add_dependency(ada, topic)

    first, second = resources(stack)
    (of_topic,) = resources(stack, "AWS::SNS::Topic")
    assert sorted(resources(stack)[second]["DependsOn"]) == sorted([first, of_topic])


def test_the_resource_is_the_escape_hatch() -> None:
    stack = new_stack()
    config = declare(stack)
    assert config.node.default_child is config.resource
    config.resource.add_property_override("AutoAcceptConfigs.0.AutoAccept", "false")

    assert properties(stack)["AutoAcceptConfigs"] == [{"Channel": "VOICE", "AutoAccept": "false"}]


def test_a_user_config_is_told_from_other_constructs() -> None:
    stack = new_stack()
    declare(stack)
    Topic(stack, "Topic")

    assert [UserConfig.is_user_config(each) for each in stack.node.children] == [True, False]


def synth_error(stack: Stack) -> str:
    with pytest.raises(RuntimeError) as refused:
        app_of(stack).synth()
    return str(refused.value)


@pytest.mark.parametrize(
    ("instance", "user"),
    [(INSTANCE, ADA), (INSTANCE_ARN, ADA), (INSTANCE, f"{INSTANCE_ARN}/agent/{ADA}")],
)
def test_two_constructs_for_one_agent_are_refused_however_they_spell_it(instance: str, user: str) -> None:
    stack = new_stack()
    declare(stack)
    declare(Stack(app_of(stack), "Other"), "Again", instance=instance, user=user)

    said = synth_error(stack)
    assert "Other/Again: declares settings of the agent of Settings/Ada too" in said
    assert said.count("declares settings of the agent") == 1


def test_two_constructs_for_one_agent_are_refused_across_nested_stacks() -> None:
    stack = new_stack()
    declare(NestedStack(stack, "One"))
    declare(NestedStack(stack, "Two"))

    assert "Settings/Two/Ada: declares settings of the agent of Settings/One/Ada too" in synth_error(stack)


def test_two_constructs_for_one_token_are_refused_whichever_way_the_token_came_about() -> None:
    stack = new_stack()
    parameter = CfnParameter(stack, "User")
    declare(stack, "One", user=parameter.value_as_string)
    declare(stack, "Two", user=Fn.ref("User"))

    assert "Settings/Two: declares settings of the agent of Settings/One too" in synth_error(stack)


def test_one_id_in_two_regions_is_two_agents_as_a_replicated_instance_has_one_id_in_both() -> None:
    app = App()
    for region in ("eu-west-2", "eu-central-1"):
        declare(Stack(app, region, env={"region": region, "account": "123456789012"}))
    for name in ("Blue", "Green"):
        declare(Stack(Stage(app, name), "Settings"))

    app.synth()


def test_two_constructs_for_one_agent_of_one_region_are_refused_across_stages() -> None:
    app = App()
    for name in ("Blue", "Green"):
        declare(Stack(Stage(app, name), "Settings", env={"region": "eu-west-2", "account": "123456789012"}))

    with pytest.raises(
        RuntimeError, match="Green/Settings/Ada: declares settings of the agent of Blue/Settings/Ada"
    ):
        app.synth()


def test_a_context_value_that_is_missing_is_told() -> None:
    missing: Any = new_stack().node.try_get_context("agent")
    with pytest.raises(InvalidUserConfig, match="Settings/Ada: UserId: is required, as an id or an ARN"):
        declare(new_stack(), user=missing, phone=Phone.soft())


def test_one_user_id_in_two_instances_is_two_agents() -> None:
    stack = new_stack()
    declare(stack)
    declare(stack, "Bob", instance=BOB)

    assert len(resources(stack)) == 2


def test_a_construct_that_was_removed_again_is_no_duplicate() -> None:
    stack = new_stack()
    declare(stack, "Once")
    stack.node.try_remove_child("Once")
    declare(stack)

    assert len(resources(stack)) == 1


def test_conditions_may_exclude_each_other() -> None:
    stack = new_stack()
    stage = CfnParameter(stack, "Stage").value_as_string
    for name, settings in (("Night", {"persistent_connection": True}), ("Day", {"phone": Phone.soft()})):
        condition = CfnCondition(stack, f"Is{name}", expression=Fn.condition_equals(stage, name))
        declare(stack, name, **settings).resource.cfn_options.condition = condition

    assert len(resources(stack)) == 2


def test_an_arn_of_another_region_or_account_is_refused_where_the_stack_knows_its_own() -> None:
    app = App()
    stack = Stack(app, "Settings", env={"region": "us-east-1", "account": "123456789012"})
    declare(stack, instance=INSTANCE_ARN)

    assert f"Settings/Ada: InstanceId: {INSTANCE_ARN} is of region eu-west-2" in synth_error(stack)


def test_a_plain_reference_to_a_parameter_store_is_resolved_by_cloudformation() -> None:
    stack = new_stack()
    declare(stack, phone=Phone.desk("{{resolve:ssm:/ada/phone}}"))
    with pytest.raises(InvalidUserConfig, match="resolves no references to secure values"):
        declare(stack, "Bob", user=BOB, phone=Phone.desk("{{resolve:ssm-secure:/bob/phone}}"))

    assert len(resources(stack)) == 1


def test_a_construct_of_another_stack_refers_to_the_function_by_an_export() -> None:
    stack = new_stack()
    provider = UserConfigProvider(stack, "Provider", instances=[INSTANCE_ARN])
    other = Stack(app_of(stack), "Other")
    declare(other, provider=provider)

    found = templates(app_of(stack))
    (output,) = found["Settings"]["Outputs"].values()
    token = only(resources(other))["Properties"]["ServiceToken"]
    assert token == {"Fn::ImportValue": output["Export"]["Name"]}
