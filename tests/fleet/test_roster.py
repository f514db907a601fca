"""Rosters of agents, in CSV and YAML: the same names, and every problem at its place."""

from pathlib import Path
from typing import Any

import pytest

from connect_user_config.declaring.agent import Agent
from connect_user_config.declaring.profile import Profile
from connect_user_config.declaring.roster import COLUMNS, RosterError, read_roster
from connect_user_config.declaring.settings import AfterContactWork, AutoAccept, Phone, VoiceEnhancement
from custom_connect_userconfig.core.arrays import ARRAYS

ADA = "20000000-0000-4000-8000-000000000001"
BOB = "20000000-0000-4000-8000-000000000002"
SALES = Profile(auto_accept=[AutoAccept.voice()], persistent_connection=True)

CSV = f"""\
user,name,profile,auto_accept.voice,auto_accept.voice.agent_first_callback,after_contact_work.chat,phone,voice_enhancement
{ADA},Ada,sales,,,,,
{BOB},Bob,,TRUE,false,30,soft,NOISE_SUPPRESSION
"""
YAML = f"""\
profiles:
  sales:
    auto_accept.voice: true
    persistent_connection: true
agents:
  - user: {ADA}
    name: Ada
    profile: sales
  - user: {BOB}
    auto_accept.voice: true
    auto_accept.voice.agent_first_callback: false
    after_contact_work.chat: 30
    phone: soft
    voice_enhancement: NOISE_SUPPRESSION
"""


def written(folder: Path, text: str, name: str) -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def properties(agents: list[Agent]) -> dict[str, object]:
    return {agent.user: agent.declared.properties for agent in agents}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (CSV, "agents.csv"),
        (CSV.replace(",", ";"), "agents.CSV"),
        (f"\ufeff{CSV}".replace("\n", "\r\n"), "agents.csv"),
        (YAML, "agents.yaml"),
    ],
)
def test_csv_and_yaml_say_the_same(tmp_path: Path, text: str, name: str) -> None:
    profiles = {} if name.endswith("yaml") else {"sales": SALES}
    agents = [*read_roster(written(tmp_path, text, name), profiles)]

    bob = Profile(
        auto_accept=[AutoAccept.voice(agent_first_callback=False)],
        after_contact_work=[AfterContactWork("CHAT", 30)],
        phone=Phone.soft(),
        voice_enhancement=VoiceEnhancement.NOISE_SUPPRESSION,
    )
    assert properties(agents) == {ADA: SALES.properties, BOB: bob.properties}


def test_an_agent_without_settings_of_its_own_shares_those_of_its_profile(tmp_path: Path) -> None:
    ada, _ = read_roster(written(tmp_path, CSV, "agents.csv"), {"sales": SALES})

    assert ada.declared is SALES


def test_every_setting_of_the_table_has_a_name() -> None:
    fields = sum(len(array.fields_of(channel)) for array in ARRAYS for channel in array.channels)
    # The type of a phone and its number share one.
    assert len(COLUMNS) == fields - 1


@pytest.mark.parametrize("value", ["unlimited", "0"])
def test_no_limit_has_a_word(tmp_path: Path, value: str) -> None:
    text = f"user,after_contact_work.voice\n{ADA},{value}\n"
    (ada,) = read_roster(written(tmp_path, text, "agents.csv"))

    work = {"Channel": "VOICE", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 0}}
    assert ada.declared.properties == {"AfterContactWorkConfigs": [work]}


def test_a_number_is_a_desk_phone(tmp_path: Path) -> None:
    (ada,) = read_roster(written(tmp_path, f"user,phone\n{ADA},+442079460999\n", "agents.csv"))

    assert ada.phone == Phone.desk("+442079460999")


def test_every_problem_is_told_at_its_place_and_no_number_is_repeated(tmp_path: Path) -> None:
    text = f"""\
profiles:
  sales: {{auto_accept.voic: true}}
  service: 3
agents:
  - user: {ADA}
    profile: sale
    auto_accept.voice: "yes"
    after_contact_work.chat: 1.5
    phone: 442079460999
    voice_enhancement: LOUD
  - user: {ADA}
  - {{name: Nobody}}
  - Ada
"""
    with pytest.raises(RosterError) as refused:
        read_roster(written(tmp_path, text, "agents.yaml"), {"service": SALES})

    file = tmp_path / "agents.yaml"
    found = str(refused.value)
    assert "7946" not in found
    assert [line.removeprefix(f"{file}: ").partition(": did you mean")[0] for line in found.splitlines()] == [
        "profiles.sales: 'auto_accept.voic' is not a setting",
        "profiles.service: the app has a profile of this name already: rename one of them",
        "profiles.service: must be an object of settings, not 3",
        "agents[0]: profile: 'sale' is not a known profile",
        "agents[0]: auto_accept.voice: 'yes' must be true or false",
        "agents[0]: after_contact_work.chat: 1.5 must be a whole number of seconds",
        "agents[0]: phone: [phone number redacted] must be soft or a number in E.164 form, in quotes",
        "agents[0]: voice_enhancement: 'LOUD' must be VOICE_ISOLATION or NOISE_SUPPRESSION or NONE",
        f"agents[1]: user: '{ADA}' stands in agents[0] already",
        "agents[2]: user: is required: the agent's id or ARN, as text",
        "agents[3]: must be an object with user, not 'Ada'",
    ]


def test_a_row_of_csv_is_named_by_its_line(tmp_path: Path) -> None:
    text = f'user,name\n{ADA},"A\nda"\n,Bob\n'
    with pytest.raises(RosterError, match=r"agents\.csv: line 4: user: is required"):
        read_roster(written(tmp_path, text, "agents.csv"))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("agents.csv", f"user,name\n{ADA},Ada,sales\n", "line 2: has more cells than the first line"),
        ("agents.yaml", "agents: {", "is not YAML"),
        ("agents.yaml", "- user: ada", "must be an object with a list of agents"),
        ("agents.yaml", "agents: []\nprofiles: [1]", "profiles: must be an object of profiles"),
        ("agents.yaml", "profiles: {3: {phone: soft}}\nagents: []", "profiles.3: the name must be text"),
        ("agents.yaml", "agents: [{user: ada, profile: 3}]", "profile: must be the name of a profile"),
        ("agents.yaml", "agents: [{user: ada, profile: [x]}]", "profile: must be the name of a profile"),
        ("agents.csv", f'user,name\n{ADA},"Ada\n{BOB},Bob\n', "is not CSV"),
        ("agents.csv", "", "line 1: names no column user"),
        ("agents.csv", f"{ADA},soft", "line 1: names no column user"),
        ("agents.csv", f"user,phone,phone\n{ADA},soft,\n", "line 1: the column phone stands twice"),
        ("agents.yaml", "agents: [{user: ada, phone: soft}]\nagents: []", "agents stands twice"),
        ("agents.yaml", "profiles: {a: {}, a: {}}\nagents: []", "a stands twice"),
        ("agents.yaml", "agents:\n- {user: ada, phone: soft, phone: soft}", "phone stands twice"),
    ],
)
def test_what_is_no_roster_is_refused(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(RosterError, match=said):
        read_roster(written(tmp_path, text, name))


@pytest.mark.parametrize("name", ["agents.csv", "agents.yaml"])
def test_a_roster_in_another_encoding_is_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes("user,name\nada,Zoë".encode("cp1252"))
    with pytest.raises(RosterError, match="is not text in UTF-8"):
        read_roster(file)


def test_a_name_may_hold_what_only_some_take_for_the_end_of_a_line(tmp_path: Path) -> None:
    text = f"user,name,phone\n{ADA},A\u2028\x0bda,soft\n"
    assert [agent.user for agent in read_roster(written(tmp_path, text, "agents.csv"))] == [ADA]


def test_a_callback_without_its_channel_is_told(tmp_path: Path) -> None:
    """It would be lost: an entry needs the channel's own value."""
    text = f"user,auto_accept.voice.agent_first_callback\n{ADA},true\n"
    with pytest.raises(
        RosterError, match=r"line 2: auto_accept\.voice: is required with auto_accept\.voice\.agent"
    ):
        read_roster(written(tmp_path, text, "agents.csv"))


@pytest.mark.parametrize("name", ["agents.csv", "agents.yaml"])
def test_a_file_that_is_not_there_is_told_with_where_it_was_looked_for(tmp_path: Path, name: str) -> None:
    with pytest.raises(
        RosterError, match=rf"{name}: cannot be read \(No such file or directory\): .* folder"
    ):
        read_roster(tmp_path / name)


@pytest.mark.parametrize(
    ("profiles", "said"),
    [
        (["sales"], r"^profiles: \['sales'\] is no mapping of Profile by name"),
        ({"sales": {"phone": "soft"}}, r"^profiles\.sales: {'phone': 'soft'} is no Profile"),
    ],
)
def test_profiles_of_another_class_are_told(tmp_path: Path, profiles: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        read_roster(written(tmp_path, CSV, "agents.csv"), profiles)
