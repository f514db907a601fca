"""A fleet whose agents stand in a CSV file, spread over two nested stacks for ever (shards.json).

`cdk synth` runs it as it stands. Whoever leaves goes from the file, and gets the earlier settings back.
"""

from aws_cdk import App, Duration, Stack
from constructs import Construct

from connect_user_config.cdk import AfterContactWork, AutoAccept, Profile, UserConfigProvider, UserConfigs

PROFILES = {
    "service": Profile(
        auto_accept=[AutoAccept.voice(), AutoAccept.chat()],
        after_contact_work=[AfterContactWork.voice(Duration.seconds(30))],
    ),
    "sales": Profile(auto_accept=[AutoAccept.voice()], persistent_connection=True),
}


class Fleet(Stack):
    """The function, and the agents of the file."""

    def __init__(self, scope: Construct, construct_id: str, *, instance: str) -> None:
        super().__init__(scope, construct_id)
        provider = UserConfigProvider(self, "Provider", instances=[instance])
        UserConfigs.from_file(
            self,
            "Agents",
            "agents.csv",
            provider=provider,
            instance=instance,
            profiles=PROFILES,
            shards=2,
        )


app = App()
Fleet(app, "Fleet", instance=app.node.try_get_context("instance"))
app.synth()
