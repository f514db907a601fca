"""What a release holds: small, plain, complete, the same bytes each time, and described."""

import _imp
import hashlib
import json
import re
import subprocess
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from demo.local_cloud import ROOT
from support.release import built_elsewhere
from tools.artefact import __main__ as command
from tools.artefact import archive, build, bytecode, checksums, libraries, project, registry
from tools.artefact import distribution as published
from tools.artefact.libraries import SHIPPED, Library, Unfit

MOST = 2_500_000
PINS = libraries.pinned((ROOT / "requirements.txt").read_text("utf-8"))
LITERAL = "custom_connect_userconfig"


@pytest.fixture(scope="module")
def files(release: Path) -> archive.Files:
    """What is in the code zip."""
    return archive.contents(release / build.FUNCTION)


def test_both_artefacts_are_small(release: Path) -> None:
    for name in (build.FUNCTION, build.REGISTRY):
        assert (release / name).stat().st_size <= MOST


def test_both_flavours_run_the_same_code(release: Path) -> None:
    code = archive.contents(release / build.REGISTRY)[registry.CODE]
    assert code == (release / build.FUNCTION).read_bytes()


def test_no_file_is_compiled_for_a_machine(files: archive.Files) -> None:
    assert not [file for file in files if Path(file).suffix in libraries.COMPILED]
    assert not [file for file in files if file.startswith(("/", "..")) or "/../" in file]
    assert not [file for file in files if Path(file).name in libraries.NOTES_OF_THE_INSTALLATION]


def test_every_source_has_bytecode_that_is_valid_whatever_the_times(
    files: archive.Files, runtime: Path
) -> None:
    magic = subprocess.run(
        [str(runtime), "-I", "-c", "import importlib.util as u, sys; sys.stdout.write(u.MAGIC_NUMBER.hex())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    sources = [file for file in files if file.endswith(".py")]
    assert sources
    for source in sources:
        path = Path(source)
        compiled = files[(path.parent / "__pycache__" / f"{path.stem}.cpython-312.pyc").as_posix()]
        # PEP 552: the magic number, flags (1: by hash, unchecked), the hash of the source.
        assert compiled[:4].hex() == magic
        assert compiled[4:8] == (1).to_bytes(4, "little")
        assert compiled[8:16] == _imp.source_hash(
            int.from_bytes(bytes.fromhex(magic), "little"), files[source]
        )
        assert str(ROOT).encode() not in compiled
    assert len([file for file in files if file.endswith(".pyc")]) == len(sources)


def test_libraries_are_whole_and_as_installed(files: archive.Files) -> None:
    for part in SHIPPED:
        for file in distribution(part.name).files or ():
            if file.suffix == ".py" and ".." not in file.parts:
                assert files[file.as_posix()] == Path(str(file.locate())).read_bytes()
    named = {re.match(r"([\w.-]+?)-\d", file)[1] for file in files if ".dist-info/" in file}  # type: ignore[index]  # if it does not match, the test fails
    assert named == {part.name.replace("-", "_") for part in SHIPPED}


def test_the_code_is_the_checkout_s(files: archive.Files) -> None:
    source = ROOT / "src" / LITERAL
    ours = {
        f"{LITERAL}/{file.relative_to(source).as_posix()}": file.read_bytes() for file in source.rglob("*.py")
    }
    assert {
        name: data for name, data in files.items() if name.startswith(f"{LITERAL}/") and name.endswith(".py")
    } == ours


def test_another_build_gives_the_same_bytes(release: Path, tmp_path: Path) -> None:
    folder = built_elsewhere(tmp_path, build.build_all)
    assert set(archive.files_below(folder)) == {
        "SHA256SUMS",
        "custom-resource.cdx.json",
        "custom-resource.contents.txt",
        "custom-resource.zip",
        "registry.zip",
    }
    assert archive.files_below(folder) == archive.files_below(release)


def test_a_zip_follows_from_its_content_alone(tmp_path: Path) -> None:
    content = {"b": b"2", "a/c": b"1"}
    archive.pack(content, tmp_path / "one.zip")
    archive.pack(dict(reversed(content.items())), tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as packed:
        assert [
            (entry.filename, entry.date_time[0], entry.external_attr >> 16) for entry in packed.infolist()
        ] == [
            ("a/c", 1980, 0o100644),
            ("b", 1980, 0o100644),
        ]


def test_checksums_are_those_that_sha256sum_checks(release: Path, files: archive.Files) -> None:
    sums = dict(line.split("  ")[::-1] for line in (release / build.SUMS).read_text("utf-8").splitlines())
    assert set(sums) == {file.name for file in release.iterdir()} - {build.SUMS}
    for name, digest in sums.items():
        assert hashlib.sha256((release / name).read_bytes()).hexdigest() == digest
    assert (release / "custom-resource.contents.txt").read_text("utf-8") == checksums.lines(files)


def test_the_bill_of_materials_is_valid_and_names_everything(release: Path, files: archive.Files) -> None:
    text = (release / "custom-resource.cdx.json").read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill: dict[str, Any] = json.loads(text)
    assert {component["purl"] for component in bill["components"]} == {
        f"pkg:pypi/{part.name}@{PINS[part.name]}" for part in SHIPPED
    }
    root = bill["metadata"]["component"]
    assert root["hashes"] == [
        {"alg": "SHA-256", "content": hashlib.sha256((release / build.FUNCTION).read_bytes()).hexdigest()}
    ]
    assert root["licenses"] == [{"expression": project.metadata()["license"]}]
    assert "timestamp" not in bill["metadata"]
    lock = (ROOT / "requirements-dev.txt").read_text("utf-8")
    for component in bill["components"]:
        (reference,) = component["externalReferences"]
        assert reference["hashes"]
        for digest in reference["hashes"]:
            assert f"--hash=sha256:{digest['content']}" in lock
        part = next(part for part in SHIPPED if part.name == component["name"])
        shipped = {file: files[file] for file in libraries.names(part, PINS)}
        assert (
            component["hashes"][0]["content"] == hashlib.sha256(checksums.lines(shipped).encode()).hexdigest()
        )
        assert part.licence in json.dumps(component["licenses"])
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in bill["dependencies"]}
    assert f"pkg:pypi/urllib3@{PINS['urllib3']}" in needs[f"pkg:pypi/botocore@{PINS['botocore']}"]


def test_the_runtime_is_the_one_that_is_installed() -> None:
    named = "python{}.{}".format(*bytecode.RUNTIME)
    assert json.loads((ROOT / ".rpdk-config").read_text("utf-8"))["runtime"] == named
    for template in ("template.yml", "deploy/custom-resource.yml"):
        assert re.findall(r"Runtime: (\S+)", (ROOT / template).read_text("utf-8")) == [named]


@pytest.mark.parametrize(
    "make", [build.build_code, build.build_all, published.build_distribution], ids=lambda make: make.__name__
)
def test_without_the_runtime_s_python_nothing_is_built(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make: Any
) -> None:
    monkeypatch.setenv(bytecode.NAME, str(tmp_path / "none"))
    with pytest.raises(bytecode.NoRuntime, match=r"uv python install 3\.12.*PYTHON312="):
        make(tmp_path / "built")
    assert not (tmp_path / "built").exists()


@pytest.mark.parametrize("what", ["function", "package", "dist"])
def test_every_command_stops_without_it_and_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    monkeypatch.setenv(bytecode.NAME, str(tmp_path / "none"))
    assert command.main([what, "--to", str(tmp_path / "built")]) == 1
    assert "uv python install 3.12" in capsys.readouterr().err
    assert not (tmp_path / "built").exists()


def test_a_python_of_another_version_is_not_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = tmp_path / "python3.12"
    other.write_text("#!/bin/sh\necho Python 3.13.1\n", "utf-8")
    other.chmod(0o755)
    monkeypatch.setenv(bytecode.NAME, str(other))
    with pytest.raises(bytecode.NoRuntime):
        bytecode.runtime_python()


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
    # The library of YAML's loader in C.
    with pytest.raises(Unfit, match="cannot serve both architectures"):
        libraries.lay_out([Library("rpds-py")], {"rpds-py": distribution("rpds-py").version}, tmp_path)


def test_a_file_that_was_changed_after_the_installation_stops_the_build(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (installed,) = [file for file in distribution("six").files or () if file.name == "six.py"]
    real = Path(str(installed.locate()))
    read = Path.read_bytes
    monkeypatch.setattr(
        Path, "read_bytes", lambda self: read(self) + b"# changed\n" if self == real else read(self)
    )
    with pytest.raises(Unfit, match=r"six\.py is not what its wheel held"):
        libraries.lay_out([Library("six")], {"six": distribution("six").version}, tmp_path)
