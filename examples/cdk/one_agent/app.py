"""Settings of one agent, and the function that owns them, in one stack.

`cdk synth` runs it as it stands; name your own agent with `-c instance=… -c agent=…`.
"""

from aws_cdk import App, CfnOutput, CfnParameter, Duration, Stack
from constructs import Construct

from connect_user_config.cdk import (
    AfterContactWork,
    AutoAccept,
    Phone,
    UserConfig,
    UserConfigProvider,
    VoiceEnhancement,
)


class OneAgent(Stack):
    """Ada takes calls on her desk phone, at once."""

    def __init__(self, scope: Construct, construct_id: str, *, instance: str, agent: str) -> None:
        super().__init__(scope, construct_id)
        provider = UserConfigProvider(self, "Provider", instances=[instance])
        # Whoever reads the template must not read the number.
        number = CfnParameter(self, "DeskPhoneNumber", no_echo=True, allowed_pattern=r"^\+[1-9]\d{1,14}$")
        ada = UserConfig(
            self,
            "Ada",
            provider=provider,
            instance=instance,
            user=agent,
            auto_accept=[AutoAccept.voice(agent_first_callback=True), AutoAccept.chat(enabled=False)],
            after_contact_work=[
                AfterContactWork.voice(Duration.seconds(30)),
                AfterContactWork.chat(AfterContactWork.UNLIMITED),
            ],
            phone=Phone.desk(number.value_as_string),
            persistent_connection=True,
            voice_enhancement=VoiceEnhancement.NOISE_SUPPRESSION,
        )
        CfnOutput(self, "AdaArn", value=ada.user_arn)


app = App()
OneAgent(
    app,
    "OneAgent",
    instance=app.node.try_get_context("instance"),
    agent=app.node.try_get_context("agent"),
)
app.synth()
