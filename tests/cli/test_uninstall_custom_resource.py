"""Every stack with resources of the custom resource's function keeps it, however its template spells the
token.
"""

import itertools
import json
from typing import Any

import pytest

from support.exhaustive import chosen_or_all

from .conftest import EAST, INSTANCE, Desk, Run
from .stacks_double import OtherStack, among_others

AGENT = "10000000-0000-4000-8000-000000000001|20000000-0000-4000-8000-000000000001"
BY_ARN = f"{INSTANCE}|{INSTANCE}/agent/20000000-0000-4000-8000-000000000001"
CUSTOM = "Custom::ConnectUserConfig"
SUB = {"Fn::Sub": "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${Name}"}
JOIN = {
    "Fn::Join": [
        ":",
        ["arn:aws:lambda", {"Ref": "AWS::Region"}, {"Ref": "AWS::AccountId"}, "function", {"Ref": "Name"}],
    ]
}
IN_YAML = "Resources:\n  A:\n    Type: Custom::X\n    Properties:\n      ServiceToken: {token}\n"
OTHER = "arn:aws:lambda:us-east-1:123456789012:function:other"


def template(*tokens: object) -> dict[str, Any]:
    resources = {
        f"R{number}": {"Type": CUSTOM, "Properties": {"ServiceToken": each}}
        for number, each in enumerate(tokens)
    }
    return {"Resources": resources}


@pytest.fixture
def installed(desk: Desk) -> Desk:
    assert desk.install_function().exit_code == 0
    desk.writes()
    return desk


def uninstall(desk: Desk, *others: OtherStack, more: tuple[str, ...] = ()) -> Run:
    with among_others(desk.cloud, *others):
        return desk.uninstall_function(*more)


def refused(desk: Desk, *others: OtherStack) -> dict[str, str]:
    """Insist that the function stays, and return the reason."""
    run = uninstall(desk, *others)
    assert (run.exit_code, run.region()["outcome"]) == (4, "refused")
    assert desk.writes() == []
    problem: dict[str, str] = run.region()["problem"]
    return problem


COMPUTED = (
    SUB,
    JOIN,
    {"Ref": "Token"},
    {"Fn::ImportValue": {"Fn::Sub": "${Stage}Token"}},
    {"Fn::GetAtt": ["Nested", "Outputs.Token"]},
)


@pytest.mark.parametrize(
    ("token", "physical_id"),
    chosen_or_all(
        itertools.product(COMPUTED, (AGENT, BY_ARN)),
        list(zip(COMPUTED, itertools.cycle((AGENT, BY_ARN)), strict=False)),
    ),
)
def test_a_token_that_is_computed_is_known_by_its_resources(
    installed: Desk, token: object, physical_id: str
) -> None:
    # More than a page of resources, of which the last is meant.
    topics = [("AWS::SNS::Topic", f"topic-{number}", "CREATE_COMPLETE") for number in range(3)]
    sales = OtherStack("sales", template(token), [*topics, (CUSTOM, physical_id, "UPDATE_COMPLETE")])
    problem = refused(installed, sales)
    assert problem["code"] == "in-use"
    assert "sales" in problem["message"]


@pytest.mark.parametrize(
    "text",
    ["!Sub arn:aws:lambda:${AWS::Region}:1:function:${F}", "!Ref Token", "!If [A, arn:aws:x, !Ref B]", "&x"],
)
def test_templates_in_yaml_are_no_exception(installed: Desk, text: str) -> None:
    assert (
        refused(
            installed, OtherStack("sales", IN_YAML.format(token=text), [(CUSTOM, AGENT, "CREATE_COMPLETE")])
        )["code"]
        == "in-use"
    )


@pytest.mark.parametrize(
    ("status", "resource_status"),
    [
        ("ROLLBACK_FAILED", "DELETE_FAILED"),
        ("DELETE_FAILED", "DELETE_FAILED"),
        ("DELETE_IN_PROGRESS", "DELETE_IN_PROGRESS"),
        ("UPDATE_FAILED", "UPDATE_FAILED"),
        ("UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"),
        ("UPDATE_ROLLBACK_COMPLETE", "UPDATE_COMPLETE"),
    ],
)
def test_a_stack_in_trouble_still_needs_the_function(
    installed: Desk, status: str, resource_status: str
) -> None:
    problem = refused(
        installed, OtherStack("sales", template(SUB), [(CUSTOM, AGENT, resource_status)], status)
    )
    assert problem["code"] == "in-use"


@pytest.mark.parametrize(
    ("status", "resources"),
    [
        # Its first resource is still to come.
        ("CREATE_IN_PROGRESS", []),
        ("CREATE_IN_PROGRESS", [(CUSTOM, "", "CREATE_IN_PROGRESS")]),
        ("UPDATE_IN_PROGRESS", [("AWS::SNS::Topic", "t", "CREATE_COMPLETE")]),
        # The function did not answer, so CloudFormation has invented an id.
        ("CREATE_FAILED", [(CUSTOM, "sales-Agent-1ABCDEF", "CREATE_FAILED")]),
        ("ROLLBACK_FAILED", [(CUSTOM, "sales-Agent-1ABCDEF", "DELETE_FAILED")]),
    ],
)
def test_a_resource_without_an_id_of_its_own_leaves_it_open(
    installed: Desk, status: str, resources: list[tuple[str, str, str]]
) -> None:
    problem = refused(installed, OtherStack("sales", template(SUB), resources, status))
    assert problem["code"] == "use-unknown"
    assert f"sales (in {status}" in problem["message"]
    assert "--force" in problem["advice"]


def test_a_template_that_is_not_shown_leaves_it_open(installed: Desk) -> None:
    assert refused(installed, OtherStack("sales", "", [], "CREATE_IN_PROGRESS"))["code"] == "use-unknown"


@pytest.mark.parametrize("operation", ["ListStackResources", "GetTemplate", "DescribeStacks"])
def test_a_stack_that_may_not_be_looked_at_leaves_it_open_and_is_named(
    installed: Desk, operation: str
) -> None:
    custom = [("Custom::Other", "some-id", "CREATE_COMPLETE")]
    closed = OtherStack("closed", template(SUB), custom, denied=operation)
    problem = refused(installed, closed)
    assert problem["code"] == "use-unknown"
    assert "closed (" in problem["message"]
    assert f"cloudformation:{operation}" in problem["message"]
    # It does not hide those who are known.
    sales = OtherStack("sales", template(SUB), [(CUSTOM, AGENT, "CREATE_COMPLETE")])
    both = refused(installed, closed, sales)
    assert both["code"] == "in-use"
    assert "ServiceToken: sales;" in both["message"]
    assert "closed (" in both["message"]
    assert uninstall(installed, closed, sales, more=("--force",)).exit_code == 0


@pytest.mark.parametrize(
    "other",
    [
        OtherStack("s", template(SUB), [("Custom::S3AutoDeleteObjects", "some-id", "CREATE_COMPLETE")]),
        OtherStack("s", template(SUB), [(CUSTOM, AGENT, "DELETE_SKIPPED")]),
        OtherStack("s", template(SUB), [(CUSTOM, AGENT, "DELETE_COMPLETE")], "DELETE_FAILED"),
        OtherStack("s", template(SUB), [(CUSTOM, AGENT, "CREATE_COMPLETE")], "DELETE_COMPLETE"),
        OtherStack("s", template(OTHER), [(CUSTOM, AGENT, "CREATE_COMPLETE")]),
        OtherStack(
            "s", template({"Ref": "Token"}), [(CUSTOM, AGENT, "CREATE_COMPLETE")], parameters={"Token": OTHER}
        ),
        OtherStack("s", IN_YAML.format(token=f'"{OTHER}"'), [(CUSTOM, AGENT, "CREATE_COMPLETE")]),
        OtherStack("s", template(), [], "CREATE_IN_PROGRESS"),
        OtherStack("s", template(OTHER), [], "CREATE_IN_PROGRESS"),
        OtherStack("s", "", [], "REVIEW_IN_PROGRESS"),
    ],
    ids=[
        "other kind",
        "retained",
        "deleted",
        "gone",
        "other token",
        "other parameter",
        "yaml",
        "no custom",
        "other to come",
        "review",
    ],
)
def test_stacks_that_do_not_use_it_do_not_keep_it(installed: Desk, other: OtherStack) -> None:
    run = uninstall(installed, other)
    assert run.exit_code == 0, run.stdout
    assert installed.client("lambda").list_functions()["Functions"] == []


@pytest.mark.parametrize(
    "tokens",
    [(OTHER, SUB), (OTHER,), ()],
    ids=["one is computed", "fewer than there are resources", "none"],
)
def test_a_token_of_another_function_excuses_only_itself(installed: Desk, tokens: tuple[object, ...]) -> None:
    resources = [
        (CUSTOM, AGENT, "CREATE_COMPLETE"),
        (CUSTOM, AGENT.replace("2000", "3000"), "CREATE_COMPLETE"),
    ]
    assert refused(installed, OtherStack("sales", template(*tokens), resources))["code"] == "in-use"


@pytest.mark.parametrize(
    "status", ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED"]
)
def test_a_template_excuses_nothing_while_resources_of_another_are_there(
    installed: Desk, status: str
) -> None:
    sales = OtherStack("sales", template(OTHER), [(CUSTOM, AGENT, "CREATE_COMPLETE")], status)
    assert refused(installed, sales)["code"] == "in-use"


@pytest.mark.parametrize("token", [{"Fn::ImportValue": "TeamBServiceToken"}, "in yaml"])
def test_each_of_two_functions_is_free_of_the_stacks_that_import_the_other(
    installed: Desk, token: object
) -> None:
    assert installed.install_function("--name", "TeamB").exit_code == 0
    installed.writes()
    spelled = "!ImportValue TeamBServiceToken"
    text = IN_YAML.format(token=spelled) if token == "in yaml" else template(token)
    sales = OtherStack("sales", text, [(CUSTOM, AGENT, "CREATE_COMPLETE")])
    assert uninstall(installed, sales, more=("--name", "TeamB")).exit_code == 4
    assert uninstall(installed, sales).exit_code == 0


@pytest.mark.parametrize("name", ["ConnectUserConfig2", "ConnectUserConfig-TeamB"])
@pytest.mark.parametrize("is_spelled_out", [True, False])
def test_a_function_whose_name_only_begins_the_same_is_another(
    installed: Desk, name: str, is_spelled_out: bool
) -> None:
    assert installed.install_function("--name", name).exit_code == 0
    installed.writes()
    token = OTHER.replace("other", name) if is_spelled_out else {"Fn::ImportValue": f"{name}ServiceToken"}
    sales = OtherStack("sales", template(token), [(CUSTOM, AGENT, "CREATE_COMPLETE")])
    assert uninstall(installed, sales).exit_code == 0


def test_a_token_that_is_exported_again_under_another_name_is_no_excuse(installed: Desk) -> None:
    token = installed.run("status", "--region", EAST, "--json").result["customResources"][0]["serviceToken"]
    again = {
        "Resources": {"T": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"O": {"Value": token, "Export": {"Name": "Again"}}},
    }
    installed.client("cloudformation").create_stack(StackName="again", TemplateBody=json.dumps(again))
    sales = OtherStack("sales", template({"Fn::ImportValue": "Again"}), [(CUSTOM, AGENT, "CREATE_COMPLETE")])
    assert "sales" in refused(installed, sales)["message"]


def test_another_name_would_be_another_token_so_it_is_refused_while_stacks_use_it(installed: Desk) -> None:
    """Somebody has changed the parameter of the stack by hand; an install would change it back."""
    cloudformation = installed.client("cloudformation")
    stack = cloudformation.describe_stacks(StackName="ConnectUserConfig")["Stacks"][0]
    values = {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}
    values |= {"Name": "Renamed", "InstanceArns": INSTANCE}
    cloudformation.update_stack(
        StackName="ConnectUserConfig",
        TemplateBody=cloudformation.get_template(StackName="ConnectUserConfig")["TemplateBody"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    sales = OtherStack("sales", template(SUB), [(CUSTOM, AGENT, "CREATE_COMPLETE")])
    with among_others(installed.cloud, sales):
        run = installed.install_function()
    assert (run.exit_code, run.problem["code"]) == (4, "in-use")
    assert installed.writes() == []
