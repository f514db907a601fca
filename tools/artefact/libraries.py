"""The pinned packages, copied out of the running environment, which was installed from the lock with every
hash checked.

No registry is asked: the same build works offline. Each file is compared with the hash that its wheel
recorded, so that a changed file in the environment stops the build. What ships is plain Python and serves
every architecture: of a package that also has compiled modules, the source of each is taken and the compiled
twin left out.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, PackagePath, distribution
from pathlib import Path, PurePath
from typing import Final

from packaging.requirements import Requirement

NOTES_OF_THE_INSTALLATION: Final = {
    "RECORD",
    "INSTALLER",
    "REQUESTED",
    "direct_url.json",
    "WHEEL",
    "uv_cache.json",
}
"""Differ from one environment to the next; WHEEL names the processor of the building machine."""
COMPILED: Final = {".so", ".pyd", ".dylib"}
_SHARED_BY_MYPYC: Final = "__mypyc"
"""What compiled modules share, in a file without a source of its own."""


class Unfit(Exception):
    """The environment does not hold what is to be shipped; the text says what, and what to do."""


@dataclass(frozen=True)
class Library:
    """A pinned package, its licence as an SPDX expression, and which of its files are shipped: those below
    `only`, and none below `without`.
    """

    name: str
    licence: str = ""
    only: tuple[str, ...] = ("",)
    without: tuple[str, ...] = ()


SHIPPED: Final = (
    # The certificates of authorities (cacert.pem) are under the MPL, the rest of what it brings along under
    # Apache-2.0 and MIT. The data comes trimmed: see `service_data`.
    Library("botocore", "Apache-2.0 AND MIT AND MPL-2.0", without=("botocore/data/",)),
    Library("cloudformation-cli-python-lib", "Apache-2.0"),
    Library("jmespath", "MIT"),
    # Contributions before December 2017 are under the BSD licence alone. Its time zones by name are left out:
    # botocore asks for UTC and the machine's own only.
    Library(
        "python-dateutil",
        "BSD-3-Clause AND (Apache-2.0 OR BSD-3-Clause)",
        without=("dateutil/zoneinfo/dateutil-zoneinfo.tar.gz",),
    ),
    Library("six", "MIT"),
    Library("urllib3", "MIT"),
)
"""What the code imports. It makes botocore's clients: boto3 and what boto3 brings along would be loaded for
nothing. The support library of CloudFormation requires boto3, requests and setuptools besides: its hooks need
requests, its own sessions boto3, nothing setuptools. `custom_connect_userconfig.registry.library` imports it
without them; with what they bring along they would be a third of the zip.
"""


def pinned(requirements: str) -> dict[str, str]:
    """Return the version of each package that the text of a requirements file pins."""
    lines = (line.partition("#")[0].strip() for line in requirements.splitlines())
    pins = [Requirement(line) for line in lines if line]
    return {pin.name: str(pin.specifier).removeprefix("==") for pin in pins}


def licence_texts(library: Library) -> dict[str, str]:
    """Return the texts of the package's licences and notices, by their path."""
    files = distribution(library.name).files or ()
    return {
        file.as_posix(): _checked(file).decode()
        for file in files
        if file.parts[0].endswith(".dist-info") and file.name.startswith(("LICENSE", "NOTICE"))
    }


def lay_out(libraries: Iterable[Library], pins: dict[str, str], target: Path) -> None:
    """Copy the files of the libraries into `target`; raises Unfit when one is not what is pinned, or not
    plain Python.
    """
    for library in libraries:
        for file in _files(library, pins):
            destination = target / file
            destination.parent.mkdir(parents=True, exist_ok=True)
            destination.write_bytes(_checked(file))


def names(library: Library, pins: dict[str, str]) -> list[str]:
    """Return the paths of the files of a library that are shipped; raises Unfit."""
    return [file.as_posix() for file in _files(library, pins)]


def _files(library: Library, pins: dict[str, str]) -> Iterator[PackagePath]:
    if library.name not in pins:
        raise Unfit(f"requirements.txt does not pin {library.name}")
    try:
        installed = distribution(library.name)
    except PackageNotFoundError:
        raise Unfit(f"{library.name} is pinned but not installed: run `make` to install the lock") from None
    if installed.version != pins[library.name]:
        raise Unfit(
            f"requirements.txt pins {library.name} {pins[library.name]}, installed is {installed.version}:"
            " run `make lock`"
        )
    files = installed.files or []
    sources = {str(file) for file in files}
    for file in files:
        if (
            _is_shipped(file)
            and file.as_posix().startswith(library.only)
            and not file.as_posix().startswith(library.without)
        ):
            if file.suffix not in COMPILED:
                yield file
            elif not _has_source(file, sources):
                raise Unfit(
                    f"{file} of {library.name} has no source beside it: one zip cannot serve both"
                    " architectures"
                )


def _is_shipped(file: PurePath) -> bool:
    """Scripts lie outside of the packages; bytecode is compiled anew."""
    is_note = file.name in NOTES_OF_THE_INSTALLATION and file.parent.suffix == ".dist-info"
    return ".." not in file.parts and file.suffix != ".pyc" and not is_note


def _has_source(compiled: PurePath, sources: set[str]) -> bool:
    name = compiled.name.partition(".")[0]
    return _SHARED_BY_MYPYC in name or str(compiled.with_name(f"{name}.py")) in sources


def _checked(file: PackagePath) -> bytes:
    content = Path(str(file.locate())).read_bytes()
    if file.hash is None:
        raise Unfit(f"{file} was installed without a hash: install the lock anew (`make clean`, then `make`)")
    found = base64.urlsafe_b64encode(hashlib.new(file.hash.mode, content).digest()).rstrip(b"=").decode()
    if found != file.hash.value:
        raise Unfit(f"{file} is not what its wheel held: install the lock anew (`make clean`, then `make`)")
    return content
