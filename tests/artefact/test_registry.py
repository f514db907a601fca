"""The registry's artefact: laid out as the stock command lays it out, and the same code under every name."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from contract.conftest import Cfn, cfn, environment, tree  # noqa: F401  # fixtures, asked for by name

from connect_user_config.install import artefacts
from connect_user_config.problems import UsageError
from tools.artefact import archive, build, registry

OWN = "Acme::Connect::UserConfig"


def within(data: bytes, folder: Path) -> archive.Files:
    """What is in a zip."""
    (folder / "some.zip").write_bytes(data)
    return archive.contents(folder / "some.zip")


@pytest.fixture
def stock(
    cfn: Cfn,  # noqa: F811 - the imported fixture
    tree: Path,  # noqa: F811 - the imported fixture
    environment: dict[str, str],  # noqa: F811 - the imported fixture
    tmp_path: Path,
) -> archive.Files:
    """What `cfn submit` would upload of the checkout, without libraries: no registry is asked for them."""
    (tmp_path / "tools").mkdir()
    pip = tmp_path / "tools" / "pip"
    pip.write_text("#!/bin/sh\n", "utf-8")
    pip.chmod(0o755)
    environment["PATH"] = f"{tmp_path / 'tools'}:{environment['PATH']}"
    cfn("submit", "--dry-run")
    return archive.contents(tree / "custom-connect-userconfig.zip")


@pytest.mark.contract
def test_everything_but_the_code_is_as_the_stock_command_packs_it(
    stock: archive.Files, release: Path, tmp_path: Path
) -> None:
    ours = archive.contents(release / build.REGISTRY)
    assert {**ours, registry.CODE: b""} == {**stock, registry.CODE: b""}
    code = within(ours[registry.CODE], tmp_path)
    sources = within(stock[registry.CODE], tmp_path)
    assert "custom_connect_userconfig/handlers.py" in sources
    assert {name: code.get(name) for name in sources} == sources


def test_another_name_changes_the_name_and_nothing_else(release: Path, tmp_path: Path) -> None:
    literal = archive.contents(release / build.REGISTRY)
    own = within(artefacts.registry(OWN, release / build.REGISTRY).data, tmp_path)
    assert own.keys() == literal.keys()
    assert {name for name in own if own[name] != literal[name]} == {".rpdk-config", "schema.json"}
    for name in (".rpdk-config", "schema.json"):
        told = json.loads(literal[name])
        assert told["typeName"] == "Custom::Connect::UserConfig"
        assert json.loads(own[name]) == {**told, "typeName": OWN}
        assert b"Custom::" not in own[name]
    assert json.loads(own[".rpdk-config"])["entrypoint"] == "custom_connect_userconfig.handlers.resource"


def test_the_bytes_under_a_name_are_the_same_on_every_machine(release: Path, tmp_path: Path) -> None:
    """No compressor has a say: members are stored, sorted and without times."""
    one = artefacts.registry(OWN, release / build.REGISTRY)
    shuffled = dict(reversed(archive.contents(release / build.REGISTRY).items()))
    archive.pack(shuffled, tmp_path / "compressed.zip")
    assert artefacts.registry(OWN, tmp_path / "compressed.zip").sha256 == one.sha256
    (tmp_path / "own.zip").write_bytes(one.data)
    with zipfile.ZipFile(tmp_path / "own.zip") as packed:
        assert {entry.compress_type for entry in packed.infolist()} == {zipfile.ZIP_STORED}
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert packed.namelist() == sorted(packed.namelist())


def test_the_function_s_artefact_is_the_code_of_the_registry_s(release: Path) -> None:
    by_itself = artefacts.function(release / build.FUNCTION)
    assert by_itself.data == (release / build.FUNCTION).read_bytes()
    assert artefacts.function(release / build.REGISTRY) == by_itself


@pytest.mark.parametrize(
    ("data", "code"), [(b"no zip", "bad-artefact"), (None, "other-artefact")], ids=["no zip", "another zip"]
)
def test_a_file_that_is_not_the_function_is_refused(tmp_path: Path, data: bytes | None, code: str) -> None:
    file = tmp_path / "file.zip"
    if data is None:
        archive.pack({"other.py": b""}, file)
    else:
        file.write_bytes(data)
    with pytest.raises(UsageError) as raised:
        artefacts.function(file)
    assert raised.value.code == code


def test_a_damaged_member_is_refused(release: Path, tmp_path: Path) -> None:
    data = bytearray((release / build.REGISTRY).read_bytes())
    data[data.index(b"PK", 100_000) - 10] ^= 1
    (tmp_path / "damaged.zip").write_bytes(data)
    with pytest.raises(UsageError, match=r"damaged\.zip is not a whole zip"):
        artefacts.registry(OWN, tmp_path / "damaged.zip")


def test_this_clone_finds_what_make_package_builds(release: Path, tmp_path: Path) -> None:
    """The package of a clone, with the artefact where `make package` lays it."""
    source = Path(artefacts.__file__).parents[1]
    files = {file: data for file, data in archive.files_below(source).items() if "__pycache__" not in file}
    place = tmp_path / build.PLACE
    archive.unpack(
        {**files, str(build.PLACE.relative_to("connect_user_config")): b""}, tmp_path / "connect_user_config"
    )
    place.write_bytes((release / build.REGISTRY).read_bytes())
    told = "from connect_user_config.install import artefacts as a; print(a.function().sha256)"
    done = subprocess.run(
        [sys.executable, "-c", told],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == artefacts.function(release / build.FUNCTION).sha256, done.stderr
