"""What those who use the constructs write: mypy, strictly, takes all of it."""

from aws_cdk import App, Duration, RemovalPolicy, Stack
from aws_cdk.aws_connect import CfnUser
from constructs import Construct, IConstruct

from connect_user_config.cdk import (
    AfterContactWork,
    AutoAccept,
    CfnUserConfig,
    IUserConfigSource,
    Phone,
    Profile,
    UserConfig,
    UserConfigProvider,
    VoiceEnhancement,
)


class Team(Stack):
    """A stack with each kind of source, and settings of each kind."""

    def __init__(self, scope: Construct, construct_id: str, *, instance: str, user: CfnUser) -> None:
        super().__init__(scope, construct_id)
        sources: list[IUserConfigSource] = [
            UserConfigProvider(self, "Provider", instances=[instance, UserConfigProvider.EVERY_INSTANCE]),
            UserConfigProvider.from_service_token("arn:aws:lambda:eu-west-2:123456789012:function:other"),
            UserConfigProvider.from_installation(),
        ]
        profile = Profile(auto_accept=[AutoAccept.voice()], persistent_connection=True)
        for number, source in enumerate(sources):
            config = UserConfig(
                self,
                f"Agent{number}",
                provider=source,
                instance=instance,
                user=user if number else "20000000-0000-4000-8000-000000000001",
                profile=profile,
                after_contact_work=[
                    AfterContactWork.voice(Duration.seconds(30)),
                    AfterContactWork.chat(AfterContactWork.UNLIMITED),
                ],
                phone=Phone.desk("+442079460999"),
                voice_enhancement=VoiceEnhancement.NOISE_SUPPRESSION,
                removal_policy=RemovalPolicy.RETAIN,
            )
            resource: CfnUserConfig = config.resource
            arn: str = config.user_arn
            print(resource.attr_user_arn, arn)  # noqa: T201 - their types are the point


def user_configs(scope: IConstruct) -> list[UserConfig]:
    """Narrow the type of children."""
    return [each for each in scope.node.find_all() if UserConfig.is_user_config(each)]


print(App, user_configs)  # noqa: T201 - used
