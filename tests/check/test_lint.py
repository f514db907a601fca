"""cfn-lint as a host: its configuration, and that nothing of ours turns a user's run red."""

import subprocess
import sys
from pathlib import Path

import pytest

from support.exhaustive import chosen_or_all

from .conftest import ROOT, run_cfn_lint, run_check
from .test_command import BAD, GOOD, INFORMATION, WARNING

GUIDE = (ROOT / "guide" / "checking.md").read_text("utf-8")
USER = "UserId: 20000000-0000-4000-8000-000000000001"
OTHER = BAD.replace("Custom::ConnectUserConfig", "Acme::Agents::Settings").replace(
    "      ServiceToken: !ImportValue function\n", ""
)
REGISTERED = GOOD.replace("Custom::ConnectUserConfig", "Acme::Connect::UserConfig").replace(
    "      ServiceToken: !ImportValue function\n", ""
)
CODES = ((BAD, 2), (WARNING, 4), (INFORMATION, 0), (GOOD, 0))


def lint(folder: Path, text: str, *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "template.yaml").write_text(text, "utf-8")
    return run_cfn_lint(*words, "--", "template.yaml", cwd=folder)


@pytest.mark.parametrize(("text", "code"), chosen_or_all(CODES, CODES[:3]))
def test_the_exit_code_is_cfn_lint_s(tmp_path: Path, text: str, code: int) -> None:
    assert lint(tmp_path, text).returncode == code


@pytest.mark.exhaustive
def test_information_shows_when_it_is_asked_for(tmp_path: Path) -> None:
    outcome = lint(tmp_path, INFORMATION, "-c", "I")
    assert outcome.stdout.startswith("I9701 Agent: AWS documents")
    assert outcome.returncode == 8


@pytest.mark.exhaustive
def test_a_rule_is_ignored_as_any_other(tmp_path: Path) -> None:
    assert lint(tmp_path, BAD, "--ignore-checks", "E9705").returncode == 0


NAMES = ("Acme::Agents::Settings", "Acme.Agents.Settings")
MISSING = {
    "E1020": (USER, "UserId: !Ref Missing"),
    "E1019": (USER, "UserId: !Sub '${Missing}1'"),
    "E1010": (USER, "UserId: !GetAtt Missing.Id"),
    "E3005": ("    Properties:", "    DependsOn: Missing\n    Properties:"),
    "E3015": ("    Properties:", "    Condition: Missing\n    Properties:"),
}
"""What names something that the template lacks, by cfn-lint's code for it."""
TOGETHER = {
    **{code: GOOD.replace(*change) for code, change in MISSING.items()},
    "registered": REGISTERED,
    "attribute": f"{REGISTERED}Outputs:\n  Arn:\n    Value: !GetAtt Agent.UserArn\n",
    "other": OTHER,
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What one run of cfn-lint tells of each template: starting it takes most of the time."""
    folder = tmp_path_factory.mktemp("together")
    for name, text in TOGETHER.items():
        (folder / name).write_text(text, "utf-8")
    lines = run_cfn_lint("-f", "parseable", "--", *TOGETHER, cwd=folder).stdout.splitlines()
    found: dict[str, list[str]] = {name: [] for name in TOGETHER}
    for line in lines:
        name, *_, code, message = line.split(":", 6)
        found[name].append(f"{code} {message}")
    return found


@pytest.mark.parametrize("code", MISSING)
def test_a_name_that_the_template_lacks_is_told_by_cfn_lint_alone(
    told: dict[str, list[str]], code: str
) -> None:
    assert TOGETHER[code] != GOOD
    (said,) = told[code]
    assert said.startswith(f"{code} 'Missing'")
    assert run_check("-", stdin=TOGETHER[code]).exit_code == 0
    assert code in GUIDE.partition("## What is known, and what is not")[2].partition("\n## ")[0]


def test_a_registry_name_is_no_unknown_type(told: dict[str, list[str]]) -> None:
    assert told["registered"] == []


def test_its_attribute_is_known_as_well(told: dict[str, list[str]]) -> None:
    assert told["attribute"] == []


def test_another_name_is_an_unknown_type(told: dict[str, list[str]]) -> None:
    (said,) = told["other"]
    assert said.startswith("E3006 ")


@pytest.mark.parametrize("names", chosen_or_all(NAMES, NAMES[:1]))
def test_another_name_is_configured_in_the_file(tmp_path: Path, names: str) -> None:
    (tmp_path / ".cfnlintrc").write_text(
        f"configure_rules:\n  I9700:\n    type_names: ['{names}']\n", "utf-8"
    )
    assert lint(tmp_path, OTHER).stdout.startswith("E9705 Agent: ")


@pytest.mark.exhaustive
def test_another_name_is_configured_on_the_command_line(tmp_path: Path) -> None:
    outcome = lint(tmp_path, OTHER, "-x", "I9700:type_names=Acme.Agents.Settings")
    assert outcome.stdout.startswith("E9705 Agent: ")


def test_the_rules_are_appended_by_the_file(tmp_path: Path) -> None:
    (tmp_path / ".cfnlintrc").write_text("append_rules: [connect_user_config.lint]\n", "utf-8")
    (tmp_path / "template.yaml").write_text(BAD, "utf-8")
    code = "import sys; from cfnlint.runner import main; sys.exit(main())"
    outcome = subprocess.run(
        [sys.executable, "-c", code, "template.yaml"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.stdout.startswith("E9705 Agent: ")


def test_standard_input_is_checked_as_cfn_lint_has_read_it(tmp_path: Path) -> None:
    outcome = run_cfn_lint(cwd=tmp_path, stdin=BAD)
    assert outcome.stdout.startswith("E9705 Agent: AutoAcceptConfigs[0].Channel: 'voice'")
    assert ":9:" in outcome.stdout


def test_an_exception_of_ours_is_told_and_turns_nothing_red(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "from connect_user_config.check import engine\n"
        "def check(*_): raise RuntimeError('+12025550100')\n"
        "engine.check = check\n",
        "utf-8",
    )
    for words, code in (((), 0), (("-c", "I"), 8)):
        outcome = lint(tmp_path, BAD, *words)
        assert outcome.returncode == code
        assert "The settings of agents were not checked: RuntimeError" in outcome.stderr
        assert "12025550100" not in outcome.stderr + outcome.stdout


def test_a_wrong_name_in_the_configuration_is_told(tmp_path: Path) -> None:
    (tmp_path / ".cfnlintrc").write_text("configure_rules:\n  I9700:\n    type_names: ['a::b']\n", "utf-8")
    outcome = lint(tmp_path, GOOD)
    assert "I9700: type_names: a name is neither" in outcome.stderr
    assert outcome.returncode == 0
