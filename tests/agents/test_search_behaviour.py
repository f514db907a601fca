"""What the documentation leaves open about searches: units and late indexes; values are right either way."""

import pytest
from agents.contact_centre import WORK_VOICE, ContactCentre, work

from connect_local import AcwUnit, Behaviour

UNITS = [Behaviour(search_acw_unit=unit) for unit in AcwUnit]
LATE = Behaviour(search_stale_seconds=60.0)


@pytest.mark.parametrize("behaviour", UNITS, ids=str)
def test_limits_are_in_seconds_whatever_the_search_counts_in(centre: ContactCentre) -> None:
    centre.agent("ada", AfterContactWorkConfigs=work(45))
    centre.agent("grace", phone_config={"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 50})
    centre.agent("joan", AfterContactWorkConfigs=[*work(0), *work(5400, "CHAT")])
    assert {name: _limits(centre, name) for name in ("ada", "grace", "joan")} == {
        "ada": {"VOICE": 45, "CHAT": 0},
        "grace": {"VOICE": 50, "CHAT": 50},
        "joan": {"VOICE": 0, "CHAT": 5400},
    }


@pytest.mark.parametrize("behaviour", UNITS, ids=str)
def test_nothing_drifts_because_of_a_unit(centre: ContactCentre) -> None:
    for number in range(5):
        centre.own(centre.agent(f"agent-{number}"), {WORK_VOICE: 30 + number})
    assert centre.run("drift").exit_code == 0
    assert centre.calls.count("DescribeUser") == 1


@pytest.mark.parametrize("behaviour", UNITS, ids=str)
def test_an_agent_who_has_changed_since_the_search_teaches_no_wrong_unit(centre: ContactCentre) -> None:
    centre.connect.behaviour = Behaviour(
        search_acw_unit=centre.connect.behaviour.search_acw_unit, search_stale_seconds=60.0
    )
    for name in ("ada", "grace"):
        centre.agent(name, AfterContactWorkConfigs=work(45))
    centre.clock.sleep(100)
    centre.edit("id-ada", AfterContactWorkConfigs=work(77))
    assert _limits(centre, "ada")["VOICE"] == 77
    assert _limits(centre, "grace")["VOICE"] == 45


@pytest.mark.parametrize("behaviour", [LATE], ids=str)
def test_a_late_search_is_never_shown_as_drift(centre: ContactCentre) -> None:
    user_id = centre.agent("ada")
    centre.own(user_id, {WORK_VOICE: 30})
    centre.clock.sleep(100)
    centre.edit(user_id, AfterContactWorkConfigs=work(45))
    centre.clock.sleep(100)
    assert centre.run("drift").exit_code == 6
    centre.edit(user_id, AfterContactWorkConfigs=work(30))
    assert centre.run("drift").exit_code == 0


@pytest.mark.parametrize("behaviour", [LATE], ids=str)
@pytest.mark.parametrize(("options", "exit_code"), [((), 0), (("--exact",), 6)])
def test_drift_that_a_late_search_hides_is_seen_exactly(
    centre: ContactCentre, options: tuple[str, ...], exit_code: int
) -> None:
    centre.agent("aaron", AfterContactWorkConfigs=work(50))  # who tells the unit
    user_id = centre.agent("ada")
    centre.own(user_id, {WORK_VOICE: 30})
    centre.clock.sleep(100)
    centre.edit(user_id, AfterContactWorkConfigs=work(45))
    assert centre.run("drift", *options).exit_code == exit_code


@pytest.mark.parametrize("behaviour", [LATE], ids=str)
def test_an_agent_who_has_left_since_the_search_is_left_out(centre: ContactCentre) -> None:
    for name in ("ada", "grace"):
        user_id = centre.agent(name)
        centre.own(user_id, {WORK_VOICE: 30}, logical_id=name.title())
        centre.edit(user_id, AfterContactWorkConfigs=work(45))
    centre.clock.sleep(100)
    centre.dismiss("id-ada")
    assert [each["username"] for each in centre.run("agents", "--json", "--exact").json["agents"]] == [
        "grace"
    ]
    assert [each["username"] for each in centre.run("drift", "--json").json["agents"]] == ["grace"]


def _limits(centre: ContactCentre, username: str) -> dict[str, int]:
    settings = centre.run("agents", "--json").of(username)["settings"]
    field = "AfterContactWorkConfig.AfterContactWorkTimeLimit"
    limits = {each["channel"]: each["live"] for each in settings if each["field"] == field}
    return {channel: limits[channel] for channel in ("VOICE", "CHAT")}
