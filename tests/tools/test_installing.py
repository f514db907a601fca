"""The Makefile's recipe, on a made-up lock and a folder of packages: it installs the locked versions only.

It runs with the running Python's pip. Pip before 24 resolves `part[extra]` again, such as `coverage[toml]`.
"""

import base64
import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def wheel(
    folder: Path, name: str, version: str, *needs: str, extra: str = "", files: dict[str, str] | None = None
) -> str:
    """Build a wheel; return its line for a lock."""
    info = f"{name}-{version}.dist-info"
    head = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    metadata = [
        *head,
        *([f"Provides-Extra: {extra}"] if extra else []),
        *(f"Requires-Dist: {need}" for need in needs),
    ]
    contents = {
        **(files or {f"{name}.py": f"VERSION = {version!r}\n"}),
        f"{info}/METADATA": "\n".join(metadata) + "\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{file},sha256={_digest(text)},{len(text.encode())}" for file, text in contents.items()]
    contents[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,"]) + "\n"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in contents.items():
            archive.writestr(file, text)
    return f"{name}=={version} \\\n    --hash=sha256:{_sha256(path)}\n    # via tests\n"


def _digest(text: str) -> str:
    """Return the digest of a file in the form of a wheel's RECORD."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    folder = tmp_path / "packages"
    folder.mkdir()
    return folder


def recipe(
    folder: Path, python: str | Path, lock: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the Makefile's recipe for `.venv` in another folder, without settings for pip and make."""
    foreign = ("PIP_", "PYTHON", "MAKE", "MFLAGS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    where = ("-C", str(folder), "-f", str(ROOT / "Makefile"))
    command = ["make", *where, f"PYTHON={python}", f"LOCK={lock}", ".venv/lock-installed"]
    return subprocess.run(
        command, env={**kept, **environment}, capture_output=True, text=True, timeout=120, check=False
    )


def install(packages: Path, lock: str) -> subprocess.CompletedProcess[str]:
    """Run the recipe with the folder of packages as its only index."""
    tree = packages.parent
    (tree / "lock.txt").write_text(lock, "utf-8")
    index = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(packages), "PIP_CONFIG_FILE": os.devnull}
    return recipe(tree, sys.executable, "lock.txt", **index)


def installed(packages: Path) -> Iterator[str]:
    for found in (packages.parent / ".venv").glob("lib/python3*/site-packages/*.dist-info"):
        name = found.name.removesuffix(".dist-info")
        if not name.startswith(("pip-", "setuptools-")):
            yield name


BACKEND = """
import os, zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "source-1.0-py3-none-any.whl"
    info = "source-1.0.dist-info"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as archive:
        archive.writestr("built_with.py", "VERSION = {version!r}")
        archive.writestr(f"{{info}}/METADATA", "Metadata-Version: 2.1\\nName: source\\nVersion: 1.0\\n")
        tags = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
        archive.writestr(f"{{info}}/WHEEL", tags)
        archive.writestr(f"{{info}}/RECORD", "")
    return name
def get_requires_for_build_wheel(config_settings=None):
    return []
__legacy__ = None
"""


def source(folder: Path) -> str:
    """Write a package that must be built; return its line for a lock."""
    path = folder / "source-1.0.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("source-1.0/PKG-INFO", "Metadata-Version: 2.1\nName: source\nVersion: 1.0\n")
        archive.writestr(
            "source-1.0/pyproject.toml",
            '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
        )
    return f"source==1.0 \\\n    --hash=sha256:{_sha256(path)}\n"


@pytest.mark.slow
def test_only_the_locked_versions_are_installed_whatever_else_there_is(packages: Path) -> None:
    """Once for all: each installation makes an environment."""
    lock = wheel(packages, "whole", "1.0", "part[more]>=1.0")
    lock += wheel(packages, "part", "1.0", "detail>=1.0 ; extra == 'more'", extra="more")
    lock += wheel(packages, "detail", "1.0")
    # A newer release of a package with an extra changes nothing.
    wheel(packages, "part", "2.0", "detail>=1.0 ; extra == 'more'", extra="more")
    wheel(packages, "detail", "2.0")
    # A source is built with the locked setuptools: an isolated build would fetch the newest, without a hash.
    locked, newer = (
        {"setuptools/__init__.py": "", "setuptools/build_meta.py": BACKEND.format(version=each)}
        for each in ("90.0", "91.0")
    )
    lock += source(packages) + wheel(packages, "setuptools", "90.0", files=locked)
    wheel(packages, "setuptools", "91.0", files=newer)
    # `pip install .` leaves metadata in src, which is on the path of all that make runs.
    left = packages.parent / "src" / "ours.egg-info"
    left.mkdir(parents=True)
    (left / "PKG-INFO").write_text(
        "Metadata-Version: 2.1\nName: ours\nVersion: 1.0\nRequires-Dist: missing\n", "utf-8"
    )

    done = install(packages, lock)

    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(installed(packages)) == ["detail-1.0", "part-1.0", "source-1.0", "whole-1.0"]
    assert "   installing ..." in done.stdout
    (built,) = (packages.parent / ".venv").glob("lib/python3*/site-packages/built_with.py")
    assert built.read_text("utf-8") == "VERSION = '90.0'"


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_package_that_the_lock_lacks_is_named_and_not_fetched(packages: Path) -> None:
    lock = wheel(packages, "whole", "1.0", "part>=1.0")
    wheel(packages, "part", "1.0")

    done = install(packages, lock)

    assert done.returncode != 0
    assert "whole 1.0 requires part, which is not installed." in done.stdout
    assert not (packages.parent / ".venv" / "lock-installed").exists()


def make_with(python_version: str, folder: Path) -> str:
    """Run the recipe with a Python that claims a version and can do nothing else; return the error."""
    python = folder / "python"
    major, minor, _ = python_version.split(".")
    code = f"import sys; sys.version_info = ({major}, {minor}, 0); exec(sys.argv.pop(1))"
    python.write_text(
        "#!/bin/sh\n"
        f'if [ "$1" = --version ]; then echo Python {python_version}; exit; fi\n'
        f'exec "{sys.executable}" -c "{code}" "$2" "$@"\n',
        "utf-8",
    )
    python.chmod(0o755)
    done = recipe(folder, python, os.devnull)
    assert done.returncode != 0
    assert not (folder / ".venv").exists()
    return done.stderr.replace(str(folder), "")


@pytest.mark.parametrize("version", ["3.1.5", "3.10.14", "3.14.0", "3.30.0"])
def test_an_untested_python_is_refused(tmp_path: Path, version: str) -> None:
    error = make_with(version, tmp_path)

    assert f"One of these Pythons is needed: 3.11 3.12 3.13. /python is Python {version}." in error
    assert "Name another one: make PYTHON=python3.12" in error


@pytest.mark.parametrize("version", ["3.11.0", "3.12.9", "3.13.1"])
def test_a_supported_python_is_not_refused(tmp_path: Path, version: str) -> None:
    assert "is needed" not in make_with(version, tmp_path)
