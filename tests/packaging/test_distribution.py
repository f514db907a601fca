"""The wheel and the source archive: what they hold, say and ask for, and that this decides their bytes."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from demo.local_cloud import ROOT
from support.release import built_elsewhere
from tools.artefact import archive, build, distribution, libraries, notices, project

SIZE = 4_000_000
TEMPLATES = sorted((ROOT / "deploy").glob("*.yml"))


@pytest.fixture(scope="module")
def files(wheel: Path) -> archive.Files:
    """What is in the wheel."""
    return archive.contents(wheel)


@pytest.fixture(scope="module")
def metadata(files: archive.Files) -> Message:
    (name,) = [name for name in files if name.endswith(".dist-info/METADATA")]
    return message_from_bytes(files[name])


def test_the_wheel_is_small_and_of_no_machine(wheel: Path) -> None:
    assert wheel.stat().st_size <= SIZE
    assert wheel.name.endswith("-py3-none-any.whl")


def test_the_wheel_has_the_templates_as_they_stand_in_deploy(files: archive.Files) -> None:
    room = "connect_user_config/install/templates/"
    held = {name.removeprefix(room): data for name, data in files.items() if name.startswith(room)}
    assert held == {path.name: path.read_bytes() for path in TEMPLATES}


def test_the_wheel_has_both_artefacts_in_one(files: archive.Files) -> None:
    assert [name for name in files if name.endswith(".zip")] == [build.PLACE.as_posix()]


def test_the_wheel_asks_for_ranges_and_not_for_what_runs_in_lambda(metadata: Message) -> None:
    asked = [Requirement(each) for each in metadata.get_all("Requires-Dist") or []]
    always = {each.name: each.specifier for each in asked if each.marker is None}
    assert always.keys() == {"boto3", "click", "rich"}
    for specifier in always.values():
        assert {each.operator for each in specifier} == {">=", "<"}
    pins = libraries.pinned((ROOT / "requirements.txt").read_text("utf-8"))
    assert pins["boto3"] in always["boto3"]


def test_nothing_but_the_packages_is_in_the_wheel(files: archive.Files) -> None:
    tops = {name.partition("/")[0] for name in files}
    assert tops == {"connect_user_config", "custom_connect_userconfig", "connect_user_config-0.1.0.dist-info"}
    assert {Path(name).suffix for name in files if ".dist-info" not in name} == {
        ".py",
        ".html",
        ".css",
        ".js",
        ".yml",
        ".zip",
        ".typed",
    }
    for package in ("connect_user_config", "custom_connect_userconfig"):
        sources = project.sources(package)
        assert {name: files.get(name) for name in sources} == sources


def test_no_path_of_the_building_machine_is_in_either(wheel: Path, sdist: Path) -> None:
    for content in [*archive.contents(wheel).values(), *members(sdist).values()]:
        assert str(ROOT).encode() not in content


def members(sdist: Path) -> dict[str, bytes]:
    with tarfile.open(sdist) as packed:
        found = ((entry.name, packed.extractfile(entry)) for entry in packed)
        return {name.partition("/")[2]: file.read() for name, file in found if file}


def test_the_source_archive_holds_the_built_artefacts_and_makes_the_same_wheel(
    wheel: Path, sdist: Path, tmp_path: Path
) -> None:
    """As pip makes it, with no Python of the runtime's and nothing of the checkout; offline, so with the
    build backend that is installed.
    """
    name = f"src/{build.PLACE.as_posix()}"
    assert members(sdist)[name] == archive.contents(wheel)[build.PLACE.as_posix()]
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "--quiet"]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "315532800", "PYTHON312": str(tmp_path / "none")}
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(tmp_path), str(sdist)],
        env=environment,
        cwd=tmp_path,
        check=True,
        timeout=300,
    )
    (made,) = tmp_path.glob("*.whl")
    assert archive.contents(made) == archive.contents(wheel)


@pytest.mark.exhaustive  # by day of the artefacts, in `tests/artefact`
def test_another_build_gives_the_same_bytes(dist: Path, tmp_path: Path) -> None:
    folder = built_elsewhere(tmp_path, distribution.build_distribution)
    assert archive.files_below(folder) == archive.files_below(dist)


def test_modes_and_times_are_fixed_and_owners_unknown(wheel: Path, sdist: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        # setuptools gives RECORD a mode of its own.
        modes = {
            entry.external_attr >> 16 & 0o777
            for entry in packed.infolist()
            if not entry.filename.endswith("RECORD")
        }
        assert modes == {0o644}
    with tarfile.open(sdist) as packed:
        told = {(entry.mtime, entry.mode, entry.uid, entry.gid, entry.uname) for entry in packed}
        names = packed.getnames()
    assert told == {(315532800, 0o644, 0, 0, "")}
    assert names == sorted(names)


def test_checksums_and_bill_of_materials_are_of_the_wheel(dist: Path, wheel: Path, sdist: Path) -> None:
    sums = dict(line.split("  ")[::-1] for line in (dist / build.SUMS).read_text("utf-8").splitlines())
    assert sums == {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in dist.iterdir()
        if file.name != build.SUMS
    }
    assert {wheel.name, sdist.name} < sums.keys()
    bill = json.loads(wheel.with_suffix(".cdx.json").read_text("utf-8"))
    root = bill["metadata"]["component"]
    assert (root["name"], root["version"]) == ("connect-user-config", "0.1.0")
    assert root["hashes"] == [{"alg": "SHA-256", "content": sums[wheel.name]}]
    assert {each["name"] for each in bill["components"]} == {each.name for each in libraries.SHIPPED}


def licences(expression: str) -> set[str]:
    return {*re.findall(r"[\w.-]+", expression)} - {"AND", "OR"}


def test_the_licence_expression_covers_what_is_bundled(metadata: Message, files: archive.Files) -> None:
    bundled = " ".join(library.licence for library in libraries.SHIPPED)
    assert licences(metadata["License-Expression"]) == licences(bundled)
    room = "connect_user_config-0.1.0.dist-info/licenses/"
    for name in ("LICENSE", "NOTICE"):
        assert files[room + name] == (ROOT / name).read_bytes()


def test_the_notice_is_the_one_of_what_is_bundled() -> None:
    assert (ROOT / "NOTICE").read_text("utf-8") == notices.text(), (
        "run `make generate` and commit what it writes"
    )


@pytest.mark.parametrize("library", libraries.SHIPPED, ids=lambda library: library.name)
def test_the_notice_has_the_texts_of_each(library: libraries.Library) -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    assert f"\n{library.name}: {library.licence}\n" in notice
    texts = libraries.licence_texts(library)
    assert texts
    for text in texts.values():
        lines = [line.rstrip() for line in text.strip("\r\n").splitlines()]
        assert "\n".join(lines) in notice or lines[0].strip() == "Apache License"
