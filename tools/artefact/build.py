"""The artefacts, step by step; `__main__` and `distribution` call it.

Both flavours run the same code zip: the function as it is, the registry as a member of its own artefact. One
zip for both is 5 % larger than the function's alone would be, and half of two.
"""

import tempfile
import zlib
from pathlib import Path
from typing import Final

from tools import interpreters

from . import archive, bill, bytecode, checksums, libraries, project, registry, service_data

FUNCTION: Final = "custom-resource.zip"
"""The code, which is the function's artefact."""
REGISTRY: Final = "registry.zip"
SUMS: Final = "SHA256SUMS"
PLACE: Final = Path("connect_user_config", "install", "artefacts", REGISTRY)
"""Where the command line looks for the artefacts, in `src`: the registry's holds the function's."""


def build_code(target: Path) -> Path:
    """Build the code zip; raises NoRuntime without a Python of the runtime's version, and then builds
    nothing.
    """
    python = bytecode.runtime_python()
    pins = _pins()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        libraries.lay_out(libraries.SHIPPED, pins, folder)
        service_data.write(service_data.SERVICES, pins, folder / service_data.FOLDER)
        archive.unpack(project.sources(project.PACKAGE), folder)
        bytecode.compile_all(folder, python)
        archive.pack(archive.files_below(folder), target)
    return target


def build_all(folder: Path) -> list[Path]:
    """Build both artefacts into `folder`, and what describes them beside them; return all of it."""
    code = build_code(folder / FUNCTION)
    artefact = build_registry(code, folder / REGISTRY)
    files = [code, artefact, *describe(code, code)]
    checksums.write_sums(files, folder / SUMS)
    return [*files, folder / SUMS]


def build_registry(code: Path, target: Path) -> Path:
    """Build the registry's artefact around the code zip."""
    # Stored, as the stock command does; the code is compressed already.
    archive.pack(registry.compose(code), target, compressed=False)
    return target


def describe(product: Path, code: Path) -> list[Path]:
    """Write the bill of materials of the product, which holds the code, and the list of what is in the code
    beside the product; return both.
    """
    files = archive.contents(code)
    contents, described = product.with_suffix(".contents.txt"), product.with_suffix(".cdx.json")
    contents.write_text(checksums.lines(files), "utf-8", newline="\n")
    pins = _pins()
    made_of = {
        part: {name: files[name] for name in libraries.names(part, pins)} for part in libraries.SHIPPED
    }
    made_with = {
        "python": interpreters.version_of(bytecode.runtime_python()),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
    }
    told = project.metadata()
    named = bill.Product(told["name"], told["version"], told["license"], product, made_with)
    bill.write(named, made_of, (project.ROOT / "requirements-dev.txt").read_text("utf-8"), described)
    return [contents, described]


def _pins() -> dict[str, str]:
    return libraries.pinned((project.ROOT / "requirements.txt").read_text("utf-8"))
