"""Every template that the examples synthesize passes the project's check, stock cfn-lint, and CDK's own
validation at synthesis.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cdk_apps.app import EXAMPLES, App, Assembly
from demo.local_cloud import ROOT

NAMES = sorted(each.name for each in EXAMPLES.iterdir() if (each / "app.py").exists())
REGISTERED = "a registered type"


def registered(folder: Path) -> App:
    """Return an app that registers the type, and declares an agent of it."""
    app = App.copied("one_agent", folder)
    instances = 'instances=[instance, RegistryTypeVersion.EVERY_INSTANCE], log_group_name="/acme"'
    app.change(
        "app.py",
        'UserConfigProvider(self, "Provider", instances=[instance])',
        f'RegistryTypeVersion(self, "Type", type_name="Acme::Connect::UserConfig", {instances})',
    )
    app.change("app.py", "    UserConfigProvider,\n", "    RegistryTypeVersion,\n")
    return app


@pytest.fixture(scope="module", params=[*NAMES, REGISTERED])
def assembly(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """An example as it stands; and a registration, which none of them has."""
    folder = tmp_path_factory.mktemp("example") / "app"
    app = registered(folder) if request.param == REGISTERED else App.copied(request.param, folder)
    return app.synthesize()


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=ROOT)


def test_the_check_finds_nothing(assembly: Assembly) -> None:
    ran = run(sys.executable, "-m", "connect_user_config", "check", *map(str, assembly.templates))

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "0 resources" not in ran.stderr


def test_cfn_lint_finds_nothing(assembly: Assembly) -> None:
    text = "".join(file.read_text("utf-8") for file in assembly.templates)
    # Stock cfn-lint knows no registered type; our rules make it known.
    rules = ["--append-rules=connect_user_config.lint"] if "Acme::Connect::UserConfig" in text else []
    lint = str(Path(sys.executable).with_name("cfn-lint"))
    ran = run(lint, *rules, "--", *map(str, assembly.templates))

    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_cdk_finds_nothing_and_says_nothing(assembly: Assembly) -> None:
    report = json.loads((assembly.folder / "validation-report.json").read_text("utf-8"))

    assert report["pluginReports"] == []
    assert assembly.said == ""


def test_there_are_four_examples() -> None:
    assert NAMES == ["beside_cfn_user", "fleet_from_csv", "one_agent", "team"]
