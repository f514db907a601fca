"""The command `diff` without a stack: what changes, what is taken over, whose it is, and what fails."""

from pathlib import Path
from typing import Any

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
from agents.templates_of_agents import Differ, declare, run_alone, template

OFF = [{"Channel": "VOICE", "AutoAccept": False}]
DESK = [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": NUMBER}]


@pytest.fixture
def differ(centre: ContactCentre, tmp_path: Path) -> Differ:
    return Differ(centre, tmp_path)


def test_a_changed_value_and_one_that_is_given_back_are_differences(
    centre: ContactCentre, differ: Differ
) -> None:
    ada = centre.agent("ada", AfterContactWorkConfigs=work(45))
    centre.own(ada, {AUTO_ACCEPT_VOICE: True, WORK_VOICE: 60})
    told = differ.told(template(Ada=declare(centre, ada, AutoAcceptConfigs=OFF)))
    assert told.exit_code == 6
    assert told.changes == {
        ("ada", "VOICE", "AutoAccept", True, False),
        ("ada", "VOICE", "AfterContactWorkConfig", 60, 45),
    }
    kinds = {one["field"].partition(".")[0]: one["change"] for one in told.of("Ada")["settings"]}
    assert kinds == {"AutoAccept": "changed", "AfterContactWorkConfig": "given back"}


def test_the_table_names_agent_resource_and_both_values(centre: ContactCentre, differ: Differ) -> None:
    ada = centre.agent("ada")
    ended = differ.run(template(Ada=declare(centre, ada, AutoAcceptConfigs=auto_accept("VOICE"))))
    (row,) = [line.split() for line in ended.stdout.splitlines() if line.strip().startswith("ada")]
    assert row == ["ada", "Ada", "taken", "over", "auto-accept", "VOICE", "off", "on"]
    assert "1 setting of 1 agent would change" in ended.stderr
    assert centre.calls == ["DescribeUser"]


def test_what_is_so_and_owned_is_no_difference(centre: ContactCentre, differ: Differ) -> None:
    ada = centre.agent("ada")
    centre.own(ada, {WORK_VOICE: 30})
    told = differ.told(template(Ada=declare(centre, ada, AfterContactWorkConfigs=work(30))))
    assert (told.exit_code, told.changes) == (0, set())
    assert told.of("Ada")["notes"] == ["Owned by sales/Ada: fine if that is the stack you deploy to."]


def test_to_take_over_what_is_so_is_a_difference_unless_only_settings_count(
    centre: ContactCentre, differ: Differ
) -> None:
    ada = centre.agent("ada", AfterContactWorkConfigs=work(30))
    tree = template(Ada=declare(centre, ada, AfterContactWorkConfigs=work(30)))
    ended = differ.run(tree)
    assert ended.exit_code == 6
    assert "taken over, unchanged" in ended.stdout
    assert "ownership alone of 1 agent would change" in ended.stderr
    only = differ.run(tree, "--settings-only")
    assert (only.exit_code, only.stdout) == (0, "")


def test_phone_numbers_are_shown_only_if_asked_for(centre: ContactCentre, differ: Differ) -> None:
    ada = centre.agent("ada", PhoneNumberConfigs=[{**DESK[0], "PhoneNumber": "+4930999999"}])
    tree = template(Ada=declare(centre, ada, PhoneNumberConfigs=DESK))
    for form in ((), ("--json",), ("--markdown",)):
        ended = differ.run(tree, *form)
        assert ended.exit_code == 6
        assert NUMBER not in ended.stdout + ended.stderr
        assert "+4930999999" not in ended.stdout + ended.stderr
        assert NUMBER in differ.run(tree, "--phone-numbers", *form).stdout.replace("\\", "")
    assert "another number" in differ.run(tree).stdout


def test_a_number_that_no_record_holds_is_left_and_said(centre: ContactCentre, differ: Differ) -> None:
    ada = centre.agent("ada", PhoneNumberConfigs=[{**DESK[0], "PhoneNumber": "+4930999999"}])
    centre.own(ada, {PHONE_TYPE: "DESK_PHONE", PHONE_NUMBER: NUMBER, WORK_VOICE: 30})
    told = differ.told(template(Ada=declare(centre, ada, AfterContactWorkConfigs=work(30))))
    assert (told.exit_code, told.changes) == (6, set())
    assert any("the phone settings are left as they are now" in note for note in told.of("Ada")["notes"])
    given_back = {one["field"] for one in told.of("Ada")["settings"] if one["change"] == "given back"}
    assert given_back == {"PhoneType", "PhoneNumber"}


def test_another_logical_id_in_the_record_is_a_failure(centre: ContactCentre, differ: Differ) -> None:
    ada = centre.agent("ada")
    centre.own(ada, {WORK_VOICE: 30})
    told = differ.told(template(Lovelace=declare(centre, ada, AfterContactWorkConfigs=work(30))))
    assert told.exit_code == 1
    assert "already owned by sales/Ada" in told.of("Lovelace")["refusal"]
    assert "before it deletes the old one" in told.of("Lovelace")["refusal"]


def test_another_spelling_than_in_the_record_is_a_failure(centre: ContactCentre, differ: Differ) -> None:
    ada = centre.agent("ada")
    centre.own(ada, {WORK_VOICE: 30})
    arn = f"{centre.arn}/agent/{ada}"
    told = differ.told(template(Ada=declare(centre, arn, AfterContactWorkConfigs=work(30))))
    assert told.exit_code == 1
    assert "spelled in another way" in told.of("Ada")["refusal"]


def test_the_owner_of_a_long_name_is_recognised_though_its_label_is_cut(
    centre: ContactCentre, differ: Differ
) -> None:
    ada, name = centre.agent("ada"), "A" * 255
    centre.own(ada, {WORK_VOICE: 30}, stack="s" * 128, logical_id=name, exists=False)
    assert (
        differ.told(template(**{name: declare(centre, ada, AfterContactWorkConfigs=work(30))})).exit_code == 0
    )
    other = "B" * 255
    told = differ.told(template(**{other: declare(centre, ada, AfterContactWorkConfigs=work(30))}))
    assert told.exit_code == 1


def test_an_agent_that_was_handed_over_is_taken_with_its_earlier_values(
    centre: ContactCentre, differ: Differ
) -> None:
    ada = centre.agent("ada", AfterContactWorkConfigs=work(45))
    centre.own(ada, {WORK_VOICE: 30}, logical_id="Old")
    assert centre.run("release", ada, "--hand-over", "--yes").exit_code == 0
    tree = template(Ada=declare(centre, ada, AutoAcceptConfigs=auto_accept("VOICE")))
    told = differ.told(tree)
    assert told.changes == {
        ("ada", "VOICE", "AutoAccept", False, True),
        ("ada", "VOICE", "AfterContactWorkConfig", 30, 45),
    }
    assert told.of("Ada")["notes"] == ["Taken over from sales/Old, which has handed it over."]
    assert told.of("Ada")["owner"] == "handed over by sales/Old"


def test_a_record_that_cannot_be_read_is_a_failure(centre: ContactCentre, differ: Differ) -> None:
    ada = centre.agent("ada", tags={"connect-user-config": "managed", "connect-user-config:owner": "v9"})
    told = differ.told(template(Ada=declare(centre, ada, AfterContactWorkConfigs=work(30))))
    assert told.exit_code == 1
    assert "not a record that this version" in told.of("Ada")["refusal"]


def test_an_agent_without_room_for_the_tags_is_a_failure(centre: ContactCentre, differ: Differ) -> None:
    ada = centre.agent("ada", tags={f"tag{number}": "x" for number in range(48)})
    told = differ.told(template(Ada=declare(centre, ada, AfterContactWorkConfigs=work(30))))
    assert told.exit_code == 1
    assert "a user holds 50 at most" in told.of("Ada")["refusal"]


def test_an_agent_that_is_gone_is_named(centre: ContactCentre, differ: Differ) -> None:
    told = differ.told(template(Ada=declare(centre, "gone", AfterContactWorkConfigs=work(30))))
    assert told.exit_code == 6
    assert told.of("Ada")["gone"]
    assert "There is no user gone" in told.of("Ada")["notes"][0]


def test_two_resources_for_one_agent_are_named_across_templates(
    centre: ContactCentre, differ: Differ
) -> None:
    ada = centre.agent("ada")
    files = [
        differ.write(
            template(**{name: declare(centre, ada, AfterContactWorkConfigs=work(30))}), f"{name}.json"
        )
        for name in ("Ada", "Twin")
    ]
    ended = centre.run("diff", *files)
    assert ended.exit_code == 1
    assert f"Ada ({files[0]}:1) declares settings of the same agent" in ended.stdout
    assert centre.calls == ["DescribeUser"]


def test_what_the_handler_refuses_is_told_as_check_tells_it(centre: ContactCentre, differ: Differ) -> None:
    tree = template(Ada=declare(centre, centre.agent("ada"), AutoAcceptConfigs=[{"Channel": "voice"}]))
    ended = differ.run(tree)
    assert ended.exit_code == 1
    checked = [
        line for line in run_alone("check", differ.write(tree)).stdout.splitlines() if " error: " in line
    ]
    assert checked
    assert [line for line in ended.stdout.splitlines() if " error: " in line] == checked


def test_a_value_that_nobody_has_given_is_named_and_nothing_said_of_its_setting(
    centre: ContactCentre, differ: Differ
) -> None:
    ada = centre.agent("ada")
    centre.own(ada, {PHONE_TYPE: "DESK_PHONE", PHONE_NUMBER: NUMBER})
    phone = [{**DESK[0], "PhoneNumber": {"Ref": "Number"}}]
    number = {"Number": {"Type": "String", "NoEcho": True}}
    told = differ.told(template(number, Ada=declare(centre, ada, PhoneNumberConfigs=phone)))
    assert (told.exit_code, told.of("Ada")["settings"]) == (6, [])
    (unresolved,) = told.json["unresolved"]
    assert "PhoneNumberConfigs[0].PhoneNumber" in unresolved
    assert "Give --parameter Number=…" in unresolved


@pytest.mark.parametrize(
    "arrays",
    [
        {"Fn::ImportValue": "settings"},
        [{"Fn::ImportValue": "entry"}],
        [{"Channel": {"Fn::ImportValue": "channel"}, "AfterContactWorkConfig": {}}],
    ],
    ids=["array", "entry", "channel"],
)
def test_of_an_array_that_is_not_known_nothing_is_said(
    centre: ContactCentre, differ: Differ, arrays: Any
) -> None:
    ada = centre.agent("ada")
    centre.own(ada, {WORK_VOICE: 30})
    tree = template(Ada=declare(centre, ada, AfterContactWorkConfigs=arrays, AutoAcceptConfigs=OFF))
    told = differ.told(tree)
    assert told.changes == set()
    assert "AfterContactWorkConfigs" in told.json["unresolved"][0]


def test_a_condition_that_nothing_decides_is_named(centre: ContactCentre, differ: Differ) -> None:
    ada = centre.agent("ada")
    resource = declare(centre, ada, AfterContactWorkConfigs=work(30), more={"Condition": "IsProd"})
    tree = template({"Stage": {"Type": "String"}}, Ada=resource)
    tree["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
    told = differ.told(tree)
    assert told.exit_code == 6
    assert "depends on IsProd, which nothing decides. Give --parameter Stage=…" in told.json["unresolved"][0]
    assert differ.told(tree, "--parameter", "Stage=test").json["resources"] == []
    assert differ.told(tree, "--parameter", "Stage=prod").changes


def test_defaults_hold_and_loops_are_unrolled(centre: ContactCentre, differ: Differ) -> None:
    for name in ("ada", "grace"):
        centre.agent(name)
    each = declare(centre, {"Fn::Sub": "id-${Name}"})
    limit = {"AfterContactWorkTimeLimit": {"Ref": "Limit"}}
    each["Properties"]["AfterContactWorkConfigs"] = [{"Channel": "VOICE", "AfterContactWorkConfig": limit}]
    loop = ["Name", ["ada", "grace"], {"Of${Name}": each}]
    tree = template({"Limit": {"Type": "Number", "Default": 30}}, **{"Fn::ForEach::Each": loop})
    tree["Transform"] = "AWS::LanguageExtensions"
    told = differ.told(tree)
    assert told.changes == {(name, "VOICE", "AfterContactWorkConfig", 0, 30) for name in ("ada", "grace")}
    assert {each["resource"] for each in told.json["resources"]} == {"Ofada", "Ofgrace"}


def test_region_and_account_are_those_of_the_instance(centre: ContactCentre, differ: Differ) -> None:
    ada = centre.agent("ada")
    scope = "arn:${AWS::Partition}:connect:${AWS::Region}:${AWS::AccountId}"
    arn = {"Fn::Sub": f"{scope}:instance/{centre.instance_id}"}
    resource = declare(centre, ada, AfterContactWorkConfigs=work(30))
    resource["Properties"]["InstanceId"] = arn
    told = differ.told(template(Ada=resource))
    assert told.changes == {("ada", "VOICE", "AfterContactWorkConfig", 0, 30)}


def test_a_resource_of_another_instance_is_named_and_not_read(centre: ContactCentre, differ: Differ) -> None:
    resource = declare(centre, "ada", AfterContactWorkConfigs=work(30))
    resource["Properties"]["InstanceId"] = "elsewhere"
    told = differ.told(template(Ada=resource))
    assert told.exit_code == 0
    assert "is of instance elsewhere" in told.json["elsewhere"][0]
    assert centre.calls == []


def test_the_instance_is_that_of_the_templates(centre: ContactCentre, differ: Differ) -> None:
    ada = centre.agent("ada")
    tree = template(Ada=declare(centre, ada, AfterContactWorkConfigs=work(30)))
    ended = run_alone("diff", differ.write(tree), "--json")
    assert (ended.exit_code, ended.json["instanceId"]) == (6, centre.instance_id)


def test_several_instances_need_one_to_be_named(centre: ContactCentre, differ: Differ) -> None:
    here, there = (declare(centre, name, AfterContactWorkConfigs=work(30)) for name in ("ada", "grace"))
    there["Properties"]["InstanceId"] = "elsewhere"
    ended = run_alone("diff", differ.write(template(A=here, B=there)))
    assert ended.exit_code == 2
    assert "the templates name 2 instances" in ended.stderr
    assert "--instance" in ended.stderr


def test_a_macro_is_refused_with_the_reason(centre: ContactCentre, differ: Differ) -> None:
    tree = template(Ada=declare(centre, "ada", AfterContactWorkConfigs=work(30)))
    tree["Transform"] = "Ours"
    ended = differ.run(tree)
    assert ended.exit_code == 1
    assert "the macro Ours rewrites the template" in ended.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [("[", "line 2"), ("A: 1", "is no template"), ("Resources: !Nope {", "line")],
)
def test_a_file_that_is_no_template_is_a_failure(
    centre: ContactCentre, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text, "utf-8")
    ended = centre.run("diff", str(path))
    assert ended.exit_code == 1
    assert said in ended.stderr


def test_a_parameter_that_no_template_has_is_a_wrong_command_line(differ: Differ) -> None:
    ended = differ.run(template(), "--parameter", "Stage=prod")
    assert ended.exit_code == 2
    assert "no template has a parameter Stage" in ended.stderr


def test_markdown_is_a_table_and_a_list(centre: ContactCentre, differ: Differ) -> None:
    ada, _ = centre.connect.create_user(centre.instance_id, "ada_*1*", "id-ada")
    tree = template(
        Ada=declare(centre, ada, AutoAcceptConfigs=auto_accept("VOICE")),
        Gone=declare(centre, "gone", AutoAcceptConfigs=OFF),
    )
    lines = differ.run(tree, "--markdown").stdout.splitlines()
    assert lines[0] == "### Agent settings"
    assert lines[4:7] == [
        "| agent | resource | change | setting | now | after |",
        "|---|---|---|---|---|---|",
        r"| ada\_\*1\* | Ada | taken over | auto-accept VOICE | off | on |",
    ]
    assert lines[-1].startswith("- gone, Gone")
