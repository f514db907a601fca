"""The whole build, step by step; `__main__` calls it."""

import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Final

from tools import interpreters

from . import archive, bill, bytecode, checksums, libraries, project, registry, service_data
from .libraries import Library
from .type_name import TypeName

ROOT: Final = project.ROOT
FUNCTION: Final = "custom-resource.zip"
_OF_THE_REGISTRY_ALONE: Final = ("registry", "handlers.py", "models.py")
"""What the function does without: what it imports is not in the zip."""


class Bytecode(StrEnum):
    """What to do about bytecode where there is no Python of the runtime's version to compile it."""

    REQUIRED = "required"
    """Build nothing."""
    IF_POSSIBLE = "if-possible"
    """Build without it, and say so: it runs all the same, and starts slowly."""
    NONE = "none"
    """Leave it out even where it could be compiled."""


def build_function(target: Path, wanted: Bytecode) -> Path:
    """Build the zip of the custom resource's function."""
    python = compiler(wanted)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        libraries.lay_out(libraries.OF_THE_FUNCTION, _pins(), folder)
        project.copy_package(folder, without=_OF_THE_REGISTRY_ALONE)
        service_data.write(service_data.OF_THE_FUNCTION, folder / service_data.FOLDER)
        _pack(folder, python, target)
    return target


def build_all(name: TypeName, folder: Path, wanted: Bytecode) -> list[Path]:
    """Build both zips and what describes them into `folder`; return all of it."""
    python = compiler(wanted)
    function = build_function(folder / FUNCTION, wanted)
    artefact = build_registry(name, folder, python)
    files = [
        *_described(function, libraries.OF_THE_FUNCTION, python),
        *_described(artefact, libraries.OF_THE_REGISTRY, python),
    ]
    sums = folder / "SHA256SUMS"
    checksums.write_sums(files, sums)
    return [*files, sums]


def build_registry(name: TypeName, folder: Path, python: Path | None) -> Path:
    """Build the registry's artefact, and leave the copy of the project that it was made of beside it."""
    staged = folder / "project"
    artefact = folder / f"{name.hyphenated}.zip"
    with tempfile.TemporaryDirectory() as scratch:
        code = Path(scratch, "code")
        libraries.lay_out(libraries.OF_THE_REGISTRY, _pins(), code)
        service_data.write(service_data.OF_THE_REGISTRY, code / service_data.FOLDER)
        project.stage(name, code, staged)
        shutil.copytree(staged / "src" / name.package, code / name.package)
        packed = Path(scratch, registry.CODE)
        _pack(code, python, packed)
        registry.compose(staged, name, packed, artefact)
    return artefact


def _described(zipped: Path, parts: Iterable[Library], python: Path | None) -> list[Path]:
    """Write the list of contents and the bill of materials of a zip beside it; return all three."""
    code = registry.code_of(zipped)
    contents, described = zipped.with_suffix(".contents.txt"), zipped.with_suffix(".cdx.json")
    contents.write_text(checksums.lines(code), "utf-8", newline="\n")
    pins = _pins()
    made_of = {part: {name: code[name] for name in libraries.names(part, pins)} for part in parts}
    made_with = {
        "python": interpreters.version_of(python) if python else "without bytecode",
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
    }
    product = bill.Product(zipped.stem, project.version(), zipped, made_with)
    bill.write(product, made_of, (ROOT / "requirements-dev.txt").read_text("utf-8"), described)
    return [zipped, contents, described]


def _pack(folder: Path, python: Path | None, target: Path) -> None:
    if python:
        bytecode.compile_all(folder, python)
    archive.pack(archive.files_below(folder), target)


def compiler(wanted: Bytecode) -> Path | None:
    """The Python to compile with; None where there shall be no bytecode. Raises NoRuntime."""
    if wanted is Bytecode.NONE:
        return None
    try:
        return bytecode.runtime_python()
    except bytecode.NoRuntime as problem:
        if wanted is Bytecode.REQUIRED:
            raise
        print(
            f"WITHOUT BYTECODE, so every cold start compiles anew and takes about twice as long. {problem}",
            file=sys.stderr,
        )
        return None


def _pins() -> dict[str, str]:
    return libraries.pinned((ROOT / "requirements.txt").read_text("utf-8"))
