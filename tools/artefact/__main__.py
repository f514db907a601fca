"""The command line, for the Makefile:

    python -m tools.artefact function [--to build/custom-resource.zip]
    python -m tools.artefact package [--to build]
    python -m tools.artefact dist [--to dist]
    python -m tools.artefact notice

`function` builds the code zip alone. `package` builds both artefacts and, beside them, the bill of materials,
the list of what is in the code, and `SHA256SUMS`; it also lays the artefacts where the command line of this
checkout looks for them. `dist` builds the wheel and the source archive. `notice` writes NOTICE.
"""

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from . import build, distribution, notices, project
from .bytecode import NoRuntime
from .distribution import NotBuilt
from .libraries import Unfit


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit status: 1 if nothing was built."""
    options = _parser().parse_args(arguments)
    try:
        for file in _COMMANDS[options.what](options.to.resolve()):
            print(f"{file}: {file.stat().st_size / 1e6:.2f} MB")
    except (NoRuntime, NotBuilt, Unfit) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _function(target: Path) -> list[Path]:
    return [build.build_code(target)]


def _package(folder: Path) -> list[Path]:
    built = build.build_all(folder)
    place = project.ROOT / "src" / build.PLACE
    place.parent.mkdir(exist_ok=True)
    return [*built, Path(shutil.copyfile(folder / build.REGISTRY, place))]


def _notice(target: Path) -> list[Path]:
    target.write_text(notices.text(), "utf-8", newline="\n")
    return [target]


_COMMANDS: Final[dict[str, Callable[[Path], list[Path]]]] = {
    "function": _function,
    "package": _package,
    "dist": distribution.build_distribution,
    "notice": _notice,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tools.artefact", description="Builds what is installed.")
    kinds = parser.add_subparsers(dest="what", required=True)
    for name, default, what in (
        ("function", f"build/{build.FUNCTION}", "the code zip"),
        ("package", "build", "the artefacts"),
        ("dist", "dist", "the wheel and the source archive"),
        ("notice", "NOTICE", "the notices of the packages that are bundled"),
    ):
        kind = kinds.add_parser(name, help=what)
        kind.add_argument("--to", type=Path, default=Path(default), help=f"default: {default}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
