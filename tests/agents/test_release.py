"""The command `release`: give back, keep, hand over; and what it refuses."""

import pytest
from agents.contact_centre import (
    AUTO_ACCEPT_VOICE,
    NUMBER,
    PHONE_NUMBER,
    PHONE_TYPE,
    WORK_VOICE,
    ContactCentre,
    auto_accept,
    work,
)

from connect_local import Behaviour
from connect_user_config.agents import options
from custom_connect_userconfig.core.identifiers import Environment, Identity
from custom_connect_userconfig.core.ownership import MARKER_KEY, OWNER_KEY, Owner, OwnershipRecord, our_keys

SURE = "--yes"


@pytest.fixture
def orphan(centre: ContactCentre) -> str:
    """An agent with 45 seconds before, 30 declared, whose stack is gone."""
    user_id = centre.agent("ada", AfterContactWorkConfigs=work(45))
    centre.own(user_id, {WORK_VOICE: 30}, exists=False)
    return user_id


def test_an_orphan_gets_its_earlier_values_and_loses_the_record(centre: ContactCentre, orphan: str) -> None:
    ended = centre.run("release", "ada", SURE)
    assert (ended.exit_code, ended.stderr) == (0, "ada: given back.\n")
    assert centre.value(orphan, WORK_VOICE) == 45
    assert not our_keys(centre.tags(orphan))


def test_keep_leaves_the_settings_and_removes_the_record(centre: ContactCentre, orphan: str) -> None:
    ended = centre.run("release", "ada", "--keep", SURE)
    assert (ended.exit_code, ended.stderr) == (0, "ada: kept, and owned by nobody.\n")
    assert centre.value(orphan, WORK_VOICE) == 30
    assert not our_keys(centre.tags(orphan))
    assert "UpdateUserConfig" not in centre.calls


def test_another_stack_takes_over_what_was_handed_over_and_gives_it_back(centre: ContactCentre) -> None:
    user_id = centre.agent("ada", AfterContactWorkConfigs=work(45))
    centre.own(user_id, {WORK_VOICE: 30}, stack="old")
    ended = centre.run("release", "ada", "--hand-over", SURE)
    assert (ended.exit_code, ended.stderr) == (0, "ada: handed over.\n")
    centre.own(user_id, {WORK_VOICE: 30}, stack="new")
    assert centre.tags(user_id)[OWNER_KEY].endswith(" new/Ada")
    centre.run("release", "ada", SURE, "--force")
    assert centre.value(user_id, WORK_VOICE) == 45


def test_what_was_handed_over_and_not_taken_is_an_orphan_that_can_be_released(centre: ContactCentre) -> None:
    user_id = centre.agent("ada", AfterContactWorkConfigs=work(45))
    centre.own(user_id, {WORK_VOICE: 30})
    centre.run("release", "ada", "--hand-over", SURE)
    assert "no other resource has taken it" in centre.run("drift").stdout
    assert centre.run("release", "ada", SURE).exit_code == 0
    assert centre.value(user_id, WORK_VOICE) == 45
    assert not our_keys(centre.tags(user_id))


def test_a_record_that_names_no_owner_can_be_released(centre: ContactCentre, orphan: str) -> None:
    centre.untag(orphan, OWNER_KEY)
    assert centre.run("release", "ada", SURE).exit_code == 0
    assert centre.value(orphan, WORK_VOICE) == 45
    assert not our_keys(centre.tags(orphan))


def test_a_record_that_names_no_owner_can_be_handed_over(centre: ContactCentre, orphan: str) -> None:
    centre.untag(orphan, OWNER_KEY)
    ended = centre.run("release", "ada", "--hand-over", SURE)
    assert (ended.exit_code, ended.stderr) == (0, "ada: handed over.\n")
    centre.own(orphan, {WORK_VOICE: 20}, stack="new")
    assert centre.run("release", "ada", SURE, "--force").exit_code == 0
    assert (centre.value(orphan, WORK_VOICE), our_keys(centre.tags(orphan))) == (45, ())


@pytest.mark.parametrize("way", [(), ("--keep",)])
def test_a_living_owner_is_not_robbed(centre: ContactCentre, way: tuple[str, ...]) -> None:
    user_id = centre.agent("ada")
    centre.own(user_id, {WORK_VOICE: 30})
    before = centre.tags(user_id)
    ended = centre.run("release", "ada", SURE, *way)
    assert ended.exit_code == 4
    assert "sales/Ada still has the resource" in ended.stderr
    assert (centre.tags(user_id), centre.value(user_id, WORK_VOICE)) == (before, 30)


def test_an_owner_outside_of_stacks_needs_force(centre: ContactCentre, orphan: str) -> None:
    tags = centre.tags(orphan)
    tags[OWNER_KEY] = tags[OWNER_KEY].replace("sales/Ada", "-/-")
    centre.tag(orphan, tags)
    ended = centre.run("release", "ada", SURE)
    assert ended.exit_code == 4
    assert "--force" in ended.stderr
    assert centre.run("release", "ada", SURE, "--force").exit_code == 0


def test_one_refusal_of_several_changes_nothing(centre: ContactCentre, orphan: str) -> None:
    centre.own(centre.agent("grace"), {WORK_VOICE: 30}, stack="alive")
    assert centre.run("release", "ada", "grace", SURE).exit_code == 4
    assert centre.value(orphan, WORK_VOICE) == 30


def test_a_dry_run_shows_both_values_and_changes_nothing(centre: ContactCentre, orphan: str) -> None:
    ended = centre.run("release", "ada", "--dry-run", "--json")
    (change,) = ended.json["agents"][0]["changes"]
    assert (change["now"], change["then"]) == ("30 s", "45 s")
    assert centre.value(orphan, WORK_VOICE) == 30
    assert "TagResource" not in centre.calls


def test_nobody_is_released_without_being_named(centre: ContactCentre, orphan: str) -> None:
    assert centre.run("release", SURE).exit_code == 2
    assert centre.value(orphan, WORK_VOICE) == 30


def test_a_part_of_a_record_is_not_released(centre: ContactCentre, orphan: str) -> None:
    ended = centre.run("release", "ada", SURE, "--array", "after-contact-work")
    assert ended.exit_code == 2
    assert centre.value(orphan, WORK_VOICE) == 30


def test_an_agent_whom_nobody_owns_is_named(centre: ContactCentre) -> None:
    centre.agent("ada")
    ended = centre.run("release", "ada", SURE)
    assert ended.exit_code == 0
    assert "ada: nobody owns its settings" in ended.stderr


def test_an_agent_who_is_not_there_is_named_with_a_way_to_look(centre: ContactCentre) -> None:
    ended = centre.run("release", "ada", SURE)
    assert ended.exit_code == 2
    assert "no agent 'ada'" in ended.stderr
    assert "--find ada" in ended.stderr


def test_a_selection_releases_all_of_its_agents(centre: ContactCentre) -> None:
    for name in ("ada", "grace", "joan"):
        centre.own(centre.agent(name, tags={"Team": "Sales"}), {AUTO_ACCEPT_VOICE: True}, exists=False)
    centre.own(centre.agent("edith"), {AUTO_ACCEPT_VOICE: True}, exists=False)
    assert centre.run("release", "--tag", "Team=Sales", SURE).exit_code == 0
    values = [centre.value(f"id-{name}", AUTO_ACCEPT_VOICE) for name in ("ada", "grace", "joan", "edith")]
    assert values == [False, False, False, True]


def test_a_desk_phone_is_left_with_a_note_and_no_number(centre: ContactCentre) -> None:
    legacy = {"PhoneType": "DESK_PHONE", "DeskPhoneNumber": "+4930999999"}
    user_id = centre.agent("ada", phone_config=legacy)
    centre.own(user_id, {PHONE_TYPE: "DESK_PHONE", PHONE_NUMBER: NUMBER}, exists=False)
    ended = centre.run("release", "ada", SURE)
    assert "not fully recorded" in ended.stderr
    assert NUMBER not in ended.stdout + ended.stderr
    assert centre.value(user_id, PHONE_NUMBER) == NUMBER


def test_settings_that_are_not_owned_stay(centre: ContactCentre, orphan: str) -> None:
    centre.edit(orphan, AutoAcceptConfigs=auto_accept("CHAT"))
    centre.run("release", "ada", SURE)
    assert centre.value(orphan, AUTO_ACCEPT_VOICE._replace(channel="CHAT")) is True


def test_an_unreadable_record_is_only_removed_by_keep(centre: ContactCentre) -> None:
    user_id = centre.agent("ada", tags={MARKER_KEY: "managed", "connect-user-config:auto-accept": "v9 x"})
    ended = centre.run("release", "ada", SURE)
    assert ended.exit_code == 4
    assert "--keep" in ended.stderr
    assert centre.run("release", "ada", "--keep", SURE).exit_code == 0
    assert not our_keys(centre.tags(user_id))


@pytest.mark.parametrize("behaviour", [Behaviour(stale_seconds=5.0)], ids=str)
@pytest.mark.parametrize("way", ["--hand-over", "--keep", ""])
def test_the_command_ends_when_reads_show_what_it_did(centre: ContactCentre, way: str) -> None:
    user_id = centre.agent("ada", AfterContactWorkConfigs=work(45))
    centre.own(user_id, {WORK_VOICE: 30}, exists=False)
    centre.clock.sleep(60)
    assert centre.run("release", "ada", SURE, *([way] if way else [])).exit_code == 0
    shown = centre.run("agents", "--json", "--exact").of("ada")
    key = ("AfterContactWorkConfigs", "VOICE", WORK_VOICE.field)
    settings = {(each["array"], each["channel"], each["field"]): each["live"] for each in shown["settings"]}
    assert settings[key] == (30 if way else 45)


def test_a_handed_over_agent_does_not_drift(centre: ContactCentre) -> None:
    user_id = centre.agent("ada")
    centre.own(user_id, {WORK_VOICE: 30})
    centre.run("release", "ada", "--hand-over", SURE)
    centre.edit(user_id, AfterContactWorkConfigs=work(45))
    assert centre.run("drift", "--json").of("ada")["differences"] == []


@pytest.mark.parametrize("way", ["", "--keep", "--hand-over"])
@pytest.mark.parametrize("shown", ["owned", "handed over", "owner not named"])
def test_an_agent_whom_a_stack_takes_while_the_question_is_open_stays_its_own(
    centre: ContactCentre, orphan: str, monkeypatch: pytest.MonkeyPatch, shown: str, way: str
) -> None:
    if shown == "handed over":
        centre.run("release", "ada", "--hand-over", SURE)
    if shown == "owner not named":
        centre.untag(orphan, OWNER_KEY)

    def take(*_: object, **__: object) -> None:
        centre.tag(orphan, {MARKER_KEY: "handed-over"})
        centre.own(orphan, {WORK_VOICE: 20}, stack="new")

    monkeypatch.setattr(options, "ask", take)
    ended = centre.run("release", "ada", *([way] if way else []))
    assert ended.exit_code == 1
    assert "new/Ada" in ended.stderr
    assert centre.tags(orphan)[OWNER_KEY].endswith(" new/Ada")
    assert (centre.tags(orphan)[MARKER_KEY], centre.value(orphan, WORK_VOICE)) == ("managed", 20)


def test_a_record_that_is_gone_when_the_answer_comes_does_not_come_back(
    centre: ContactCentre, orphan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre.run("release", "ada", "--hand-over", SURE)

    def give_back(*_: object, **__: object) -> None:
        centre.untag(orphan, *our_keys(centre.tags(orphan)))
        centre.edit(orphan, AfterContactWorkConfigs=work(60))

    monkeypatch.setattr(options, "ask", give_back)
    assert centre.run("release", "ada").exit_code == 1
    assert (our_keys(centre.tags(orphan)), centre.value(orphan, WORK_VOICE)) == ((), 60)


@pytest.mark.parametrize("shown", ["owned", "handed over"])
def test_a_release_that_was_done_by_the_time_of_the_answer_is_done(
    centre: ContactCentre, orphan: str, monkeypatch: pytest.MonkeyPatch, shown: str
) -> None:
    """A run that was interrupted after its last call, and repeated while reads were late."""
    if shown == "handed over":
        centre.run("release", "ada", "--hand-over", SURE)

    def end(*_: object, **__: object) -> None:
        centre.edit(orphan, AfterContactWorkConfigs=work(45))
        centre.untag(orphan, *our_keys(centre.tags(orphan)))
        centre.connect.forget_calls()

    monkeypatch.setattr(options, "ask", end)
    ended = centre.run("release", "ada")
    assert (ended.exit_code, ended.stderr) == (0, "ada: given back.\n")
    assert not {"TagResource", "UntagResource", "UpdateUserConfig"} & {*centre.calls}


def test_an_agent_who_is_gone_when_the_answer_comes_is_told(
    centre: ContactCentre, orphan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(*_: object, **__: object) -> None:
        centre.connect.backend().delete_user(centre.instance_id, orphan)

    monkeypatch.setattr(options, "ask", leave)
    ended = centre.run("release", "ada")
    assert ended.exit_code == 1
    assert "not found" in ended.stderr.lower()


def test_a_login_commands_no_terminal_and_breaks_no_line(centre: ContactCentre) -> None:
    name = "eve\x1b[2J\nfine\u202e"
    user_id, _ = centre.connect.create_user(centre.instance_id, name, "eve")
    centre.own(user_id, {WORK_VOICE: 30})
    centre.edit(user_id, AfterContactWorkConfigs=work(45))
    arguments = [
        "drift --fix --yes",
        *(f"release eve {way}" for way in ("", "--hand-over --yes", "--keep --yes")),
    ]
    for ended in [centre.run(*each.split()) for each in (*arguments, "release eve")]:
        assert r"eve\x1b[2J\nfine\u202e: " in ended.stderr
        assert not {"\x1b", "\u202e"} & {*ended.stdout, *ended.stderr}


def test_a_release_that_was_interrupted_goes_on_although_a_late_look_shows_nothing_of_it(
    centre: ContactCentre, orphan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre.run("release", "ada", "--hand-over", SURE)
    identity = Identity.parse(centre.instance_id, orphan, Environment())
    nobody = Owner.of(identity, None, None, "connect-user-config release")

    def begin(*_: object, **__: object) -> None:
        centre.tag(orphan, OwnershipRecord(nobody, {}, {}).to_tags())

    monkeypatch.setattr(options, "ask", begin)
    assert centre.run("release", "ada").exit_code == 0
    assert (centre.value(orphan, WORK_VOICE), our_keys(centre.tags(orphan))) == (45, ())
