"""The command as pip installs it: the entry point, the templates as files of their own, and nothing more for Lambda."""

import os
import shutil
import subprocess
import sys
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

from .conftest import ROOT

pytestmark = pytest.mark.slow
COPIED = ("pyproject.toml", "README.md", "LICENSE", "requirements.txt", "src", "deploy")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of the tree: the build leaves folders behind."""
    tree = tmp_path_factory.mktemp("tree")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name,
                tree / name,
                symlinks=True,
                ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"),
            )
        else:
            shutil.copy2(ROOT / name, tree / name)
    built = tree / "wheel"
    # Offline: the build backend is the one that is installed.
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "--quiet"]
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(built), str(tree)],
        check=True,
        timeout=300,
    )
    return next(built.glob("*.whl"))


def test_the_wheel_has_the_templates_as_they_stand_in_deploy(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        for name in ("artefact-bucket.yml", "custom-resource.yml", "registry-role.yml"):
            assert (
                packed.read(f"connect_user_config/templates/{name}") == (ROOT / "deploy" / name).read_bytes()
            )


def test_its_own_dependencies_are_an_extra(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        name = next(name for name in packed.namelist() if name.endswith("/METADATA"))
        wanted = message_from_string(packed.read(name).decode()).get_all("Requires-Dist")
    assert wanted is not None
    ours = [each for each in wanted if each.startswith(("click", "rich"))]
    assert len(ours) == 2
    assert all('extra == "cli"' in each for each in ours)
    always = {each.partition("==")[0] for each in wanted if "extra" not in each}
    listed = {
        line.partition("==")[0]
        for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()
        if "==" in line
    }
    assert always == listed


def test_the_installed_command_runs_and_reads_its_templates(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    options = ["--no-deps", "--no-index", "--disable-pip-version-check", "--quiet", "--target", str(target)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(wheel)], check=True, timeout=300)
    command = target / "bin" / "connect-user-config"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment["PYTHONPATH"] = str(target)
    version = subprocess.run(
        [str(command), "--version"], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert version.stdout.strip() == "0.1.0"
    # Only the installed template says which parameters there are.
    wrong = [str(command), "install", "custom-resource", "--parameter", "X=1"]
    wrong += ["--instance", "arn:aws:connect:us-east-1:123456789012:instance/i"]
    refused = subprocess.run(
        wrong, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert "Architecture, ExportName, MemorySize, LogRetentionInDays" in refused.stderr
