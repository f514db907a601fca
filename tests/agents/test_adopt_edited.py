"""Templates that somebody has edited by hand before `adopt` brings them up to date."""

import re
from pathlib import Path

import pytest
from agents.contact_centre import ContactCentre


@pytest.fixture
def template(centre: ContactCentre, tmp_path: Path) -> Path:
    """The template of one agent."""
    centre.agent("ada")
    assert centre.run("adopt", "--to", str(tmp_path)).exit_code == 0
    return tmp_path / "part-1-of-1.yaml"


@pytest.mark.parametrize(
    "user", ["!Ref Ada", "!Sub '${Ada}'", "null", "'a b'", "12345", "INSTANCE/agent/id-ada"]
)
def test_an_agent_who_is_not_named_by_id_is_not_dropped(
    centre: ContactCentre, template: Path, user: str
) -> None:
    """Such an agent cannot be read, and must not get the earlier settings back for it."""
    edited = template.read_text().replace(
        "UserId: id-ada  # ada", f"UserId: {user.replace('INSTANCE', centre.arn)}"
    )
    template.write_text(edited)
    ended = centre.run("adopt", "--to", str(template.parent))
    assert ended.exit_code == 4
    assert "which is not an id that adopt writes" in ended.stderr
    assert template.read_text() == edited


@pytest.mark.parametrize("parts", ["999999999999", "-1", "many"])
def test_a_number_of_parts_that_no_run_writes_is_refused_at_once(
    centre: ContactCentre, template: Path, parts: str
) -> None:
    template.write_text(template.read_text().replace("Parts: 1", f"Parts: {parts}"))
    ended = centre.run("adopt", "--to", str(template.parent))
    assert ended.exit_code == 4
    assert f"{template} was not written by adopt" in ended.stderr


TOPIC = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic"


@pytest.mark.parametrize(
    ("written", "edited", "place"),
    [
        ("Resources:", TOPIC, "Resources.Topic"),
        ("Resources:", "Outputs:\n  Ada: {Value: x}\nResources:", "Outputs"),
        ("Resources:", "Conditions:\n  Never: !Equals [a, b]\nResources:", "Conditions"),
        ("Resources:", "Parameters:\n  Limit: {Type: Number}\nResources:", "Parameters.Limit"),
        ("Resources:", "Transform: Ours\nResources:", "Transform"),
        ("Metadata:", "Metadata:\n  Team: Sales", "Metadata.Team"),
        ("part 1 of 1", "the agents of Sales", "Description"),
        (
            "    Properties:",
            "    DeletionPolicy: Retain\n    Properties:",
            ".DeletionPolicy",
        ),
        ("    Properties:", "    Condition: Never\n    Properties:", ".Condition"),
        ("UserConfig\n    Properties:", "UserConfigs\n    Properties:", ".Type"),
        ("    Properties:", "    DependsOn: [A, B]\n    Properties:", ".DependsOn"),
        ("  Agentidada", "  Ada", "Resources.Ada"),
        ("      UserId:", "      ServiceTimeout: 60\n      UserId:", "Properties.ServiceTimeout"),
        ("!ImportValue Connect", "!ImportValue Other", "Properties.ServiceToken"),
        ("AutoAccept: false", "AutoAccept: !If [Never, true, false]", "Properties.AutoAcceptConfigs"),
        ("PhoneType: SOFT_PHONE", "PhoneType: !Ref Kind", "Properties.PhoneNumberConfigs"),
        ("Resources:", "# Sales takes chats only.\nResources:", "# Sales takes chats only."),
        ("AutoAcceptConfigs:", "AutoAcceptConfigs:  # later", "# later"),
    ],
)
def test_what_somebody_has_added_is_named_and_not_overwritten(
    centre: ContactCentre, template: Path, written: str, edited: str, place: str
) -> None:
    before = template.read_text()
    text = before.replace(written, edited, 1)
    assert text != before
    template.write_text(text)
    ended = centre.run("adopt", "--to", str(template.parent))
    assert ended.exit_code == 4, ended.stderr
    assert re.search(rf"{re.escape(place)}\w* in {template} was added by hand", ended.stderr), ended.stderr
    assert template.read_text() == text


@pytest.mark.parametrize(
    ("written", "edited", "place"),
    [
        ("      Type:", "      Condition: Never\n      Type:", "Condition"),
        ("  - Id\n", "  - Who\n", "Resources.Fn::ForEach::Settings"),
        ("Agent&{Id}:", "Ours&{Id}:", "Resources.Fn::ForEach::Settings"),
    ],
)
def test_what_somebody_has_added_to_a_loop_is_named_and_not_overwritten(
    centre: ContactCentre, tmp_path: Path, written: str, edited: str, place: str
) -> None:
    for name in ("ada1", "ben2"):
        centre.connect.create_user(centre.instance_id, name, name)
    adopt = ("adopt", "--to", str(tmp_path), "--group")
    assert centre.run(*adopt).exit_code == 0
    template = tmp_path / "part-1-of-1.yaml"
    text = template.read_text().replace(written, edited, 1)
    assert text != template.read_text()
    template.write_text(text)
    ended = centre.run(*adopt)
    assert ended.exit_code == 4, ended.stderr
    assert re.search(rf"{re.escape(place)}\w* in {template} was added by hand", ended.stderr), ended.stderr
    assert template.read_text() == text


@pytest.mark.parametrize("form", [(), ("--format", "json"), ("--group",), ("--phone-numbers",)], ids=str)
def test_values_that_somebody_has_edited_are_brought_up_to_date(
    centre: ContactCentre, tmp_path: Path, form: tuple[str, ...]
) -> None:
    desk = [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": "+12025550100"}]
    centre.agent("ada", PhoneNumberConfigs=desk)
    for number in range(3):
        centre.agent(f"ben{number}")
    adopt = ("adopt", "--to", str(tmp_path), *form)
    assert centre.run(*adopt).exit_code == 0
    template = next(tmp_path.glob("part-*"))
    written = template.read_text()
    template.write_text(written.replace("NONE", "VOICE_ISOLATION"))
    assert centre.run(*adopt).exit_code == 0
    assert template.read_text() == written
