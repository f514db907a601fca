"""What people type and read: help that teaches, mistakes that are named before anything is called, and the
shape of JSON.
"""

import json
import re
import shlex
import tomllib
from pathlib import Path

import botocore.session
import click
import pytest
from click.testing import CliRunner

from connect_user_config.cli import _version_of_clone, cli
from connect_user_config.install.artefacts import _NAMED_IN
from connect_user_config.names import check_type_name
from connect_user_config.problems import EXIT_CODES, UsageError
from connect_user_config.type_names import RESERVED

from .conftest import EAST, INSTANCE, ROOT, TYPE, WEST, Desk, zipped

GUIDE = (ROOT / "guide" / "install.md").read_text("utf-8")
INSTALLING = (
    ("install", "registry"),
    ("install", "custom-resource"),
    ("uninstall", "registry"),
    ("uninstall", "custom-resource"),
    ("status",),
)
COMMANDS = (*INSTALLING, *((name,) for name in ("adopt", "agents", "check", "diff", "drift", "release")))
GROUPS = ((), ("install",), ("uninstall",))
PLACEHOLDER = f"{INSTANCE.rpartition('/')[0]}/INSTANCE_ID"
INSTALL = ("install", "registry", "--region", EAST, "--type-name")


def help_of(*words: str, width: int = 200) -> str:
    outcome = CliRunner().invoke(
        cli, [*words, "--help"], prog_name="connect-user-config", terminal_width=width
    )
    assert outcome.exit_code == 0
    return outcome.output


def command_at(words: tuple[str, ...]) -> click.Command:
    command: click.Command = cli
    for word in words:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found
        command = found
    return command


def is_group(words: list[str]) -> bool:
    return isinstance(command_at(tuple(words)), click.Group)


def test_the_help_of_all_commands_explains_every_exit_code() -> None:
    for code, meaning in EXIT_CODES.items():
        assert re.search(rf"^ +{code} +{re.escape(meaning)}$", help_of(), re.MULTILINE), meaning


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_help_of_a_command_says_where_exit_codes_are_explained(words: tuple[str, ...]) -> None:
    assert help_of(*words).endswith("\n  Exit codes: connect-user-config --help\n")


@pytest.mark.parametrize("words", [*GROUPS, *COMMANDS], ids=" ".join)
def test_help_fits_60_columns_and_cuts_no_sentence(words: tuple[str, ...]) -> None:
    text = help_of(*words, width=60)
    assert [line for line in text.splitlines() if len(line) > 60] == []
    assert "...\n" not in text.partition("Options:")[2]


@pytest.mark.parametrize("width", [60, 200])
def test_an_example_is_broken_before_options_alone(width: int) -> None:
    assert """
  Examples:
    connect-user-config install custom-resource \\
      --instance arn:aws:connect:REGION:ACCOUNT:instance/ID
    connect-user-config install custom-resource \\
      --name TeamB \\
      --instance arn:aws:connect:REGION:ACCOUNT:instance/ID
""" in help_of("install", "custom-resource", width=width)


@pytest.mark.parametrize("words", INSTALLING, ids=" ".join)
def test_every_option_is_explained_and_in_the_guide(words: tuple[str, ...]) -> None:
    for parameter in command_at(words).params:
        assert isinstance(parameter, click.Option)
        assert parameter.help, parameter.name
        assert f"`{parameter.opts[-1]}" in GUIDE, f"guide/install.md does not tell of {parameter.opts[-1]}"


@pytest.mark.parametrize("words", [(), *COMMANDS], ids=" ".join)
def test_the_examples_of_help_can_be_parsed(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "templates").mkdir()
    for file in ("agents.yaml", "templates/one.yaml"):
        (tmp_path / file).touch()
    examples = help_of(*words).partition("Examples:")[2].partition("Exit codes:")[0]
    lines = re.sub(r"\\\n\s+", "", examples).strip().splitlines()
    found = [shlex.split(line)[1:] for line in lines if "connect-user-config" in line.split()[0]]
    assert found
    for arguments in found:
        cut = 1 + is_group(arguments[:1])
        # Parsing fails on an option that is not there or has no value.
        command_at(tuple(arguments[:cut])).make_context("example", list(arguments[cut:]))


def test_the_default_of_region_is_the_one_that_applies() -> None:
    by_default = {words: help_of(*words).partition("--region REGION")[2] for words in INSTALLING}
    for words, told in by_default.items():
        default = "the instances'" if words == ("install", "custom-resource") else "the AWS configuration's"
        assert f"Default: {default}." in " ".join(told.partition("--profile")[0].split()), words


def test_a_clone_says_its_version_and_that_it_is_one() -> None:
    named = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert CliRunner().invoke(cli, ["--version"]).output == f"{named}+clone\n"


@pytest.mark.parametrize(
    "project", [None, "not = [TOML", "[project]\nname = 'another'\nversion = '2'", "[tool]"]
)
def test_what_is_no_clone_has_no_version_of_one(tmp_path: Path, project: str | None) -> None:
    if project is not None:
        (tmp_path / "pyproject.toml").write_text(project)
    assert _version_of_clone(tmp_path / "pyproject.toml") == ""


def test_the_guide_has_every_exit_code() -> None:
    for code, meaning in EXIT_CODES.items():
        assert f"| {code} | {meaning} |" in GUIDE


def test_the_guide_has_every_problem() -> None:
    sources = "".join(
        path.read_text("utf-8") for path in (ROOT / "src" / "connect_user_config").rglob("*.py")
    )
    codes = set(re.findall(r'\b(?:UsageError|Failed|Refused|NoAccess)\(\s*"([a-z-]+)"', sources)) - {
        "botocore"
    }
    assert len(codes) > 25
    pages = (GUIDE, (ROOT / "guide" / "agents.md").read_text("utf-8"))
    table = "".join(page.partition("## When it fails")[2].partition("\n## ")[0] for page in pages)
    assert {code for code in codes if not re.search(rf"\b{code}\b", table)} == set()


def test_the_reserved_namespaces_and_the_pattern_are_those_of_the_api() -> None:
    operation = (
        botocore.session.get_session().get_service_model("cloudformation").operation_model("RegisterType")
    )
    assert operation.input_shape
    name = operation.input_shape.members["TypeName"]
    assert tuple(re.findall(r"<code>(\w+)</code> </p> </li>", name.documentation)) == RESERVED
    pattern = name.metadata["pattern"]
    for good in ("Acme::Connect::UserConfig", "Ab::12::Cd", f"{'a' * 64}::{'b' * 64}::{'c' * 64}"):
        assert re.fullmatch(pattern, check_type_name(good))
    for bad in (
        "A::Connect::UserConfig",
        f"{'a' * 65}::b2::c2",
        "Acme::Con_nect::UserConfig",
        "Acme::Connect",
        "",
        "Acme:Connect::X1",
    ):
        assert not re.fullmatch(pattern, bad)
        with pytest.raises(UsageError):
            check_type_name(bad)


@pytest.mark.parametrize("namespace", [*RESERVED, "dev"])
def test_a_reserved_namespace_is_refused_before_anything_is_called(desk: Desk, namespace: str) -> None:
    run = desk.run(*INSTALL, f"{namespace}::Connect::UserConfig", "--json")
    assert (run.exit_code, run.answer["problem"]["code"], run.answer["regions"]) == (
        2,
        "reserved-namespace",
        [],
    )
    assert f"'{namespace}'" in run.answer["problem"]["message"]
    assert desk.cloud.calls == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (
            ("install", "registry", "--type-name", "Acme::Connect", "--region", EAST),
            "bad-type-name",
            "2 parts, not three",
        ),
        (
            ("install", "registry", "--type-name", TYPE, "--region", EAST, "--artefact", "none.zip"),
            "no-artefact",
            "none.zip",
        ),
        (
            ("install", "registry", "--type-name", TYPE, "--region", "us-eest-1"),
            "no-such-region",
            "us-eest-1",
        ),
        (
            (
                "install",
                "registry",
                "--type-name",
                TYPE,
                "--region",
                WEST,
                "--instance",
                INSTANCE,
                "--artefact",
                "p.zip",
            ),
            "wrong-region",
            EAST,
        ),
        (("install", "custom-resource", "--instance", "10000000"), "bad-instance", "'10000000'"),
        (("install", "custom-resource", "--instance", f"{INSTANCE}/agent/1"), "bad-instance", "/agent/1"),
        (
            ("install", "custom-resource", "--instance", f"{INSTANCE.rpartition('/')[0]}/*"),
            "bad-instance",
            "/*",
        ),
        (("install", "custom-resource", "--instance", PLACEHOLDER), "bad-instance", "'INSTANCE_ID'"),
        (
            ("install", "registry", "--type-name", TYPE, "--region", EAST, "--instance", PLACEHOLDER),
            "bad-instance",
            "'INSTANCE_ID'",
        ),
        (("install", "custom-resource", "--instance", INSTANCE, "--region", WEST), "wrong-region", EAST),
        (("install", "custom-resource"), "no-instance", "no instance"),
        (
            ("install", "custom-resource", "--instance", INSTANCE, "--artefact", "none.zip"),
            "no-artefact",
            "none.zip",
        ),
        (
            (
                "install",
                "custom-resource",
                "--instance",
                INSTANCE,
                "--artefact",
                "f.zip",
                "--parameter",
                "Timeout=3",
            ),
            "bad-parameter",
            "Timeout=3",
        ),
        (
            (
                "install",
                "custom-resource",
                "--instance",
                INSTANCE,
                "--name",
                "a_b",
                "--artefact",
                "f.zip",
            ),
            "bad-name",
            "'a_b'",
        ),
        (
            ("uninstall", "registry", "--type-name", "AWS::Connect::User", "--region", EAST),
            "reserved-namespace",
            "AWS",
        ),
        (("status", "--region", "nowhere"), "no-such-region", "nowhere"),
        (("status", "--region", EAST, "--profile", "nobody"), "bad-configuration", "nobody"),
    ],
)
def test_what_cannot_be_meant_is_named_and_nothing_is_called(
    desk: Desk, arguments: tuple[str, ...], code: str, words: str
) -> None:
    desk.package().rename("p.zip")
    desk.function().rename("f.zip")
    run = desk.run(*arguments, "--json")
    assert (run.exit_code, run.answer["problem"]["code"]) == (2, code)
    assert words in run.answer["problem"]["message"]
    assert run.answer["problem"]["advice"]
    assert desk.cloud.calls == []
    # People get the same on standard error.
    told = desk.run(*arguments)
    assert told.exit_code == 2
    assert run.answer["problem"]["message"] in told.stderr
    assert told.stdout == ""


@pytest.mark.parametrize("given", ["acme", PLACEHOLDER, "arn:aws:connect:REGION:ACCOUNT:instance/ID"])
def test_whoever_names_no_instance_is_told_where_to_find_its_arn(desk: Desk, given: str) -> None:
    run = desk.run("install", "custom-resource", "--instance", given, "--json")
    assert "aws connect list-instances" in run.answer["problem"]["advice"]


@pytest.mark.parametrize("content", ["text", "function"])
def test_a_zip_that_is_no_artefact_is_refused(desk: Desk, content: str) -> None:
    path = desk.folder / "p.zip"
    path.write_bytes(b"not a zip" if content == "text" else desk.function().read_bytes())
    run = desk.run(*INSTALL, TYPE, "--artefact", str(path), "--json")
    assert (run.exit_code, run.problem["code"]) == (2, "bad-artefact")


def test_a_zip_without_the_function_is_refused(desk: Desk) -> None:
    path = desk.folder / "p.zip"
    path.write_bytes(zipped({"README": "another zip"}))
    install = ("install", "custom-resource", "--instance", INSTANCE, "--artefact", str(path), "--json")
    run = desk.run(*install)
    assert (run.exit_code, run.problem["code"]) == (2, "other-artefact")


# The `cfn` command imports names that jsonschema has moved.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_files_in_an_artefact_are_named_as_cfn_submit_names_them() -> None:
    # Only here are its warnings ignored.
    from rpdk.core.project import SCHEMA_UPLOAD_FILENAME, SETTINGS_FILENAME  # noqa: PLC0415

    assert _NAMED_IN == (SETTINGS_FILENAME, SCHEMA_UPLOAD_FILENAME)


@pytest.mark.parametrize(
    "arguments", [("install",), ("install", "registry"), ("install", "registry", "--no-such"), ("upgrade",)]
)
def test_what_click_itself_refuses_exits_with_the_same_code(desk: Desk, arguments: tuple[str, ...]) -> None:
    run = desk.run(*arguments)
    assert run.exit_code == 2
    assert run.stderr.startswith("Usage: connect-user-config")


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("agnets", "--instance", "x"), "agents"),
        (("STATUS",), "status"),
        (("install", "custom"), "custom-resource"),
        (("uninstall", "registy"), "registry"),
    ],
)
def test_a_mistyped_command_is_told_which_one_is_meant(
    desk: Desk, arguments: tuple[str, ...], meant: str
) -> None:
    run = desk.run(*arguments)
    assert run.exit_code == 2
    assert run.stderr.splitlines()[-1].endswith(f": did you mean {meant}?")


def test_a_command_like_no_other_is_told_what_there_is_by_help(desk: Desk) -> None:
    run = desk.run("zzz")
    assert "did you mean" not in run.stderr
    assert "Try 'connect-user-config --help'" in run.stderr


def test_the_json_has_the_documented_members(desk: Desk) -> None:
    shape = json.loads(GUIDE.partition("```json\n")[2].partition("```")[0])
    answer = desk.install().answer
    documented, region = shape["regions"][0], answer["regions"][0]
    assert answer.keys() == shape.keys()
    assert region.keys() == documented.keys()
    assert region["result"].keys() == documented["result"].keys()
    assert region["steps"][0].keys() == documented["steps"][0].keys()
    desk.cloud.refusal = "no"
    failed = desk.install(code="two").region()["problem"]
    assert failed.keys() == {"code", "message", "advice"}


def test_progress_tells_each_new_thing_once(desk: Desk) -> None:
    artefact = ("--artefact", str(desk.package()))
    run = desk.run(*INSTALL, TYPE, *artefact)
    assert f"{EAST}: create stack acme-connect-userconfig\n" in run.stderr
    assert len(run.stderr.splitlines()) == len(set(run.stderr.splitlines()))
    assert desk.run(*INSTALL, TYPE, *artefact, "--quiet").stderr == ""


def test_no_credentials_are_said_to_be_missing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    run = desk.install()
    assert (run.exit_code, run.region()["problem"]["code"]) == (5, "no-credentials")
    assert "aws sso login" in run.region()["problem"]["advice"]
