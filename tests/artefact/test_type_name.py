"""The same sources with an organisation's own type name: the names it accepts, and the complete result."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from demo.local_cloud import ROOT
from tools.artefact import __main__ as command
from tools.artefact import registry, service_data
from tools.artefact.type_name import _LONGEST, _PATTERN, RESERVED, Refused, TypeName

from .conftest import OWN_NAME

PACKAGE = "acme_connect_userconfig"
LITERAL = re.compile(rb"custom(::|-|_)connect(::|-|_)userconfig", re.IGNORECASE)


@pytest.fixture(scope="module")
def register_type() -> dict[str, Any]:
    """The shape of RegisterType's TypeName, and its documentation."""
    model = service_data.full_loader().load_service_model("cloudformation", "service-2")["shapes"]
    return {**model["TypeName"], "text": model["RegisterTypeInput"]["members"]["TypeName"]["documentation"]}


def test_the_rules_are_those_of_register_type(register_type: dict[str, Any]) -> None:
    assert register_type["pattern"] == f"{_PATTERN.pattern}(::MODULE){{0,1}}"
    assert register_type["max"] == _LONGEST
    reserved = register_type["text"].partition("are reserved")[2]
    assert re.findall(r"<code>(\w+)</code>", reserved) == list(RESERVED)


@pytest.mark.parametrize("namespace", [*RESERVED, "custom", "aws", "AMAZON"])
def test_reserved_names_are_refused_with_the_reason(namespace: str) -> None:
    reason = rf"namespace {namespace}, which the registry reserves .*Acme::Connect::UserConfig"
    with pytest.raises(Refused, match=reason):
        TypeName.parse(f"{namespace}::Connect::UserConfig")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Acme",
        "Acme::Connect",
        "Acme::Connect::UserConfig::MODULE",
        "A::Connect::UserConfig",
        "Ac-me::Connect::X1",
        "Acme::Connect::UserConfig\n",
        "Acme::Connect::Ü1",
        f"Acme::Connect::{'x' * 65}",
    ],
)
def test_bad_patterns_are_refused(name: str) -> None:
    with pytest.raises(Refused, match="three parts of 2 to 64 letters and digits"):
        TypeName.parse(name)


def test_the_command_gives_the_reason_and_builds_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--to", str(tmp_path / "build"), "--type-name", "Custom::Connect::UserConfig"]
    assert command.main(["package", *options]) == 1
    assert "reserves" in capsys.readouterr().err
    assert not (tmp_path / "build").exists()


def test_the_literal_name_is_built_with_a_notice(capsys: pytest.CaptureFixture[str]) -> None:
    assert command._type_name("") == TypeName.literal()
    assert "The registry refuses Custom::Connect::UserConfig" in capsys.readouterr().out


def test_no_trace_of_the_literal_name_is_left(own_release: Path) -> None:
    artefact = own_release / "acme-connect-userconfig.zip"
    with zipfile.ZipFile(artefact) as packed:
        outer = {name: packed.read(name) for name in packed.namelist() if name != registry.CODE}
    code = registry.code_of(artefact)
    for name, content in [*outer.items(), *code.items()]:
        assert not LITERAL.search(name.encode()), name
        assert not LITERAL.search(content), name
    assert json.loads(outer["schema.json"])["typeName"] == OWN_NAME
    config = json.loads(outer[".rpdk-config"])
    assert config["typeName"] == OWN_NAME
    assert config["entrypoint"] == f"{PACKAGE}.handlers.resource"
    assert config["testEntrypoint"] == f"{PACKAGE}.handlers.test_entrypoint"
    assert f'TYPE_NAME: Final = "{OWN_NAME}"'.encode() in code[f"{PACKAGE}/handlers.py"]
    role = (own_release / "project" / "resource-role.yaml").read_text("utf-8")
    assert "type/resource/Acme-Connect-UserConfig/*" in role


def test_the_repository_bears_the_literal_name() -> None:
    assert json.loads((ROOT / ".rpdk-config").read_text("utf-8"))["typeName"] == "Custom::Connect::UserConfig"


@pytest.fixture
def project(own_release: Path, tmp_path: Path) -> Path:
    """A copy of the release's copy of the project."""
    return shutil.copytree(own_release / "project", tmp_path / "project")


def cfn(project: Path, *arguments: str) -> str:
    tools = Path(sys.executable).parent
    done = subprocess.run(
        [str(tools / "cfn"), *arguments],
        cwd=project,
        env={
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(project),
            # Python 3.12 and later warns when it compiles the command's own sources.
            "PYTHONWARNINGS": "ignore:invalid escape sequence:SyntaxWarning",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.contract
def test_the_stock_command_validates_and_regenerates_the_copy(project: Path) -> None:
    assert cfn(project, "validate") == "Resource schema is valid.\n"
    generated = ("resource-role.yaml", f"src/{PACKAGE}/models.py")
    before = {name: (project / name).read_bytes() for name in generated}
    cfn(project, "generate")
    assert {name: (project / name).read_bytes() for name in before} == before


@pytest.mark.contract
def test_the_stock_command_packs_the_same_code_without_bytecode(
    project: Path, own_release: Path, tmp_path: Path
) -> None:
    """`cfn submit` in the copy uploads the same code without bytecode, and asks no package registry."""
    cfn(project, "submit", "--dry-run")
    stock = project / "acme-connect-userconfig.zip"
    ours = own_release / "acme-connect-userconfig.zip"
    code, our_code = registry.code_of(stock), registry.code_of(ours)
    theirs = {name: code[name] for name in code if not name.startswith("userconfig_libraries-")}
    assert theirs == {name: our_code[name] for name in our_code if not name.endswith(".pyc")}
    with zipfile.ZipFile(stock) as one, zipfile.ZipFile(ours) as other:
        assert set(one.namelist()) == set(other.namelist())
        for name in set(one.namelist()) - {registry.CODE}:
            assert one.read(name) == other.read(name)
        assert {entry.compress_type for entry in other.infolist()} == {zipfile.ZIP_STORED}


@pytest.mark.slow
def test_the_tests_pass_under_the_own_name(project: Path, tmp_path: Path) -> None:
    """The unit tests, with the own name, on the sources with the own name."""
    tests = project / "tests"
    (project / "schema").mkdir()
    shutil.copy2(project / "acme-connect-userconfig.json", project / "schema")
    for folder in ("unit", "support"):
        for file in (ROOT / "tests" / folder).glob("*.py"):
            text = file.read_text("utf-8").replace("custom_connect_userconfig", PACKAGE)
            text = text.replace("Custom::Connect::UserConfig", OWN_NAME)
            text = text.replace("custom-connect-userconfig", "acme-connect-userconfig")
            (tests / folder).mkdir(parents=True, exist_ok=True)
            (tests / folder / file.name).write_text(text, "utf-8")
    # The project's configuration, so that the same warnings are errors.
    options = ["-q", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml"), "--rootdir", "."]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-o", "pythonpath=", "tests/unit"],
        cwd=project,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "PYTHONPATH": os.pathsep.join(map(str, (tests, project / "src", ROOT / "src"))),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 500  # type: ignore[index]
