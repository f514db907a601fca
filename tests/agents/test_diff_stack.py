"""The command `diff --stack`: what the update of a deployed stack would do, and what it leaves alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from agents.contact_centre import NUMBER, WORK_VOICE, ContactCentre, auto_accept, work
from agents.deployed_stack import DeployedStack, deployed_stack
from agents.templates_of_agents import REGISTRY, Differ, declare, template

from connect_user_config.agents.comparing.declared import Declared
from connect_user_config.agents.comparing.deployed import Deployed
from custom_connect_userconfig.core.problems import Unknown
from support.clock import FakeClock

IN_STACK = ("--stack", "sales")


@pytest.fixture
def differ(centre: ContactCentre, tmp_path: Path) -> Differ:
    return Differ(centre, tmp_path)


@pytest.fixture
def stack(centre: ContactCentre, clock: FakeClock) -> Iterator[DeployedStack]:
    with deployed_stack(clock) as stack, stack.answering():
        yield stack


def properties(centre: ContactCentre, user_id: str, **arrays: Any) -> dict[str, Any]:
    return {"InstanceId": centre.instance_id, "UserId": user_id, **arrays}


def deployed(stack: DeployedStack, **resources: Any) -> dict[str, Any]:
    """Deploy resources, and return their template, for a test to change."""
    assert not stack.deploy(resources)
    return DeployedStack.literal(stack.resources)


def test_an_unchanged_stack_differs_in_nothing(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    ada = centre.agent("ada")
    tree = deployed(stack, Ada=properties(centre, ada, AutoAcceptConfigs=auto_accept("VOICE")))
    ended = differ.run(tree, *IN_STACK)
    assert (ended.exit_code, ended.stdout) == (0, "")


def test_what_is_removed_is_given_back_to_what_it_was(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    ada = centre.agent("ada", AfterContactWorkConfigs=work(45))
    grace = centre.agent("grace")
    tree = deployed(
        stack,
        Ada=properties(centre, ada, AfterContactWorkConfigs=work(60)),
        Grace=properties(centre, grace, AfterContactWorkConfigs=work(60)),
    )
    del tree["Resources"]["Ada"]
    told = differ.told(tree, *IN_STACK)
    assert told.exit_code == 6
    assert told.changes == {("ada", "VOICE", "AfterContactWorkConfig", 60, 45)}
    assert told.of("Ada")["request"] == "delete"


def test_what_is_removed_under_retain_stays(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    ada = centre.agent("ada")
    tree = deployed(stack, Ada=properties(centre, ada, AfterContactWorkConfigs=work(60)))
    tree["Resources"]["Ada"]["DeletionPolicy"] = "Retain"
    stack.template = tree
    ended = differ.run({"Resources": {}}, *IN_STACK)
    assert ended.exit_code == 0
    assert "Retain keeps" in ended.stdout


def test_drift_of_an_unchanged_resource_stays_and_is_said(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    ada = centre.agent("ada")
    tree = deployed(stack, Ada=properties(centre, ada, AfterContactWorkConfigs=work(60)))
    centre.edit(ada, AfterContactWorkConfigs=work(45))
    ended = differ.run(tree, *IN_STACK)
    assert ended.exit_code == 0
    assert "after-contact-work VOICE: 60 s declared, 45 s in force" in ended.stdout
    assert not stack.deploy(stack.resources)
    assert centre.value(ada, WORK_VOICE) == 45


def test_a_changed_token_alone_is_a_request_that_ends_drift(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    ada = centre.agent("ada")
    tree = deployed(stack, Ada=properties(centre, ada, AfterContactWorkConfigs=work(60)))
    centre.edit(ada, AfterContactWorkConfigs=work(45))
    tree["Resources"]["Ada"]["Properties"]["ServiceToken"] = "another"
    assert differ.told(tree, *IN_STACK).changes == {("ada", "VOICE", "AfterContactWorkConfig", 45, 60)}


def test_a_changed_logical_id_is_refused_as_by_the_handler(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    ada = properties(centre, centre.agent("ada"), AfterContactWorkConfigs=work(60))
    deployed(stack, Ada=ada)
    told = differ.told(DeployedStack.literal({"Lovelace": ada}), *IN_STACK)
    assert told.exit_code == 1
    assert "owned by sales/Ada" in told.of("Lovelace")["refusal"]
    assert "creates the new resource before it deletes the old one" in told.of("Lovelace")["refusal"]
    assert "already owned by sales/Ada" in stack.deploy({"Lovelace": ada})


def test_an_agent_of_another_stack_is_refused_and_its_owner_named(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    ada = centre.agent("ada")
    centre.own(ada, {WORK_VOICE: 30}, stack="support", exists=False)
    told = differ.told(template(Ada=declare(centre, ada, AutoAcceptConfigs=auto_accept("VOICE"))), *IN_STACK)
    assert told.exit_code == 1
    assert "already owned by support/Ada" in told.of("Ada")["refusal"]


def test_a_registered_type_takes_over_at_an_update(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    ada = centre.agent("ada")
    centre.own(ada, {WORK_VOICE: 30}, stack="support", exists=False)
    stack.types["Ada"] = REGISTRY
    stack.resources["Ada"] = properties(centre, ada, AfterContactWorkConfigs=work(30))
    stack.template = template(Ada=declare(centre, ada, REGISTRY, AfterContactWorkConfigs=work(30)))
    told = differ.told(
        template(Ada=declare(centre, ada, REGISTRY, AfterContactWorkConfigs=work(60))), *IN_STACK
    )
    assert told.changes == {("ada", "VOICE", "AfterContactWorkConfig", 30, 60)}
    assert told.of("Ada")["notes"] == ["Taken over from support/Ada."]


def test_the_type_of_a_resource_cannot_change(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    ada = centre.agent("ada")
    tree = deployed(stack, Ada=properties(centre, ada, AfterContactWorkConfigs=work(60)))
    tree["Resources"]["Ada"]["Type"] = "Custom::Connect::UserConfig"
    assert "changes no resource's type" in differ.told(tree, *IN_STACK).of("Ada")["refusal"]


def _with_parameters(centre: ContactCentre, ada: str) -> dict[str, Any]:
    phone = [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": {"Ref": "Number"}}]
    limit = {"AfterContactWorkTimeLimit": {"Ref": "Limit"}}
    entry = [{"Channel": "VOICE", "AfterContactWorkConfig": limit}]
    parameters = {
        "Number": {"Type": "String", "NoEcho": True, "Default": "+15550199"},
        "Limit": {"Type": "Number", "Default": 10},
    }
    return template(
        parameters, Ada=declare(centre, ada, PhoneNumberConfigs=phone, AfterContactWorkConfigs=entry)
    )


def _stack_with_parameters(centre: ContactCentre, stack: DeployedStack) -> dict[str, Any]:
    phone = [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": NUMBER}]
    ada = centre.agent("ada")
    deployed(
        stack,
        Ada=properties(centre, ada, PhoneNumberConfigs=phone, AfterContactWorkConfigs=work(60)),
    )
    stack.parameters = [
        {"ParameterKey": "Number", "ParameterValue": "****"},
        {"ParameterKey": "Limit", "ParameterValue": "60"},
    ]
    stack.template = _with_parameters(centre, ada)
    return _with_parameters(centre, ada)


def test_a_parameter_keeps_its_value_and_a_hidden_one_is_not_guessed(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    tree = _stack_with_parameters(centre, stack)
    told = differ.told(tree, *IN_STACK)
    assert told.changes == set()
    (unresolved,) = told.json["unresolved"]
    assert "PhoneNumberConfigs[0].PhoneNumber" in unresolved
    assert "Give --parameter Number=…" in unresolved
    assert told.exit_code == 6


def test_a_hidden_parameter_that_is_given_is_compared(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    tree = _stack_with_parameters(centre, stack)
    assert differ.told(tree, *IN_STACK, "--parameter", f"Number={NUMBER}").exit_code == 0
    told = differ.told(tree, *IN_STACK, "--parameter", "Number=+15550100", "--phone-numbers")
    assert told.changes == {("ada", "VOICE", "PhoneNumber", NUMBER, "+15550100")}


def test_an_agent_named_by_another_resource_is_the_one_in_the_stack(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    ada = centre.agent("ada")
    deployed(stack, Ada=properties(centre, ada, AfterContactWorkConfigs=work(60)))
    user = {"Fn::ImportValue": "ada"}
    stack.template = template(Ada=declare(centre, user, AfterContactWorkConfigs=work(60)))
    wanted = template(Ada=declare(centre, user, AfterContactWorkConfigs=work(30)))
    told = differ.told(wanted, *IN_STACK)
    assert told.changes == {("ada", "VOICE", "AfterContactWorkConfig", 60, 30)}
    assert told.json["unresolved"] == []


def test_an_agent_named_by_another_text_is_not_guessed(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    ada = centre.agent("ada")
    deployed(stack, Ada=properties(centre, ada, AfterContactWorkConfigs=work(60)))
    wanted = template(Ada=declare(centre, {"Fn::ImportValue": "grace"}, AfterContactWorkConfigs=work(30)))
    told = differ.told(wanted, *IN_STACK)
    assert (told.exit_code, told.changes) == (6, set())
    assert "UserId" in told.json["unresolved"][0]


def test_a_gone_agent_of_a_deployed_resource_is_no_failure(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    ada = centre.agent("ada")
    tree = deployed(stack, Ada=properties(centre, ada, AfterContactWorkConfigs=work(60)))
    centre.connect.backend().delete_user(centre.instance_id, ada)
    tree["Resources"]["Ada"]["Properties"]["AfterContactWorkConfigs"] = work(30)
    told = differ.told(tree, *IN_STACK)
    assert told.exit_code == 0
    assert "There is no user" in told.of("Ada")["notes"][0]


def test_a_gone_agent_of_a_new_resource_is_a_failure(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    told = differ.told(template(Ada=declare(centre, "gone", AfterContactWorkConfigs=work(60))), *IN_STACK)
    assert told.exit_code == 1
    assert "a create fails" in told.of("Ada")["refusal"]


def test_a_lost_record_of_an_unchanged_resource_is_said(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    ada = centre.agent("ada")
    tree = deployed(stack, Ada=properties(centre, ada, AfterContactWorkConfigs=work(60)))
    centre.untag(ada, *centre.tags(ada))
    told = differ.told(tree, *IN_STACK)
    assert told.exit_code == 0
    assert "are owned by this resource. The resource is unchanged" in told.of("Ada")["notes"][0]


def test_nested_stacks_on_either_side_are_named(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    nested = "AWS::CloudFormation::Stack"
    stack.more = [
        {"LogicalResourceId": name, "ResourceType": nested, "ResourceStatus": status}
        for name, status in (
            ("Old", "CREATE_COMPLETE"),
            ("Gone", "DELETE_COMPLETE"),
            ("Kept", "DELETE_SKIPPED"),
        )
    ]
    told = differ.told(template(Night={"Type": nested, "Properties": {"TemplateURL": "x"}}), *IN_STACK)
    assert [each.partition(" ")[0] for each in told.json["elsewhere"]] == ["Night", "Old"]


def test_a_stack_that_does_not_exist_is_a_wrong_command_line(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    ended = differ.run(template(), "--stack", "other")
    assert ended.exit_code == 2
    assert "there is no stack 'other'" in ended.stderr
    assert "leave --stack out" in ended.stderr


def test_a_stack_has_one_template(centre: ContactCentre, stack: DeployedStack, differ: Differ) -> None:
    files = [differ.write(template(), name) for name in ("a.json", "b.json")]
    ended = centre.run("diff", *files, *IN_STACK)
    assert ended.exit_code == 2
    assert "a stack has one template, and 2 are named" in ended.stderr


def test_only_reads_are_made(centre: ContactCentre, stack: DeployedStack, differ: Differ) -> None:
    ada = centre.agent("ada")
    tree = deployed(stack, Ada=properties(centre, ada, AfterContactWorkConfigs=work(60)))
    tree["Resources"]["Ada"]["Properties"]["AfterContactWorkConfigs"] = work(30)
    assert differ.told(tree, *IN_STACK).exit_code == 6
    assert centre.calls == ["DescribeUser"]


def test_a_registered_type_that_takes_over_changes_the_record_alone(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    ada = centre.agent("ada")
    centre.own(ada, {WORK_VOICE: 30}, stack="support", exists=False)
    stack.types["Ada"] = REGISTRY
    stack.resources["Ada"] = properties(centre, ada, AfterContactWorkConfigs=work(60))
    stack.template = template(Ada=declare(centre, ada, REGISTRY, AfterContactWorkConfigs=work(60)))
    wanted = template(Ada=declare(centre, ada, REGISTRY, AfterContactWorkConfigs=work(30)))
    told = differ.told(wanted, *IN_STACK)
    assert (told.exit_code, told.changes, told.of("Ada")["changesRecord"]) == (6, set(), True)


def test_an_owner_that_takes_back_what_it_handed_over_changes_the_record_alone(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    ada = centre.agent("ada")
    tree = deployed(stack, Ada=properties(centre, ada, AfterContactWorkConfigs=work(60)))
    centre.tag(ada, {"connect-user-config": "handed-over"})
    assert differ.told(tree, *IN_STACK).exit_code == 0
    tree["Resources"]["Ada"]["Properties"]["ServiceToken"] = "another"
    told = differ.told(tree, *IN_STACK)
    assert (told.exit_code, told.changes, told.of("Ada")["changesRecord"]) == (6, set(), True)


@pytest.mark.parametrize(("same_as", "is_same"), [("the same text", True), ("", False)])
def test_values_that_are_not_known_are_the_same_only_by_their_text(same_as: str, is_same: bool) -> None:
    values = {"UserId": Unknown(same_as)}
    old = Deployed("Ada", "Custom::ConnectUserConfig", "i|u", values)
    assert old.is_as(Declared("a.yaml", 1, "Ada", old.type, dict(values))) is is_same


def test_a_new_resource_takes_over_what_another_stack_has_handed_over(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    ada = centre.agent("ada")
    centre.own(ada, {WORK_VOICE: 30}, stack="support", exists=False)
    centre.tag(ada, {"connect-user-config": "handed-over"})
    told = differ.told(template(Ada=declare(centre, ada, AfterContactWorkConfigs=work(60))), *IN_STACK)
    assert (told.exit_code, told.of("Ada")["refusal"]) == (6, None)
    assert told.changes == {("ada", "VOICE", "AfterContactWorkConfig", 30, 60)}


def test_an_agent_that_is_replaced_stays_under_the_policy_for_replacement_only(
    centre: ContactCentre, stack: DeployedStack, differ: Differ
) -> None:
    ada, grace = centre.agent("ada"), centre.agent("grace")
    tree = deployed(stack, Ada=properties(centre, ada, AfterContactWorkConfigs=work(60)))
    wanted = DeployedStack.literal({"Ada": properties(centre, grace, AfterContactWorkConfigs=work(60))})
    for policy, is_given_back in (("UpdateReplacePolicy", False), ("DeletionPolicy", True)):
        resource = {**tree["Resources"]["Ada"], policy: "Retain"}
        stack.template = {"Resources": {"Ada": resource}}
        changes = differ.told(wanted, *IN_STACK).changes
        assert ("grace", "VOICE", "AfterContactWorkConfig", 0, 60) in changes
        assert (("ada", "VOICE", "AfterContactWorkConfig", 60, 0) in changes) is is_given_back
