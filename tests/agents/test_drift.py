"""The command `drift`: differences, orphans, and writing declared values again."""

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

from connect_local import Behaviour
from connect_user_config.agents import options
from custom_connect_userconfig.core.ownership import MARKER_KEY
from custom_connect_userconfig.core.settings import Settings

WORK = {WORK_VOICE: 30}


def drifted(centre: ContactCentre, username: str = "ada", declared: Settings = WORK) -> str:
    """Create an agent whose owned after-contact work somebody has changed to 45 seconds."""
    user_id = centre.agent(username)
    centre.own(user_id, declared, logical_id=username.title())
    centre.edit(user_id, AfterContactWorkConfigs=work(45))
    return user_id


def test_nothing_differs_is_exit_code_0(centre: ContactCentre) -> None:
    centre.own(centre.agent("ada"), WORK)
    centre.agent("grace", AutoAcceptConfigs=auto_accept("VOICE"))
    ended = centre.run("drift")
    assert (ended.exit_code, ended.stdout) == (0, "")


def test_a_difference_is_exit_code_6_with_both_values(centre: ContactCentre) -> None:
    drifted(centre)
    ended = centre.run("drift", "--csv")
    assert ended.exit_code == 6
    assert ended.stdout == (
        "agent,setting,declared,in force,owner\nada,after-contact-work VOICE,30 s,45 s,sales/Ada\n"
    )


def test_a_difference_that_only_a_late_search_shows_is_none(centre: ContactCentre) -> None:
    # The search knows no unit of its own, so that its value is another one than that of DescribeUser.
    user_id = centre.agent("ada")
    centre.own(user_id, WORK)
    assert centre.run("drift", "--user", user_id).exit_code == 0


def test_an_edit_of_what_nobody_owns_is_no_drift(centre: ContactCentre) -> None:
    user_id = centre.agent("ada")
    centre.own(user_id, WORK)
    centre.edit(user_id, AutoAcceptConfigs=auto_accept("VOICE"))
    assert centre.run("drift").exit_code == 0


def test_the_owner_is_looked_for_once_a_stack(centre: ContactCentre) -> None:
    for name in ("ada", "grace"):
        drifted(centre, name)
    centre.stack("sales", "Ada", "Grace")
    answer = centre.run("drift", "--json")
    assert {each["username"]: each["ownerState"] for each in answer.json["agents"]} == {
        "ada": "alive",
        "grace": "orphan",
    }
    assert answer.of("grace")["ownerReason"] == "stack sales has no resource Grace"


@pytest.mark.parametrize("how", ["deleted", "made anew", "another resource"])
def test_an_orphan_is_a_record_whose_resource_is_gone(centre: ContactCentre, how: str) -> None:
    centre.own(centre.agent("ada"), WORK)
    centre.delete_stacks()
    reasons = {
        "deleted": "there is no stack sales",
        "made anew": "stack sales was created anew, and its Ada is another resource",
        "another resource": "stack sales has no resource Ada",
    }
    if how != "deleted":
        centre.stack("sales", "Ada" if how == "made anew" else "Grace")
    ended = centre.run("drift", "--json")
    assert ended.exit_code == 6
    assert ended.of("ada")["ownerReason"] == reasons[how]
    assert ended.of("ada")["differences"] == []


def test_without_stacks_nobody_is_called_an_orphan(centre: ContactCentre) -> None:
    centre.own(centre.agent("ada"), WORK, exists=False)
    assert centre.run("drift", "--no-stacks").exit_code == 0


def test_a_record_that_cannot_be_read_is_shown_with_its_tag(centre: ContactCentre) -> None:
    centre.agent("ada", tags={"connect-user-config:auto-accept": "v9 nonsense"})
    ended = centre.run("drift")
    assert ended.exit_code == 6
    assert "connect-user-config:auto-accept" in ended.stdout


def test_fix_writes_the_declared_value_and_nothing_else(centre: ContactCentre) -> None:
    user_id = drifted(centre)
    centre.edit(user_id, AutoAcceptConfigs=auto_accept("CHAT"))
    before = centre.tags(user_id)
    ended = centre.run("drift", "--fix", "--yes")
    assert ended.exit_code == 0
    assert "ada: as declared." in ended.stderr
    assert centre.value(user_id, WORK_VOICE) == 30
    assert centre.value(user_id, AUTO_ACCEPT_VOICE._replace(channel="CHAT")) is True
    assert centre.tags(user_id) == before
    assert centre.calls.count("UpdateUserConfig") == 1
    assert not {"TagResource", "UntagResource"} & set(centre.calls)


def test_fix_of_one_array_leaves_the_others(centre: ContactCentre) -> None:
    user_id = drifted(centre, declared={**WORK, AUTO_ACCEPT_VOICE: True})
    centre.edit(user_id, AutoAcceptConfigs=[{"Channel": "VOICE", "AutoAccept": False}])
    assert centre.run("drift", "--fix", "--yes", "--array", "auto-accept").exit_code == 0
    assert centre.value(user_id, AUTO_ACCEPT_VOICE) is True
    assert centre.value(user_id, WORK_VOICE) == 45


def test_fix_asks_first_and_no_answer_changes_nothing(centre: ContactCentre) -> None:
    user_id = drifted(centre)
    ended = centre.run("drift", "--fix")
    assert ended.exit_code == 2
    assert "add --yes" in ended.stderr
    assert centre.value(user_id, WORK_VOICE) == 45


def test_fix_says_which_phone_it_cannot_write(centre: ContactCentre) -> None:
    user_id = centre.agent("ada")
    centre.own(user_id, {PHONE_TYPE: "DESK_PHONE", PHONE_NUMBER: NUMBER})
    centre.connect.behaviour = Behaviour(drop_number_under_soft_phone=True)
    centre.edit(user_id, PhoneNumberConfigs=[{"Channel": "VOICE", "PhoneType": "SOFT_PHONE"}])
    ended = centre.run("drift", "--fix", "--yes")
    assert "deploy the stack" in ended.stderr
    assert centre.value(user_id, PHONE_TYPE) == "SOFT_PHONE"
    assert NUMBER not in ended.stdout + ended.stderr


def test_fix_goes_on_after_an_agent_that_fails(centre: ContactCentre) -> None:
    for name in ("ada", "grace"):
        drifted(centre, name)
    ids = {"ada": "id-ada", "grace": "id-grace"}
    centre.dismiss(ids["ada"])
    ended = centre.run("drift", "--fix", "--yes")
    assert centre.value(ids["grace"], WORK_VOICE) == 30
    assert ended.exit_code == 0


def test_the_report_shows_differences_and_orphans(centre: ContactCentre, tmp_path: Path) -> None:
    drifted(centre)
    centre.own(centre.agent("grace"), WORK, logical_id="Grace", exists=False)
    page = tmp_path / "drift.html"
    assert centre.run("drift", "--html", str(page)).exit_code == 6
    text = page.read_text("utf-8")
    assert "45 s" in text
    assert "stack sales has no resource Grace" in text


@pytest.mark.parametrize(("marker", "said"), [("handed-over", "handed"), ("releasing", "A delete has begun")])
def test_fix_writes_nothing_that_nobody_declares_any_more(
    centre: ContactCentre, monkeypatch: pytest.MonkeyPatch, marker: str, said: str
) -> None:
    drifted(centre)
    monkeypatch.setattr(options, "ask", lambda *_, **__: centre.tag("id-ada", {MARKER_KEY: marker}))
    assert said in centre.run("drift", "--fix").stderr
    assert "UpdateUserConfig" not in centre.calls


@pytest.mark.parametrize(
    ("answer", "exit_code", "words"), [("n\n", 1, "nothing was changed"), ("", 1, "nobody has answered")]
)
def test_an_answer_that_is_no_yes_changes_nothing(
    centre: ContactCentre, monkeypatch: pytest.MonkeyPatch, answer: str, exit_code: int, words: str
) -> None:
    user_id = drifted(centre)
    monkeypatch.setattr("connect_user_config.agents.options._can_answer", lambda: True)
    ended = centre.run("drift", "--fix", answer=answer)
    assert ended.exit_code == exit_code
    assert words in ended.stderr
    assert centre.value(user_id, WORK_VOICE) == 45
