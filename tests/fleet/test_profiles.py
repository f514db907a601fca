"""Settings, profiles and their examination, without the CDK: stand-ins take the place of its tokens."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect_user_config.declaring.agent import Agent
from connect_user_config.declaring.examining import InvalidUserConfig, examined
from connect_user_config.declaring.profile import Profile
from connect_user_config.declaring.settings import AfterContactWork, AutoAccept, Phone, VoiceEnhancement
from connect_user_config.declaring.tokens import is_token, known
from custom_connect_userconfig.core.arrays import ARRAYS, CHANNELS
from custom_connect_userconfig.core.identifiers import Environment
from custom_connect_userconfig.core.problems import Unknown

IDS = {"InstanceId": "10000000-0000-4000-8000-000000000001", "UserId": "20000000-0000-4000-8000-000000000001"}
TEXT = "${Token[TOKEN.12]}"
NUMBER = -1.8881545897087529e289


class Seconds:
    """What a Duration of the CDK answers."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def to_seconds(self, *, integral: bool | None = None) -> float:
        assert integral is False
        return self._seconds


class Token:
    """A value of the CDK that is resolved at synthesis."""

    def resolve(self, context: Any, /) -> Any:
        raise NotImplementedError


EVERYTHING = Profile(
    auto_accept=[
        AutoAccept.voice(agent_first_callback=True),
        AutoAccept.chat(),
        AutoAccept.task(),
        AutoAccept.email(),
    ],
    after_contact_work=[
        AfterContactWork.voice(Seconds(1), agent_first_callback=Seconds(2)),
        AfterContactWork.chat(Seconds(3)),
        AfterContactWork.task(Seconds(4)),
        AfterContactWork.email(AfterContactWork.UNLIMITED),
    ],
    phone=Phone.desk("+442079460999"),
    persistent_connection=True,
    voice_enhancement=VoiceEnhancement.VOICE_ISOLATION,
)


def test_the_classes_can_declare_every_setting_of_the_table() -> None:
    declared = examined({**IDS, **EVERYTHING.properties}, "Ada", Environment()).examination.settings

    assert {*declared} == {
        array.key(channel, field)
        for array in ARRAYS
        for channel in array.channels
        for field in array.fields_of(channel)
    }


@pytest.mark.parametrize("mode", [VoiceEnhancement.NONE, VoiceEnhancement.NOISE_SUPPRESSION])
def test_every_mode_has_a_name(mode: VoiceEnhancement) -> None:
    examined({**IDS, **Profile(voice_enhancement=mode).properties}, "Ada", Environment())


def test_nothing_declares_nothing() -> None:
    assert Profile().properties == {}


def test_an_empty_list_stays_to_be_refused() -> None:
    assert Profile(auto_accept=[]).properties == {"AutoAcceptConfigs": []}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"auto_accept": True}, r"auto_accept: True is no list of AutoAccept: write \[AutoAccept"),
        ({"auto_accept": "VOICE"}, "auto_accept: 'VOICE' is no list of AutoAccept"),
        ({"auto_accept": AutoAccept.voice()}, r"auto_accept: AutoAccept\(.* is no list of AutoAccept"),
        ({"auto_accept": [AutoAccept.voice(), "CHAT"]}, r"auto_accept\[1\]: 'CHAT' is no AutoAccept"),
        ({"after_contact_work": 30}, "after_contact_work: 30 is no list of AfterContactWork: write"),
        ({"after_contact_work": [30]}, r"after_contact_work\[0\]: 30 is no AfterContactWork"),
        ({"phone": "soft"}, r"phone: 'soft' is no Phone: write Phone\.soft\(\) or"),
        ({"voice_enhancement": "NONE"}, "voice_enhancement: 'NONE' is no VoiceEnhancement: write"),
        ({"user": None}, "user: None is no id or ARN of an agent, as text"),
        ({"user": 12345}, "user: 12345 is no id or ARN of an agent, as text"),
        ({"user": ""}, "user: '' is no id or ARN of an agent, as text"),
        ({"profile": "sales"}, "profile: 'sales' is no Profile: pass the object"),
    ],
)
def test_a_value_of_another_class_is_told_with_what_to_write(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match=rf"^{said}"):
        Agent(**{"user": IDS["UserId"], **settings})


def test_no_message_about_a_class_shows_a_phone_number() -> None:
    wrong: Any = "+442079460999"
    with pytest.raises(TypeError, match=r"phone: '\[phone number redacted\]' is no Phone"):
        Profile(phone=wrong)


@pytest.mark.parametrize("limit", [30, "PT30S", None])
def test_a_limit_that_is_no_duration_is_told_with_what_to_write(limit: Any) -> None:
    said = r"limit: .+ is no length of time: write Duration\.seconds\(30\) or AfterContactWork\.UNLIMITED"
    with pytest.raises(TypeError, match=said):
        AfterContactWork.chat(limit)


def test_settings_are_laid_over_a_profile_alone() -> None:
    base: Any = {"auto_accept": []}
    with pytest.raises(TypeError, match=r"profile: {'auto_accept': .* is no Profile"):
        Profile().over(base)


CHOICES = st.lists(
    st.builds(AutoAccept, channel=st.sampled_from(CHANNELS), enabled=st.booleans()),
    unique_by=lambda each: each.channel,
)
PROFILES = st.builds(
    Profile,
    auto_accept=st.none() | CHOICES,
    phone=st.none() | st.just(Phone.soft()),
    persistent_connection=st.none() | st.booleans(),
    voice_enhancement=st.none() | st.just(VoiceEnhancement.NONE),
)


def settings(profile: Profile) -> dict[object, object]:
    """Return what a profile says, by array and channel, each once."""
    found = [
        ((array, entry["Channel"]), entry)
        for array, entries in profile.properties.items()
        for entry in entries
    ]
    assert len(dict(found)) == len(found)
    return dict(found)


@given(PROFILES, PROFILES)
def test_what_an_agent_says_itself_replaces_what_the_profile_says_channel_by_channel(
    base: Profile, own: Profile
) -> None:
    assert settings(own.over(base)) == settings(base) | settings(own)


@given(PROFILES)
def test_without_a_profile_an_agent_has_its_own_settings(own: Profile) -> None:
    assert own.over(None) is own


def test_a_profile_without_overrides_is_shared_as_it_is() -> None:
    assert Profile().over(EVERYTHING) is EVERYTHING


@pytest.mark.parametrize("value", [TEXT, f"+44{TEXT}", NUMBER, Token()])
def test_a_token_is_recognized(value: object) -> None:
    assert is_token(value)


@pytest.mark.parametrize("value", ["", "${Name}", "text", 0, -1, 2_000_000, 1.5, True, False, None])
def test_a_value_is_no_token(value: object) -> None:
    assert not is_token(value)


def test_tokens_are_unknown_and_all_else_is_as_it_was() -> None:
    token = Token()
    found = known({"A": [{"B": TEXT, "C": 1}, token], "D": NUMBER, "E": {"F": True}, "G": None})

    assert found == {
        "A": [{"B": Unknown(TEXT), "C": 1}, Unknown()],
        "D": Unknown(),
        "E": {"F": True},
        "G": None,
    }


@pytest.mark.parametrize(
    ("reference", "by_custom_resources", "by_registered_types"),
    [
        ("{{resolve:ssm:/phone:1}}", True, True),
        ("{{resolve:ssm-secure:/phone}}", False, True),
        ("{{resolve:secretsmanager:phone}}", False, True),
    ],
)
def test_a_reference_is_unknown_where_cloudformation_resolves_it(
    reference: str, by_custom_resources: bool, by_registered_types: bool
) -> None:
    declared = {**IDS, **Profile(phone=Phone.desk(reference)).properties}
    for resolves_secrets, is_resolved in ((False, by_custom_resources), (True, by_registered_types)):
        if is_resolved:
            assert not examined(declared, "Ada", Environment(), resolves_secrets=resolves_secrets).warnings
        else:
            with pytest.raises(InvalidUserConfig, match=r"Ada: PhoneNumberConfigs\[0\]\.PhoneNumber"):
                examined(declared, "Ada", Environment(), resolves_secrets=resolves_secrets)


def test_a_plain_number_is_a_warning_that_does_not_repeat_it() -> None:
    (warning,) = examined({**IDS, **EVERYTHING.properties}, "Ada", Environment()).warnings

    assert (warning.rule.name, warning.path) == (
        "plain-phone-number",
        ("PhoneNumberConfigs", 0, "PhoneNumber"),
    )
    assert "7946" not in warning.message
