"""An agent of a fleet: whose settings, which profile, and what differs from it."""

from dataclasses import dataclass

from custom_connect_userconfig.core.redaction import shown

from .arguments import check_class
from .profile import HAND_OVER, Profile


@dataclass(frozen=True, kw_only=True)
class Agent(Profile):
    """One agent of a fleet. Its own settings override those of the profile, channel by channel."""

    user: str
    """The agent, by id or ARN; known when the app runs, because the agent's stack follows from it."""
    profile: Profile | None = None
    """Settings that other agents share."""

    def __post_init__(self) -> None:
        """Raise TypeError for a user, a profile or a setting of another class."""
        super().__post_init__()
        user: object = self.user
        if not isinstance(user, str) or not user:
            raise TypeError(f"user: {shown(user)} is no id or ARN of an agent, as text")
        if self.profile is not None:
            check_class("profile", self.profile, Profile, HAND_OVER)

    @property
    def bare_id(self) -> str:
        """The agent's id, also if an ARN is given."""
        return self.user.rpartition("/")[2]

    @property
    def declared(self) -> Profile:
        """The settings of both; the profile itself if the agent has none of its own."""
        own = Profile(
            auto_accept=self.auto_accept,
            after_contact_work=self.after_contact_work,
            phone=self.phone,
            persistent_connection=self.persistent_connection,
            voice_enhancement=self.voice_enhancement,
        )
        return own.over(self.profile)
