"""The command line, for the Makefile:

    python -m tools.artefact function [--to build/custom-resource.zip] [--bytecode …]
    python -m tools.artefact package [--type-name Acme::Connect::UserConfig] [--to build] [--bytecode …]

`function` builds the zip of the custom resource's function alone. `package` builds both zips and, beside
each, its bill of materials and its list of contents, and `SHA256SUMS` over all of them.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .build import Bytecode, build_all, build_function
from .bytecode import NoRuntime
from .libraries import Unfit
from .registry import NotPacked
from .type_name import Refused, TypeName


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit status: 1 when nothing was built."""
    options = _parser().parse_args(arguments)
    try:
        if options.what == "function":
            _show(build_function(options.to.resolve(), options.bytecode))
        else:
            _show(*build_all(_type_name(options.type_name), options.to.resolve(), options.bytecode))
    except (NoRuntime, NotPacked, Refused, Unfit) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _type_name(given: str) -> TypeName:
    if given:
        return TypeName.parse(given)
    literal = TypeName.literal()
    print(
        f"The registry refuses {literal.text}: the namespace is reserved. To register the type, build it"
        " under your organisation's"
        " name: make package TYPE_NAME=Acme::Connect::UserConfig"
    )
    return literal


def _show(*files: Path) -> None:
    for file in files:
        print(f"{file}: {file.stat().st_size / 1e6:.2f} MB")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tools.artefact", description="Builds what is installed.")
    kinds = parser.add_subparsers(dest="what", required=True)
    function = kinds.add_parser("function", help="the zip of the custom resource's function")
    function.add_argument("--to", type=Path, default=Path("build/custom-resource.zip"), help="the zip")
    package = kinds.add_parser("package", help="everything that a release holds")
    package.add_argument("--to", type=Path, default=Path("build"), help="the folder")
    package.add_argument(
        "--type-name", default="", metavar="NAME", help="your organisation's name for the type"
    )
    for kind, default in ((function, Bytecode.IF_POSSIBLE), (package, Bytecode.REQUIRED)):
        kind.add_argument(
            "--bytecode", type=Bytecode, choices=list(Bytecode), default=default, help=f"default: {default}"
        )
    return parser


if __name__ == "__main__":
    sys.exit(main())
