"""The command `agents`: values in force, owners, selection, and what it costs."""

import csv
import io
from pathlib import Path

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


def test_an_empty_instance_is_no_failure(centre: ContactCentre) -> None:
    ended = centre.run("agents")
    assert (ended.exit_code, ended.stdout) == (0, "")
    assert "0 agents" in ended.stderr


def test_values_that_only_the_legacy_form_holds_are_in_force(centre: ContactCentre) -> None:
    legacy = {"PhoneType": "SOFT_PHONE", "AutoAccept": True, "AfterContactWorkTimeLimit": 45}
    centre.agent("ada", phone_config=legacy)
    row = _row(centre, "ada")
    assert (row["auto-accept"], row["after-contact-work"]) == ("on", "45 s")


def test_a_star_marks_what_a_stack_owns(centre: ContactCentre) -> None:
    ada = centre.agent("ada")
    centre.own(ada, {WORK_VOICE: 30})
    row = _row(centre, "ada")
    assert row["after-contact-work"] == "VOICE 30 s*, else no limit"
    assert row["auto-accept"] == "off"
    assert (row["owner"], row["declared"]) == ("sales/Ada", "")


def test_a_declared_value_that_is_not_in_force_is_shown_and_confirmed(centre: ContactCentre) -> None:
    ada = centre.agent("ada")
    centre.own(ada, {WORK_VOICE: 30})
    centre.edit(ada, AfterContactWorkConfigs=work(45))
    row = _row(centre, "ada")
    assert row["after-contact-work"] == "VOICE 45 s*, else no limit"
    assert row["declared"] == "after-contact-work VOICE 30 s"
    assert "DescribeUser" in centre.calls


@pytest.mark.parametrize("form", ["", "--csv", "--json"])
def test_no_phone_number_is_shown_unless_asked_for(centre: ContactCentre, form: str) -> None:
    ada = centre.agent("ada", phone_config={"PhoneType": "DESK_PHONE", "DeskPhoneNumber": NUMBER})
    centre.own(ada, {PHONE_TYPE: "DESK_PHONE", PHONE_NUMBER: NUMBER})
    options = [form] if form else []
    assert NUMBER not in (hidden := centre.run("agents", *options).stdout)
    assert "[phone number redacted]" in hidden
    assert NUMBER in centre.run("agents", "--phone-numbers", *options).stdout


def test_find_shows_ids(centre: ContactCentre) -> None:
    centre.agent("ada.lovelace")
    centre.agent("grace.hopper")
    shown = centre.run("agents", "--find", "LOVE").stdout
    assert "id-ada.lovelace" in shown
    assert "grace" not in shown


def test_owned_and_unowned_are_the_two_halves(centre: ContactCentre) -> None:
    centre.own(centre.agent("ada"), {AUTO_ACCEPT_VOICE: True})
    centre.agent("grace")
    assert _names(centre, "--owned") == ["ada"]
    assert _names(centre, "--unowned") == ["grace"]


def test_columns_are_the_named_ones_in_their_order(centre: ContactCentre) -> None:
    centre.agent("ada")
    assert centre.run("agents", "--csv", "--columns", "id,agent").stdout == "id,agent\nid-ada,ada\n"


def test_an_unknown_column_names_the_known_ones(centre: ContactCentre) -> None:
    ended = centre.run("agents", "--columns", "agent,phone")
    assert ended.exit_code == 2
    assert "there is no column 'phone'" in ended.stderr
    assert "phone-number" in ended.stderr


def test_json_says_of_each_setting_what_is_in_force_declared_and_was_before(centre: ContactCentre) -> None:
    centre.own(centre.agent("ada", AutoAcceptConfigs=auto_accept("CHAT")), {AUTO_ACCEPT_VOICE: True})
    settings = centre.run("agents", "--json").of("ada")["settings"]
    by_channel = {each["channel"]: each for each in settings if each["field"] == "AutoAccept"}
    owned = {"owned": True, "declared": True, "earlier": False}
    assert by_channel["VOICE"].items() >= {"live": True, **owned}.items()
    assert by_channel["CHAT"].items() >= {"live": True, "owned": False}.items()
    assert "declared" not in by_channel["CHAT"]


def test_array_and_channel_choose_settings(centre: ContactCentre) -> None:
    centre.agent("ada")
    chosen = centre.run("agents", "--json", "--array", "auto-accept", "--channel", "chat")
    settings = chosen.of("ada")["settings"]
    assert [(each["array"], each["channel"]) for each in settings] == [("AutoAcceptConfigs", "CHAT")]


def test_a_record_that_cannot_be_read_is_named_and_stops_nothing(centre: ContactCentre) -> None:
    centre.agent("ada", tags={"connect-user-config:auto-accept": "v9 nonsense"})
    centre.agent("grace")
    assert _row(centre, "ada")["owner"] == "unreadable record"
    assert _names(centre) == ["ada", "grace"]


def test_a_cell_of_csv_is_no_formula(centre: ContactCentre) -> None:
    centre.agent("=cmd()")
    assert "\n'=cmd()," in centre.run("agents", "--csv").stdout


def test_the_unit_of_a_search_costs_one_more_call(centre: ContactCentre) -> None:
    for number in range(250):
        centre.agent(f"agent-{number}", AfterContactWorkConfigs=work(30 + number))
    assert len(_names(centre)) == 250
    assert centre.calls.count("SearchUsers") == 3
    assert centre.calls.count("DescribeUser") == 1


def _row(centre: ContactCentre, username: str) -> dict[str, str]:
    rows = csv.DictReader(io.StringIO(centre.run("agents", "--csv").stdout))
    return next(row for row in rows if row["agent"] == username)


def _names(centre: ContactCentre, *options: str) -> list[str]:
    rows = csv.DictReader(io.StringIO(centre.run("agents", "--csv", *options).stdout))
    return sorted(row["agent"] for row in rows)


@pytest.mark.parametrize("form", ["--json", "--csv"])
def test_a_report_and_another_answer_are_not_given_at_once(
    centre: ContactCentre, tmp_path: Path, form: str
) -> None:
    page = tmp_path / "agents.html"
    ended = centre.run("agents", "--html", str(page), form)
    assert ended.exit_code == 2
    assert f"--html and {form}" in ended.stderr
    assert not page.exists()
    assert centre.calls == []
