"""The pages that tell how to install: every command in them runs, and does what the page says."""

import ast
import hashlib
import json
import re
import shlex
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import jmespath
import pytest

from connect_user_config.aws.errors import _ACTIONS
from support.answers import ACCOUNT
from support.page_commands import AwsCommand, Terminal, aws_command, check_request, check_values, inline

from .conftest import EAST, INSTANCE, ROOT, TYPE, WEST, Desk, zipped
from .test_command_line import command_at, is_group

PAGES = ("README.md", "guide/agents.md", "guide/install.md", "guide/rolling-out.md", "guide/security.md")
OF_AWS = ("guide/install.md", "guide/rolling-out.md", "guide/security.md")
IN_THE_PAGES = "111122223333"
DIGEST = "0f" * 32
WHEEL = "connect_user_config-0.1.0-py3-none-any.whl"
BUCKET = "bucket-of-the-stack"
ARNS = [
    f"arn:aws:cloudformation:{EAST}:{ACCOUNT}:type/resource/Acme-Connect-UserConfig/0000000{n}"
    for n in (1, 2)
]


def text_of(page: str) -> str:
    return (ROOT / page).read_text("utf-8").replace("NEW_DIGEST", DIGEST).replace("DIGEST", DIGEST)


def section(title: str, page: str = "guide/install.md") -> str:
    found = text_of(page).partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    assert found, title
    return found


def wheel(desk: Desk) -> Path:
    """A wheel with the templates and a small artefact."""
    named = json.dumps({"typeName": "Custom::Connect::UserConfig"})
    artefact: dict[str, str | bytes] = {
        ".rpdk-config": named,
        "schema.json": named,
        "ResourceProvider.zip": desk.function().read_bytes(),
    }
    files: dict[str, str | bytes] = {
        f"connect_user_config/install/templates/{path.name}": path.read_bytes()
        for path in (ROOT / "deploy").glob("*.yml")
    }
    files["connect_user_config/install/artefacts/registry.zip"] = zipped(artefact)
    made = desk.folder / WHEEL
    made.write_bytes(zipped(files))
    return made


def terminal(desk: Desk, page: str) -> Terminal:
    folder = desk.folder / "terminal"
    folder.mkdir()
    if page != "guide/install.md":
        (folder / "deploy").symlink_to(ROOT / "deploy")
    if page == "guide/security.md":
        bill = {"components": [{"name": "urllib3", "version": "2.0"}]}
        (folder / WHEEL).with_suffix(".cdx.json").write_text(json.dumps(bill), "utf-8")
        (folder / "type").mkdir()
        (folder / "type" / "ResourceProvider.zip").write_bytes(b"code")
        (folder / "SHA256SUMS").write_text(f"{'0' * 64}  absent\n{sha256(wheel(desk))}  {WHEEL}\n", "utf-8")
    told = {"describe-stacks": BUCKET, "list-type-versions": "\t".join(ARNS)}
    return Terminal(folder, wheel(desk), told)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def commands(desk: Desk, page: str) -> list[list[str]]:
    """Every command of a page that reaches outside, those within sentences last."""
    return [*terminal(desk, page).run(text_of(page)), *inline(text_of(page))]


@pytest.mark.parametrize("page", OF_AWS)
def test_every_command_of_the_aws_cli_is_one_that_it_takes(desk: Desk, page: str) -> None:
    folder = desk.folder / "terminal"
    found = [aws_command(words[1:]) for words in commands(desk, page) if words[0] == "aws"]
    assert found
    for command in found:
        if command.shape:
            check_request(command, folder)
        if command.operation == "deploy":
            check_values(folder / command.options["--template-file"][0], overrides(command))
        elif command.operation.endswith("-stack-set"):
            (template,) = command.options["--template-body"]
            values = {
                each["ParameterKey"]: each.get("ParameterValue")
                for each in command.parameters(folder)["Parameters"]
            }
            check_values(folder / template.removeprefix("file://"), values)
        elif command.operation == "cp":
            source, target = command.positional
            assert (folder / source).is_file()
            assert target.startswith(f"s3://{BUCKET}/connect-user-config/{sha256(folder / source)}")


def overrides(command: AwsCommand) -> dict[str, str]:
    return dict(each.split("=", 1) for each in command.options.get("--parameter-overrides", []))


def test_an_update_of_a_stack_set_names_every_parameter(desk: Desk) -> None:
    """CloudFormation gives a parameter that an update leaves out its default."""
    found = [aws_command(words[1:]) for words in commands(desk, "guide/rolling-out.md") if words[0] == "aws"]
    (update,) = [each for each in found if each.operation == "update-stack-set"]
    parameters = update.parameters(desk.folder / "terminal")
    named = {each["ParameterKey"] for each in parameters["Parameters"]}
    declared = parameters["TemplateBody"].partition("\nParameters:\n")[2].partition("\nConditions:")[0]
    assert named == set(re.findall(r"^  (\w+):$", declared, re.MULTILINE))


def test_removing_deregisters_each_version_that_the_list_has(desk: Desk) -> None:
    found = [aws_command(words[1:]) for words in commands(desk, "guide/rolling-out.md") if words[0] == "aws"]
    gone = [each.options["--arn"] for each in found if each.operation == "deregister-type"]
    assert gone == [[arn] for arn in ARNS]
    (listed,) = [each for each in found if each.operation == "list-type-versions"]
    summaries = [{"Arn": "old", "IsDefaultVersion": False}, {"Arn": "new", "IsDefaultVersion": True}]
    assert jmespath.search(listed.options["--query"][0], {"TypeVersionSummaries": summaries}) == ["old"]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_ours_is_one_that_it_takes(
    desk: Desk, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A pattern of files must match one, and a file be there.
    monkeypatch.chdir(desk.folder)
    (desk.folder / "template.yaml").write_text("Resources: {}\n")
    (desk.folder / "templates").mkdir()
    (desk.folder / "templates" / "one.yaml").write_text("Resources: {}\n")
    for _, *words in (each for each in commands(desk, page) if each[0] == "connect-user-config"):
        cut = next(index for index in range(len(words) + 1) if not is_group(words[:index]))
        command_at(tuple(words[:cut])).make_context("page", words[cut:])


def run(desk: Desk, words: list[str]) -> dict[str, dict[str, Any]]:
    """Run a command of ours with the account and the artefacts of the tests; return the regions' results."""
    id_of_instance = INSTANCE.rpartition("/")[2]
    arguments = [
        word.replace(IN_THE_PAGES, ACCOUNT).replace("INSTANCE_ID", id_of_instance) for word in words[1:]
    ]
    if arguments[0] == "install":
        path = desk.function() if arguments[1] == "custom-resource" else desk.package()
        arguments += ["--artefact", str(path)]
    ran = desk.run(*arguments, "--json")
    assert ran.exit_code == 0, ran.stdout
    return {each["region"]: each["result"] for each in ran.answer["regions"]}


def test_the_two_minutes(desk: Desk) -> None:
    printed = section("In two minutes").partition("```sh\n")[2].partition("```")[0]
    pipx, *ours = [shlex.split(line) for line in printed.splitlines()]
    assert pipx == ["pipx", "install", "connect-user-config"]
    function, _, status = (run(desk, words) for words in ours)
    assert f"!ImportValue {function[WEST]['exportName']}" in section("In two minutes")
    assert {region: len(each["types"]) for region, each in status.items()} == {EAST: 1, WEST: 1}
    assert [each["name"] for each in status[WEST]["customResources"]] == ["ConnectUserConfig"]


def carry_out(desk: Desk, command: AwsCommand, region: str, bucket: str = "") -> None:
    """Do what the AWS CLI does."""
    region = command.options.get("--region", [region])[0]
    session = boto3.Session(region_name=region)
    desk.cloud.watch(session)
    if command.operation == "deploy":
        values = [
            {
                "ParameterKey": name,
                "ParameterValue": value.replace(IN_THE_PAGES, ACCOUNT).replace(BUCKET, bucket),
            }
            for name, value in overrides(command).items()
        ]
        template = (desk.folder / "terminal" / command.options["--template-file"][0]).read_text("utf-8")
        client, name = session.client("cloudformation"), command.options["--stack-name"][0]
        client.create_stack(
            StackName=name, TemplateBody=template, Parameters=values, Capabilities=["CAPABILITY_IAM"]
        )
        while client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] != "CREATE_COMPLETE":
            pass
    elif command.operation == "cp":
        source, target = command.positional
        _, _, key = target.removeprefix("s3://").partition("/")
        body = (desk.folder / "terminal" / source).read_bytes()
        session.client("s3").put_object(Bucket=bucket, Key=key, Body=body)


def test_without_the_command_line_it_is_installed_and_the_command_goes_on_with_it(desk: Desk) -> None:
    """The page's region is that of its instance."""
    page = "## \n" + section("Without the command line")
    bucket = ""
    for _, *words in (each for each in terminal(desk, "guide/install.md").run(page) if each[0] == "aws"):
        carry_out(desk, aws_command(words), WEST, bucket)
        (bucket,) = [each["Name"] for each in desk.client("s3").list_buckets()["Buckets"]]
    status = desk.run("status", "--region", WEST, "--json").region(WEST)["result"]
    assert [each["stack"] for each in status["customResources"]] == ["ConnectUserConfig"]
    assert [(each["typeName"], each["stack"]) for each in status["types"]] == [
        (TYPE, "acme-connect-userconfig")
    ]
    assert desk.cloud.live(TYPE, WEST) == ["00000001*"]
    assert desk.install(region=WEST).did(WEST)[-1] == "update stack acme-connect-userconfig"
    assert desk.uninstall(region=WEST).exit_code == 0
    assert desk.uninstall_function(region=WEST).exit_code == 0
    assert desk.client("s3").list_buckets()["Buckets"] == []


def test_install_uses_the_buckets_of_the_organisation_and_leaves_them(desk: Desk) -> None:
    ours: dict[str, dict[str, Any]] = {}
    for name, *words in terminal(desk, "guide/rolling-out.md").run(text_of("guide/rolling-out.md")):
        if name == "connect-user-config":
            ours = run(desk, [name, *words])
        elif words[1] == "deploy":
            carry_out(desk, aws_command(words), EAST)
    for region in (EAST, WEST):
        assert ours[region]["artefact"].startswith(f"s3://acme-{region}/connect-user-config/")
        assert desk.uninstall(region=region).exit_code == 0
    assert len(desk.client("s3").list_buckets()["Buckets"]) == 2


def actions(command: str) -> set[str]:
    """The actions that the page lists for a command."""
    found: set[str] = set()
    name = ""
    for line in re.findall(r"^\| (.*)\|$", section("What it may have to call"), re.MULTILINE):
        named, service, listed = (cell.strip() for cell in line.split("|"))
        name = named or name
        if name == command:
            found |= {f"{service}:{action}" for action in re.split("[,;] ", listed)}
    return found


def as_action(call: str) -> str:
    service, _, operation = call.partition(":")
    return _ACTIONS.get(f"{service}:{operation}", f"{service}:{operation}")


def test_the_guide_has_every_action_and_no_other() -> None:
    sources = (ROOT / "src" / "connect_user_config" / "install").rglob("*.py")
    words = {
        node.value
        for source in sources
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    session = botocore.session.get_session()
    called = {
        as_action(f"{service}:{operation}")
        for service in ("cloudformation", "lambda", "s3")
        for operation in words & set(session.get_service_model(service).operation_names)
    }
    # Without it, S3 answers for an object that is missing as for one that may not be read.
    assert actions("install") | actions("uninstall") | actions("status") == called | {"s3:ListBucket"}


def test_each_command_calls_what_the_guide_says_of_it(desk: Desk) -> None:
    desk.install()
    desk.install(code="two")
    desk.install_function()
    assert calls(desk) <= actions("install")
    desk.run("status", "--region", EAST, "--json")
    assert calls(desk) <= actions("status")
    desk.uninstall()
    desk.uninstall_function()
    assert calls(desk) <= actions("uninstall")


def calls(desk: Desk) -> set[str]:
    made = {as_action(operation) for _, operation, _ in desk.cloud.calls}
    desk.cloud.calls.clear()
    # Needs no permission.
    return made - {"sts:GetCallerIdentity"}


def test_the_members_of_every_result_are_in_the_guide(desk: Desk) -> None:
    text = section("Exit codes and JSON")
    of_install, of_status = (line for line in text.splitlines() if line.startswith("The `result` of "))
    desk.install()
    installed = desk.install_function().result
    status = desk.run("status", "--region", EAST, "--json").result
    gone = {**desk.uninstall().result, **desk.uninstall_function().result}
    (function,), (of_type,) = status["customResources"], status["types"]
    assert set(re.findall(r"`(\w+)`", of_install)) - {"result"} == installed.keys() | gone.keys()
    assert set(re.findall(r"`(\w+)`", of_status)) - {"result"} == (
        status.keys() | function.keys() | of_type.keys() | of_type["versions"][0].keys()
    )
