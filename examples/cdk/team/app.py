"""Two teams that share a profile, in stacks of their own, and one function for both.

`cdk synth` runs it as it stands; the agents of each team stand in cdk.json.
"""

from collections.abc import Sequence
from dataclasses import replace

from aws_cdk import App, Duration, Stack
from constructs import Construct

from connect_user_config.cdk import AfterContactWork, AutoAccept, Profile, UserConfig, UserConfigProvider

EVERYBODY = Profile(
    auto_accept=[AutoAccept.voice(), AutoAccept.chat(enabled=False)],
    after_contact_work=[AfterContactWork.voice(Duration.seconds(30))],
)
# Whoever sells keeps the line open, and has more time after a call.
SALES = replace(
    EVERYBODY,
    after_contact_work=[AfterContactWork.voice(Duration.minutes(2))],
    persistent_connection=True,
)


class Platform(Stack):
    """The function that owns the settings."""

    def __init__(self, scope: Construct, construct_id: str, *, instance: str) -> None:
        super().__init__(scope, construct_id)
        self.provider = UserConfigProvider(self, "Provider", instances=[instance])


class Team(Stack):
    """The agents of one team; the first of them, who leads it, accepts nothing at once."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        provider: UserConfigProvider,
        instance: str,
        agents: Sequence[str],
        profile: Profile,
    ) -> None:
        super().__init__(scope, construct_id)
        for agent in agents:
            is_leader = agent == agents[0]
            UserConfig(
                self,
                f"Agent{agent}",
                provider=provider,
                instance=instance,
                user=agent,
                profile=profile,
                auto_accept=[AutoAccept.voice(enabled=False)] if is_leader else None,
            )


app = App()
instance = app.node.try_get_context("instance")
provider = Platform(app, "Platform", instance=instance).provider
for name, profile in (("Sales", SALES), ("Service", EVERYBODY)):
    agents = app.node.try_get_context(name.lower())
    Team(app, name, provider=provider, instance=instance, agents=agents, profile=profile)
app.synth()
