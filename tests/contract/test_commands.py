"""The real `cfn validate`, `cfn generate` and `cfn submit --dry-run`, offline, in a copy of the tree."""

import json
import os
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

from .conftest import ROOT, Cfn

pytestmark = pytest.mark.contract

GENERATED = ("docs", "resource-role.yaml", "src/custom_connect_userconfig/models.py")
PACKAGE = "custom_connect_userconfig"


def contents(root: Path, names: tuple[str, ...]) -> dict[str, bytes]:
    """Return every file at or below `names`, by its path."""
    files = [
        file
        for name in names
        for file in ([root / name] if (root / name).is_file() else (root / name).rglob("*"))
    ]
    return {str(file.relative_to(root)): file.read_bytes() for file in files if file.is_file()}


def test_validate_accepts_the_schema_without_a_warning(cfn: Cfn) -> None:
    done = cfn("validate")

    # The command also succeeds with a warning, which it prints on one of the two streams.
    assert (done.stdout + done.stderr).split("\n") == ["Resource schema is valid.", ""]


def test_validate_warns_of_a_questionable_schema(cfn: Cfn, tree: Path) -> None:
    schema = json.loads((tree / "schema" / "custom-connect-userconfig.json").read_text("utf-8"))
    del schema["properties"]["AutoAcceptConfigs"]["insertionOrder"]
    (tree / "schema" / "custom-connect-userconfig.json").write_text(json.dumps(schema), "utf-8")

    done = cfn("validate")

    assert "insertionOrder" in done.stdout + done.stderr


def test_generate_reproduces_what_is_committed(cfn: Cfn, tree: Path) -> None:
    for name, content in contents(tree, GENERATED).items():
        (tree / name).write_bytes(content + b"stale")

    cfn("generate")

    generated, committed = contents(tree, GENERATED), contents(ROOT, GENERATED)
    differing = sorted(
        name for name in generated.keys() | committed.keys() if generated.get(name) != committed.get(name)
    )
    assert differing == [], "run `make generate` and commit what it writes"
    assert len(committed) > len(GENERATED)


def test_config_and_schema_name_the_same_type() -> None:
    # Neither `cfn validate` nor `cfn submit` checks it.
    config = json.loads((ROOT / ".rpdk-config").read_text("utf-8"))
    schema = json.loads((ROOT / "custom-connect-userconfig.json").read_text("utf-8"))

    assert config["typeName"] == schema["typeName"] == "Custom::Connect::UserConfig"


@pytest.fixture
def offline_pip(tmp_path: Path, environment: dict[str, str]) -> None:
    """Put `offline_pip.py` first on the path, as `pip`."""
    tools = tmp_path / "tools"
    tools.mkdir()
    pip = tools / "pip"
    script = Path(__file__).with_name("offline_pip.py").read_text("utf-8")
    pip.write_text(f"#!{sys.executable}\n{script}", "utf-8")
    pip.chmod(0o755)
    environment["PATH"] = f"{tools}{os.pathsep}{environment['PATH']}"


@pytest.mark.usefixtures("offline_pip")
def test_submit_packages_schema_and_handlers_that_load_on_their_own(
    cfn: Cfn, tree: Path, tmp_path: Path
) -> None:
    cfn("submit", "--dry-run")

    with zipfile.ZipFile(tree / "custom-connect-userconfig.zip") as package:
        assert json.loads(package.read("schema.json"))["typeName"] == "Custom::Connect::UserConfig"
        settings = json.loads(package.read(".rpdk-config"))
        package.extract("ResourceProvider.zip", tmp_path)
    with zipfile.ZipFile(tmp_path / "ResourceProvider.zip") as lambda_code:
        shipped = {name for name in lambda_code.namelist() if name.startswith(f"{PACKAGE}/")}
        lambda_code.extractall(tmp_path / "lambda")

    sources = {str(file.relative_to(ROOT / "src")) for file in (ROOT / "src" / PACKAGE).rglob("*.py")}
    assert sources <= shipped
    module, name = settings["entrypoint"].rsplit(".", 1)
    loaded = run_alone(tmp_path / "lambda", f"import {module}; print(callable({module}.{name}))")
    assert loaded.strip() == "True"


def run_alone(path: Path, statement: str) -> str:
    """Run a statement on a Python that sees the standard library and `path`, as Lambda does."""
    script = textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(path)!r})
        {statement}
    """)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
