"""A copy of the tree for the `cfn` command: whatever it writes, the checkout stays the same."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COPIED = (
    ".rpdk-config",
    "custom-connect-userconfig.json",
    "docs",
    "inputs",
    "requirements.txt",
    "resource-role.yaml",
    "schema",
    "src",
    "template.yml",
)

PYTHONWARNINGS = "ignore:invalid escape sequence:SyntaxWarning"
"""Python 3.12 and later warns when it compiles the command's own sources."""

Cfn = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    copy = tmp_path / "tree"
    copy.mkdir()
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, copy / name, follow_symlinks=False)
    return copy


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return variables without the developer's account and options; the running Python's tools come first."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "COV_", "COVERAGE_", "PYTEST_")) and name != "PYTHONPATH"
    }
    home = tmp_path / "home"
    home.mkdir()
    tools = Path(sys.executable).parent
    return {
        **kept,
        "HOME": str(home),
        "PATH": f"{tools}{os.pathsep}{kept.get('PATH', '')}",
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONWARNINGS": PYTHONWARNINGS,
    }


@pytest.fixture
def cfn(tree: Path, environment: dict[str, str]) -> Cfn:
    """Run the `cfn` command in the copy, and require that it succeeds."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).parent / "cfn"), *arguments]
        done = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, f"cfn {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        return done

    return run
