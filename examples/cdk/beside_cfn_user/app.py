"""An agent whom the app itself creates, with settings that AWS::Connect::User has no words for.

`cdk synth` runs it as it stands. PhoneConfig is required; when it changes, CloudFormation writes it over the
settings of all channels, so leave it as it is.
"""

from aws_cdk import App, Duration, Stack
from aws_cdk.aws_connect import CfnUser
from constructs import Construct

from connect_user_config.cdk import AfterContactWork, AutoAccept, UserConfig, UserConfigProvider


class NewAgent(Stack):
    """The user, and the settings of each channel."""

    def __init__(self, scope: Construct, construct_id: str, *, instance_arn: str, profile: str) -> None:
        super().__init__(scope, construct_id)
        user = CfnUser(
            self,
            "User",
            instance_arn=instance_arn,
            username="ada",
            phone_config=CfnUser.UserPhoneConfigProperty(phone_type="SOFT_PHONE"),
            routing_profile_arn=f"{instance_arn}/routing-profile/{profile}",
            security_profile_arns=[f"{instance_arn}/security-profile/{profile}"],
        )
        # Referring to the user makes CloudFormation create it first and delete it last.
        UserConfig(
            self,
            "Settings",
            provider=UserConfigProvider(self, "Provider", instances=[instance_arn]),
            instance=instance_arn,
            user=user,
            auto_accept=[AutoAccept.voice(enabled=False), AutoAccept.task()],
            after_contact_work=[
                AfterContactWork.voice(Duration.seconds(30)),
                AfterContactWork.chat(Duration.minutes(3)),
            ],
        )


app = App()
NewAgent(
    app,
    "NewAgent",
    instance_arn=app.node.try_get_context("instance"),
    profile=app.node.try_get_context("profile"),
)
app.synth()
