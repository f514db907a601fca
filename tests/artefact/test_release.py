"""The files of a release: small, without machine code, complete, reproducible and described."""

import _imp
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from demo.local_cloud import ROOT
from tools.artefact import archive, build, bytecode, checksums, libraries, registry
from tools.artefact.libraries import Library, Unfit

ZIPS = ("custom-resource.zip", "custom-connect-userconfig.zip")
MAX_BYTES = 2_500_000
PINS = libraries.pinned((ROOT / "requirements.txt").read_text("utf-8"))
LITERAL = "custom_connect_userconfig"


@pytest.mark.parametrize("name", ZIPS)
def test_each_zip_is_small(release: Path, name: str) -> None:
    assert (release / name).stat().st_size <= MAX_BYTES


@pytest.mark.parametrize("name", ZIPS)
def test_no_file_is_compiled_for_a_machine(release: Path, name: str) -> None:
    code = registry.code_of(release / name)
    assert not [file for file in code if Path(file).suffix in libraries.COMPILED]
    assert not [file for file in code if file.startswith(("/", "..")) or "/../" in file]
    assert not [file for file in code if Path(file).name in libraries.NOTES_OF_THE_INSTALLATION]


@pytest.mark.parametrize("name", ZIPS)
def test_every_source_has_bytecode_that_is_valid_at_any_file_time(
    release: Path, name: str, runtime: Path
) -> None:
    magic = subprocess.run(
        [str(runtime), "-I", "-c", "import importlib.util as u, sys; sys.stdout.write(u.MAGIC_NUMBER.hex())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    code = registry.code_of(release / name)
    sources = [file for file in code if file.endswith(".py")]
    assert sources
    for source in sources:
        path = Path(source)
        compiled = code[(path.parent / "__pycache__" / f"{path.stem}.cpython-312.pyc").as_posix()]
        # PEP 552: the magic number, flags (1: by hash, unchecked), the hash of the source.
        assert compiled[:4].hex() == magic
        assert compiled[4:8] == (1).to_bytes(4, "little")
        digest = _imp.source_hash(int.from_bytes(bytes.fromhex(magic), "little"), code[source])
        assert compiled[8:16] == digest
        assert str(ROOT).encode() not in compiled
    assert len([file for file in code if file.endswith(".pyc")]) == len(sources)


@pytest.mark.parametrize("name", ZIPS)
def test_libraries_are_whole_and_as_installed(release: Path, name: str) -> None:
    code = registry.code_of(release / name)
    parts = libraries.OF_THE_FUNCTION if name == "custom-resource.zip" else libraries.OF_THE_REGISTRY
    for part in parts:
        for file in distribution(part.name).files or ():
            if file.suffix == ".py" and ".." not in file.parts:
                assert code[file.as_posix()] == Path(str(file.locate())).read_bytes()
    named = {re.match(r"([\w.-]+?)-\d", file)[1] for file in code if ".dist-info/" in file}  # type: ignore[index]
    assert named == {part.name.replace("-", "_") for part in parts}


def test_the_code_is_the_checkouts(release: Path) -> None:
    source = ROOT / "src" / LITERAL
    ours = {
        f"{LITERAL}/{file.relative_to(source).as_posix()}": file.read_bytes() for file in source.rglob("*.py")
    }
    code = registry.code_of(release / "custom-connect-userconfig.zip")
    shipped = [name for name in code if name.startswith(f"{LITERAL}/") and name.endswith(".py")]
    assert {name: code[name] for name in shipped} == ours
    function = registry.code_of(release / "custom-resource.zip")
    assert f"{LITERAL}/custom_resource/__init__.py" in function
    assert f"{LITERAL}/handlers.py" not in function


BUILDER = """
import os, sys, pathlib
os.umask(int(sys.argv[1], 8))
from tools.artefact import build
from tools.artefact.type_name import TypeName
for file in build.build_all(TypeName.literal(), pathlib.Path(sys.argv[2]), build.Bytecode.IF_POSSIBLE):
    print(file)
"""


def test_another_build_gives_the_same_bytes(release: Path, tmp_path: Path) -> None:
    """In another folder, at another time, with another umask, hash seed and time zone."""
    folder = tmp_path / "a longer name" / "elsewhere"
    subprocess.run(
        [sys.executable, "-c", BUILDER, "077", str(folder)],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONHASHSEED": "4711",
            "TZ": "Asia/Tokyo",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
        },
        check=True,
        capture_output=True,
        timeout=300,
    )
    names = {file.name for file in folder.iterdir() if file.is_file()}
    assert names >= {*ZIPS, "SHA256SUMS", "custom-resource.cdx.json", "custom-resource.contents.txt"}
    differing = [name for name in names if (folder / name).read_bytes() != (release / name).read_bytes()]
    assert differing == []
    assert archive.files_below(folder / "project") == archive.files_below(release / "project")


def test_a_zip_depends_on_its_content_alone(tmp_path: Path) -> None:
    content = {"b": b"2", "a/c": b"1"}
    archive.pack(content, tmp_path / "one.zip")
    archive.pack(dict(reversed(content.items())), tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as packed:
        entries = packed.infolist()
        assert [entry.filename for entry in entries] == ["a/c", "b"]
        assert {(entry.date_time[0], entry.external_attr >> 16) for entry in entries} == {(1980, 0o100644)}


def test_checksums_are_those_that_sha256sum_checks(release: Path) -> None:
    sums = dict(line.split("  ")[::-1] for line in (release / "SHA256SUMS").read_text("utf-8").splitlines())
    ends = (".zip", ".cdx.json", ".contents.txt")
    assert set(sums) == {f"{Path(name).stem}{end}" for name in ZIPS for end in ends}
    for name, digest in sums.items():
        assert hashlib.sha256((release / name).read_bytes()).hexdigest() == digest
    listed = (release / "custom-resource.contents.txt").read_text("utf-8")
    assert listed == checksums.lines(registry.code_of(release / "custom-resource.zip"))


@pytest.mark.parametrize("name", ZIPS)
def test_the_bill_of_materials_is_valid_and_names_everything(release: Path, name: str) -> None:
    text = (release / name).with_suffix(".cdx.json").read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill: dict[str, Any] = json.loads(text)
    parts = libraries.OF_THE_FUNCTION if name == "custom-resource.zip" else libraries.OF_THE_REGISTRY
    purls = {component["purl"] for component in bill["components"]}
    assert purls == {f"pkg:pypi/{part.name}@{PINS[part.name]}" for part in parts}
    digest = hashlib.sha256((release / name).read_bytes()).hexdigest()
    assert bill["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": digest}]
    assert "timestamp" not in bill["metadata"]
    lock = (ROOT / "requirements-dev.txt").read_text("utf-8")
    code = registry.code_of(release / name)
    for component in bill["components"]:
        (reference,) = component["externalReferences"]
        assert reference["hashes"]
        for each in reference["hashes"]:
            assert f"--hash=sha256:{each['content']}" in lock
        part = next(part for part in parts if part.name == component["name"])
        contents = checksums.lines({file: code[file] for file in libraries.names(part, PINS)})
        assert component["hashes"][0]["content"] == hashlib.sha256(contents.encode()).hexdigest()
        assert component["licenses"]
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in bill["dependencies"]}
    assert f"pkg:pypi/urllib3@{PINS['urllib3']}" in needs[f"pkg:pypi/botocore@{PINS['botocore']}"]


def test_bytecode_is_for_the_runtime_of_the_templates() -> None:
    named = "python{}.{}".format(*bytecode.RUNTIME)
    assert json.loads((ROOT / ".rpdk-config").read_text("utf-8"))["runtime"] == named
    for template in ("template.yml", "deploy/custom-resource.yml"):
        assert re.findall(r"Runtime: (\S+)", (ROOT / template).read_text("utf-8")) == [named]


def test_without_the_runtimes_python_nothing_is_released(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(bytecode.NAME, str(tmp_path / "none"))
    with pytest.raises(bytecode.NoRuntime, match=r"uv python install 3\.12.*PYTHON312="):
        build.build_function(tmp_path / "f.zip", build.Bytecode.REQUIRED)
    assert not (tmp_path / "f.zip").exists()


def test_a_python_of_another_version_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = tmp_path / "python3.12"
    other.write_text("#!/bin/sh\necho Python 3.13.1\n", "utf-8")
    other.chmod(0o755)
    monkeypatch.setenv(bytecode.NAME, str(other))
    with pytest.raises(bytecode.NoRuntime):
        bytecode.runtime_python()


def test_a_build_without_bytecode_prints_a_warning(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(bytecode.NAME, str(tmp_path / "none"))
    built = build.build_function(tmp_path / "f.zip", build.Bytecode.IF_POSSIBLE)
    assert not [name for name in archive.contents(built) if name.endswith(".pyc")]
    assert "WITHOUT BYTECODE" in capsys.readouterr().err


def test_another_version_than_the_pinned_one_is_not_shipped(tmp_path: Path) -> None:
    with pytest.raises(Unfit, match=r"pins six 0\.1, installed is"):
        libraries.lay_out([Library("six")], {"six": "0.1"}, tmp_path)
    with pytest.raises(Unfit, match="does not pin six"):
        libraries.lay_out([Library("six")], {}, tmp_path)
    with pytest.raises(Unfit, match="not installed"):
        libraries.lay_out([Library("no-such-package")], {"no-such-package": "1"}, tmp_path)


def test_a_compiled_module_with_a_source_beside_it_is_left_out(tmp_path: Path) -> None:
    name = "charset-normalizer"
    libraries.lay_out([Library(name)], {name: distribution(name).version}, tmp_path)
    assert (tmp_path / "charset_normalizer" / "md.py").exists()
    assert not [file for file in tmp_path.rglob("*") if file.suffix in libraries.COMPILED]


def test_a_compiled_module_without_a_source_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="cannot serve both architectures"):
        libraries.lay_out([Library("rpds-py")], {"rpds-py": distribution("rpds-py").version}, tmp_path)


def test_a_file_that_was_changed_after_the_installation_stops_the_build(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (installed,) = [file for file in distribution("six").files or () if file.name == "six.py"]
    real = Path(str(installed.locate()))
    read = Path.read_bytes

    def read_changed(self: Path) -> bytes:
        return read(self) + b"# changed\n" if self == real else read(self)

    monkeypatch.setattr(Path, "read_bytes", read_changed)
    with pytest.raises(Unfit, match=r"six\.py is not what its wheel held"):
        libraries.lay_out([Library("six")], {"six": distribution("six").version}, tmp_path)


def test_the_stock_commands_code_must_be_ours(tmp_path: Path) -> None:
    stock = io.BytesIO()
    with zipfile.ZipFile(stock, "w") as packed:
        packed.writestr("a.py", "1")
        packed.writestr("userconfig_libraries-0.1.0.dist-info/INSTALLER", "pip")
    archive.pack({"a.py": b"1", "__pycache__/a.pyc": b""}, tmp_path / "same.zip")
    registry._compare(stock.getvalue(), tmp_path / "same.zip")
    archive.pack({"a.py": b"2"}, tmp_path / "other.zip")
    with pytest.raises(registry.NotPacked, match=r"a\.py"):
        registry._compare(stock.getvalue(), tmp_path / "other.zip")
