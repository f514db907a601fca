"""A copy of the project under a type's name, in a folder of its own: the stock `cfn` command can validate and
submit it.

What `cfn submit` packs there is what our own artefact holds, except that the stock packager leaves bytecode
out and compresses nothing: its requirements.txt names one wheel that lies beside it, with the lean libraries
in it. The literal name stays in the repository; another one appears in the copy only.
"""

import base64
import hashlib
import shutil
import tomllib
from pathlib import Path
from typing import Final

from . import archive
from .type_name import TypeName

ROOT: Final = Path(__file__).resolve().parents[2]
LITERAL: Final = TypeName.literal()
_COPIED: Final = (".rpdk-config", "LICENSE", "docs", "inputs", "resource-role.yaml", "template.yml")
_SOURCES: Final = ("*.py", "py.typed")
_WHEELS: Final = "wheels"
_DISTRIBUTION: Final = "userconfig_libraries"
"""What the wheel is called: no package of the registries is meant by it."""


def version(root: Path = ROOT) -> str:
    """Return the version of the project."""
    return str(tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def copy_package(target: Path, name: TypeName = LITERAL, *, without: tuple[str, ...] = ()) -> None:
    """Copy the sources of the package into the folder `target`, under the name; what else lies about in the
    checkout stays.
    """
    source = ROOT / "src" / LITERAL.package
    for pattern in _SOURCES:
        for file in source.rglob(pattern):
            if not {*without} & {*file.relative_to(source).parts}:
                _copy_renamed(file, target / name.package / file.relative_to(source), name)


def stage(name: TypeName, libraries: Path, target: Path) -> None:
    """Make the copy in `target`, which is emptied, with the files below `libraries` in its wheel."""
    shutil.rmtree(target, ignore_errors=True)
    for top in _COPIED:
        path = ROOT / top
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.is_file():
                _copy_renamed(file, target / file.relative_to(ROOT), name)
    _copy_renamed(ROOT / f"{LITERAL.hyphenated}.json", target / f"{name.hyphenated}.json", name)
    copy_package(target / "src", name)
    wheel = target / _WHEELS / f"{_DISTRIBUTION}-{version()}-py3-none-any.whl"
    _write_wheel(archive.files_below(libraries), wheel)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (target / "requirements.txt").write_text(
        (
            f"# The pinned libraries, lean: no registry is asked.\n./{_WHEELS}/{wheel.name}"
            f" --hash=sha256:{digest}\n"
        ),
        "utf-8",
        newline="\n",
    )


def _copy_renamed(source: Path, target: Path, name: TypeName) -> None:
    text = source.read_text("utf-8")
    for old, new in (
        (LITERAL.text, name.text),
        (LITERAL.text.replace("::", "-"), name.text.replace("::", "-")),
        (LITERAL.hyphenated, name.hyphenated),
        (LITERAL.package, name.package),
    ):
        text = text.replace(old, new)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8", newline="\n")


def _write_wheel(files: archive.Files, wheel: Path) -> None:
    """Write a wheel that installs the files as they are. They lie in its data: a wheel may have one
    .dist-info of its own only.
    """
    stem = f"{_DISTRIBUTION}-{version()}"
    notes = {
        f"{stem}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {_DISTRIBUTION}\nVersion: {version()}\n",
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: tools.artefact\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    content = {f"{stem}.data/purelib/{name}": data for name, data in files.items()}
    content |= {name: text.encode() for name, text in notes.items()}
    record = [f"{name},sha256={_urlsafe(data)},{len(data)}\n" for name, data in sorted(content.items())]
    name = f"{stem}.dist-info/RECORD"
    archive.pack({**content, name: "".join([*record, f"{name},,\n"]).encode()}, wheel)


def _urlsafe(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def is_of_the_wheel(file: str) -> bool:
    """Whether pip leaves the file behind as a note of having installed the wheel."""
    return file.startswith(f"{_DISTRIBUTION}-")
