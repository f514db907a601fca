"""The arguments that commands on templates share: files, the values of parameters, and names of types."""

import errno
import glob
import sys
from pathlib import Path
from typing import Final

import click

from .types import DOCUMENTED, Types

_STANDARD_INPUT: Final = "-"
_STANDARD_INPUT_NAME: Final = "<stdin>"


def types(_: click.Context, __: click.Parameter, names: tuple[str, ...]) -> Types:
    """Return the known types and those that are named; BadParameter if a name is none."""
    for name in names:
        try:
            Types([name])
        except ValueError as error:
            raise click.BadParameter(f"{name!r} {error}.") from error
    return Types(names)


def values(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """Return the values of parameters by name; BadParameter if one is not NAME=VALUE."""
    found = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name.isalnum():
            # What is given may hold a phone number, so it is not repeated.
            raise click.BadParameter("write NAME=VALUE, where NAME has letters and digits only.")
        found[name] = value
    return found


def files(_: click.Context, __: click.Parameter, patterns: tuple[str, ...]) -> list[str]:
    """Return the files that names and patterns mean, each once; BadParameter if one means none."""
    found: dict[str, None] = {}
    for pattern in patterns:
        if pattern == _STANDARD_INPUT or _is_there(pattern):
            matches = [pattern]
        else:
            matches = sorted(name for name in glob.glob(pattern, recursive=True) if Path(name).is_file())  # noqa: PTH207 - absolute patterns as well
        if not matches:
            raise click.BadParameter(f"there is no file {pattern!r}.")
        found.update(dict.fromkeys(matches))
    return list(found)


def _is_there(name: str) -> bool:
    try:
        return Path(name).exists()
    except OSError:
        # The name is too long, or the folder is locked: reading it says which.
        return True


def text_of(file: str) -> str:
    """Return the text of a file or of standard input; raises OSError and UnicodeDecodeError."""
    if file == _STANDARD_INPUT:
        if sys.stdin is None:
            # Whoever began this has closed it (`<&-`).
            raise OSError(errno.EBADF, "it is closed")
        return sys.stdin.buffer.read().decode("utf-8-sig")
    return Path(file).read_bytes().decode("utf-8-sig")


def shown(file: str) -> str:
    """Return the name of a file for people."""
    return _STANDARD_INPUT_NAME if file == _STANDARD_INPUT else file


type_names: Final = click.option(
    "--type-name",
    "types",
    multiple=True,
    metavar="NAME",
    callback=types,
    help="One more name of the type, or an organisation; may be repeated."
    f" {DOCUMENTED} and ORG::Connect::UserConfig are known.",
)
