"""The command `check`: what people type, what they read, and what programs read."""

import json
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from connect_user_config.check import command
from connect_user_config.check.rules import BY_NAME
from connect_user_config.reading.document import read

from .conftest import ROOT, findings, run_check

NUMBER = "+12025550100"
GOOD = """Resources:
  Agent:
    Type: Custom::ConnectUserConfig
    Properties:
      ServiceToken: !ImportValue function
      InstanceId: 10000000-0000-4000-8000-000000000001
      UserId: 20000000-0000-4000-8000-000000000001
      AutoAcceptConfigs:
        - {Channel: VOICE, AutoAccept: true}
"""
BAD = GOOD.replace("VOICE", "voice")
INFORMATION = GOOD.replace("ConnectUserConfig", "Connect::UserConfig")
WARNING = GOOD.replace("20000000-0000-4000-8000-000000000001", "jdoe")
WITH_PARAMETER = f"Parameters:\n  Channel: {{Type: String}}\n{GOOD.replace('VOICE', '!Ref Channel')}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("good.yaml", GOOD), ("bad.yaml", BAD), ("deep/er/bad.yaml", BAD)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_a_problem_is_told_with_file_line_rule_and_remedy() -> None:
    outcome = run_check("bad.yaml")
    assert outcome.stdout == (
        "bad.yaml:9:12: error: Agent: AutoAcceptConfigs[0].Channel: 'voice' must be VOICE or CHAT or TASK or"
        " EMAIL: did you mean VOICE? [wrong-channel]\n"
    )
    assert outcome.stderr == "1 finding: checked 1 resource in 1 file.\n"
    assert outcome.exit_code == 6


def test_of_a_right_template_only_how_much_was_checked_is_told() -> None:
    outcome = run_check("good.yaml")
    assert (outcome.stdout, outcome.stderr) == ("", "Nothing found: checked 1 resource in 1 file.\n")
    assert outcome.exit_code == 0


@pytest.mark.parametrize(("text", "code"), [(WARNING, 6), (INFORMATION, 0)])
def test_a_warning_is_a_problem_and_information_alone_is_none(text: str, code: int) -> None:
    outcome = run_check("-", stdin=text)
    assert outcome.stdout.startswith("<stdin>:")
    assert outcome.exit_code == code


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("good.yaml", "bad.yaml"), 2),
        (("*.yaml",), 2),
        (("**/*.yaml",), 3),
        (("bad.yaml", "bad.yaml", "b*.yaml"), 1),
        (("-", "bad.yaml"), 2),
    ],
)
def test_patterns_and_many_files(words: tuple[str, ...], count: int) -> None:
    files = "file" if count == 1 else "files"
    assert f" in {count} {files}." in run_check(*words, stdin=GOOD).stderr


def test_a_file_with_brackets_in_its_name_is_no_pattern(folder: Path) -> None:
    (folder / "[a].yaml").write_text(BAD, "utf-8")
    assert run_check("[a].yaml").stdout.startswith("[a].yaml:9:")


WRONG: dict[str, tuple[tuple[str, ...], str]] = {
    "nothing": ((), "Missing argument 'FILE...'"),
    "no such file": (("none.yaml",), "there is no file 'none.yaml'"),
    "nothing matches": (("none*.yaml",), "there is no file 'none*.yaml'"),
    "no value": (("good.yaml", "--parameter", NUMBER), "write NAME=VALUE"),
    "no such parameter": (
        ("good.yaml", "--parameter", f"Phone={NUMBER}"),
        "no template has a parameter Phone",
    ),
    "no type": (("good.yaml", "--type-name", "a::b"), "'a::b' is neither the name of a resource type"),
    "no format": (("good.yaml", "--format", "xml"), "'xml' is not one of"),
    "no rule": (("good.yaml", "--ignore", "E9701"), "'E9701' is not one of"),
}


@pytest.mark.parametrize(("words", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_command_line_is_told(words: tuple[str, ...], said: str) -> None:
    outcome = run_check(*words)
    assert said in outcome.stderr
    assert NUMBER not in outcome.stderr
    assert outcome.exit_code == 2


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "YAML": (b"Type: Custom::ConnectUserConfig\na: [", "line 3: "),
    "bytes": (b"\xff\xfe\x00", "is not text in UTF-8"),
    "depth": (b"# Custom::ConnectUserConfig\na: " + b"[" * 50_000 + b"]" * 50_000, "nested"),
    "depth in lines": (b"# Custom::ConnectUserConfig\n" + b"- " * 50_000 + b"a", "nested"),
    "depth of JSON": (b'{"Custom::ConnectUserConfig": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", "nested"),
}


@pytest.mark.parametrize(("content", "said"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_read_fails_and_hides_no_other(folder: Path, content: bytes, said: str) -> None:
    (folder / "broken.yaml").write_bytes(content)
    outcome = run_check("broken.yaml", "bad.yaml")
    assert outcome.stderr.startswith("broken.yaml: ")
    assert said in outcome.stderr
    assert outcome.stdout.startswith("bad.yaml:9:")
    assert outcome.exit_code == 1


def test_a_file_that_cannot_be_read_may_have_the_parameter(folder: Path) -> None:
    (folder / "broken.yaml").write_text(f"{WITH_PARAMETER}: [", "utf-8")
    outcome = run_check("broken.yaml", "bad.yaml", "--parameter", "Channel=VOICE")
    assert outcome.stdout.startswith("bad.yaml:9:12: error: ")
    assert "broken.yaml: line " in outcome.stderr
    assert outcome.exit_code == 1


def test_a_name_that_cannot_be_looked_up_fails_and_hides_no_other() -> None:
    """So does one in a folder that may not be looked into."""
    name = "x" * 300
    outcome = run_check(name, "bad.yaml")
    assert f"{name}: cannot be read: File name too long" in outcome.stderr
    assert outcome.stdout.startswith("bad.yaml:9:12: error: ")
    assert outcome.exit_code == 1


def test_standard_input_that_is_closed_cannot_be_read() -> None:
    command = f"exec {shlex.quote(sys.executable)} -m connect_user_config check - <&-"
    outcome = subprocess.run(
        ["sh", "-c", command], cwd=ROOT / "src", capture_output=True, text=True, check=False
    )
    assert outcome.stderr.startswith("<stdin>: cannot be read: it is closed\n")
    assert outcome.returncode == 1


def test_a_number_of_thousands_of_digits_is_no_surprise(folder: Path) -> None:
    (folder / "long.json").write_text(f'{{"Custom::ConnectUserConfig": {"1" * 5_000}}}', "utf-8")
    outcome = run_check("long.json", "bad.yaml")
    assert outcome.stderr.startswith("long.json: is no YAML")
    assert outcome.exit_code == 1


def test_a_folder_fails() -> None:
    assert run_check("deep").exit_code == 1


def test_the_value_of_a_parameter_is_checked_when_it_is_given() -> None:
    assert run_check("-", stdin=WITH_PARAMETER).exit_code == 0
    outcome = run_check("-", "--parameter", "Channel=FAX", stdin=WITH_PARAMETER)
    assert "'FAX' must be VOICE" in outcome.stdout
    assert outcome.exit_code == 6
    assert run_check("-", "--parameter", "Channel=CHAT", stdin=WITH_PARAMETER).exit_code == 0


def test_a_number_that_is_given_is_not_repeated() -> None:
    outcome = run_check("-", "--parameter", f"Channel={NUMBER}", stdin=WITH_PARAMETER)
    assert outcome.exit_code == 6
    assert NUMBER[1:] not in outcome.stdout + outcome.stderr


NAMES = {
    "a logical id": BAD.replace("Agent", NUMBER[1:]),
    "a property": BAD.replace("AutoAcceptConfigs", f"'{NUMBER}'"),
    "a member": BAD.replace("Channel", f"'{NUMBER}'"),
    "a macro": f"Transform: ['{NUMBER}']\n{BAD}",
    "one of two": BAD + BAD.partition("\n")[2].replace("Agent", NUMBER[1:]),
    "one with an attribute": BAD.replace("Agent", NUMBER[1:])
    + f"Outputs: {{A: {{Value: !GetAtt {NUMBER[1:]}.X}}}}\n",
}


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
@pytest.mark.parametrize("text", NAMES.values(), ids=NAMES)
def test_a_number_in_place_of_a_name_is_not_repeated(text: str, form: str) -> None:
    outcome = run_check("-", "--format", form, stdin=text)
    assert "redacted" in outcome.stdout
    assert NUMBER[1:] not in outcome.output


def test_a_number_in_place_of_the_name_of_a_parameter_is_not_repeated() -> None:
    outcome = run_check("good.yaml", "--parameter", f"{NUMBER[1:]}=x")
    assert NUMBER[1:] not in outcome.output
    assert outcome.exit_code == 2


def test_a_name_of_two_lines_makes_no_line_of_its_own() -> None:
    outcome = run_check("-", stdin=BAD.replace("Agent", '"Agent\\n::error::x"'))
    assert "Agent\\n::error::x: AutoAcceptConfigs" in outcome.stdout
    assert len(outcome.stdout.splitlines()) == 1


@pytest.mark.parametrize("name", ["Acme::Agents::Settings", "Acme.Agents.Settings"])
def test_another_name_of_the_type_can_be_given(name: str) -> None:
    text = BAD.replace("Custom::ConnectUserConfig", "Acme::Agents::Settings")
    assert run_check("-", stdin=text).exit_code == 0
    assert "other-flavour" in run_check("-", "--type-name", name, stdin=text).stdout


def test_a_rule_can_be_left_out() -> None:
    assert run_check("bad.yaml", "--ignore", "wrong-channel").exit_code == 0


def test_json_has_everything() -> None:
    (found,) = findings(run_check("bad.yaml", "--format", "json").stdout)
    assert found == {
        "file": "bad.yaml",
        "line": 9,
        "column": 12,
        "endLine": 9,
        "endColumn": 19,
        "resource": "Agent",
        "path": ["Resources", "Agent", "Properties", "AutoAcceptConfigs", 0, "Channel"],
        "rule": "wrong-channel",
        "code": "E9705",
        "severity": "error",
        "message": (
            "Agent: AutoAcceptConfigs[0].Channel: 'voice' must be VOICE or CHAT or TASK or EMAIL:"
            " did you mean VOICE?"
        ),
    }


def test_github_gets_annotations_whose_characters_are_escaped(folder: Path) -> None:
    (folder / "a,b.yaml").write_text(BAD.replace("VOICE", "100%\\n"), "utf-8")
    outcome = run_check("a,b.yaml", "--format", "github")
    assert outcome.stdout.startswith(
        "::error file=a%2Cb.yaml,line=9,endLine=9,col=12,title=wrong-channel::Agent: "
    )
    (folder / "broken.yaml").write_text("# Custom::ConnectUserConfig\na: [", "utf-8")
    assert "::error file=broken.yaml::line " in run_check("broken.yaml", "--format", "github").stdout


def test_sarif_names_every_rule_and_points_at_the_place() -> None:
    (run,) = json.loads(run_check("bad.yaml", "--format", "sarif").stdout)["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert {rule["id"] for rule in rules} == set(BY_NAME)
    (result,) = run["results"]
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "wrong-channel"
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {"uri": "bad.yaml"}
    assert location["physicalLocation"]["region"]["startLine"] == 9
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_a_program_gets_an_answer_for_nothing_as_well(form: str) -> None:
    assert json.loads(run_check("good.yaml", "--format", form).stdout)


def _run(code: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False, timeout=60
    )


RUN = """
import sys
{before}
from connect_user_config.__main__ import main
try:
    main()
finally:
    print(sorted({watched} & set(sys.modules)))
"""


def test_the_command_waits_for_no_library_that_it_does_not_need() -> None:
    watched = {"boto3", "botocore", "rich", "yaml", "cloudformation_validate", "cfnlint"}
    code = RUN.format(before="sys.argv[1:1] = ['check']", watched=watched)
    assert _run(code, "good.yaml").stdout == "['yaml']\n"
    assert "['cloudformation_validate', 'yaml']" in _run(code, "bad.yaml").stdout


@pytest.mark.parametrize("missing", ["cloudformation_validate", "yaml"])
def test_without_its_extra_the_command_says_the_line_that_installs_it(missing: str) -> None:
    code = RUN.format(before=f"sys.argv[1:1] = ['check']; sys.modules[{missing!r}] = None", watched=set())
    outcome = _run(code, "bad.yaml")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = project["optional-dependencies"]["check"]
    line = " ".join(f"'{each}'" for each in wanted if not each.startswith("click"))
    assert f"pip install {line}\n" in outcome.stderr
    assert outcome.returncode == 1


def test_a_bug_in_one_file_hides_no_findings_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(text: str) -> object:
        if text == GOOD:
            raise ZeroDivisionError("of +12025550101")
        return read(text)

    monkeypatch.setattr(command, "read", bug)
    outcome = run_check("good.yaml", "bad.yaml")
    assert outcome.exit_code == 1
    assert "[wrong-channel]" in outcome.stdout
    assert "good.yaml: something unexpected happened" in outcome.stderr
    assert "1 finding: checked 1 resource in 1 file." in outcome.stderr
    assert "2025550101" not in outcome.stdout + outcome.stderr


def test_a_file_that_cannot_be_read_is_not_counted_as_checked(folder: Path) -> None:
    (folder / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    outcome = run_check("binary.yaml")
    assert outcome.exit_code == 1
    assert "checked" not in outcome.stderr
