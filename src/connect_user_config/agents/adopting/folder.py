"""The folder with the templates: what an earlier run has written there, and writing without halves."""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from operator import index
from pathlib import Path
from typing import Any, Final

from connect_user_config.reading.document import NotReadable, read
from custom_connect_userconfig.core.declaration import USER_ID
from custom_connect_userconfig.core.errors import InvalidRequest
from custom_connect_userconfig.core.identifiers import Environment, UserRef

from ...problems import Refused, UsageError
from .additions import additions
from .documents import FOR_EACH, OURS, PARTS
from .files import write
from .parts import MOST_PARTS

_JOURNAL: Final = ".adopt.jsonl"
_VALUES: Final = "values"
_SUFFIXES: Final = (".json", ".yaml")


@dataclass(frozen=True)
class Earlier:
    """What the templates of an earlier run say."""

    about: Mapping[str, Any]
    ids: frozenset[str]
    """The agents in them."""


class Folder:
    """The folder; one fleet, and nothing else of ours, stands in it."""

    def __init__(self, path: Path, form: str) -> None:
        self.path = path
        self._form = form

    @property
    def journal(self) -> Path:
        """The path of what an interrupted run leaves."""
        return self.path / _JOURNAL

    def make(self) -> None:
        """Make the folder if need be; UsageError if nothing can be written there."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except OSError as error:
            advice = "name another folder with --to, or make this one writable"
            raise UsageError(
                "not-writable", f"{self.path} cannot be written to: {error.strerror}", advice
            ) from error

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other runs out of the folder; Refused if one is at work there.

        The lock is on the folder itself and ends with the process, so none is ever left behind. Where there
        is none to have, as on Windows and some network drives, the run goes on without.
        """
        with ExitStack() as held:
            with suppress(ImportError, OSError):
                descriptor = os.open(self.path, os.O_RDONLY)
                held.callback(os.close, descriptor)
                _lock(descriptor, self.path)
            yield

    def template(self, number: int, parts: int) -> Path:
        """Return the path of the template of one part."""
        digits = len(str(parts))
        return self.path / f"part-{number:0{digits}}-of-{parts}.{self._form}"

    def values(self, number: int) -> Path:
        """Return the path of the file with the values of a part's parameters."""
        return self.path / _VALUES / f"part-{number}.json"

    def values_to_import(self, number: int) -> Path:
        """Return the path of the same values in the form of a change set."""
        return self.path / _VALUES / f"part-{number}-to-import.json"

    def to_import(self, number: int) -> Path:
        """Return the path of the file that names the resources to import into a part's stack."""
        return self.path / f"resources-to-import-{number}.json"

    def earlier(self) -> Earlier | None:
        """Return what an earlier run has written, None if nothing; Refused if it is not whole or not ours."""
        paths = sorted(self.path.glob("part-*-of-*"))
        found = {path: _read(path) for path in paths if path.suffix in _SUFFIXES and path.is_file()}
        if not found:
            return None
        if other := {path.suffix for path in found} - {f".{self._form}"}:
            form = min(other).removeprefix(".")
            raise UsageError(
                "other-options", f"the templates in {self.path} are {form}", f"add --format {form}"
            )
        first, (about, _) = next(iter(found.items()))
        expected = {self.template(number, about[PARTS]) for number in range(1, about[PARTS] + 1)}
        if found.keys() != expected:
            odd = min(found.keys() ^ expected)
            what = "is missing" if odd in expected else f"is not one of the parts that {first.name} tells of"
            advice = "put back what is missing (git knows it), or name another folder with --to"
            raise Refused("parts-missing", f"{odd} {what}", advice)
        return Earlier(about, frozenset[str]().union(*(ids for _, ids in found.values())))

    def write_values(self, number: int, numbers: Mapping[str, str], *, imports: bool) -> None:
        """Write the values of a part's parameters, as `aws cloudformation deploy` of v1 and v2 takes them.

        Only the caller can read the file, and git leaves it alone. Without values no file stays.
        """
        if numbers:
            write(self.values(number).parent / ".gitignore", "*\n")
        pairs = [f"{name}={value}" for name, value in numbers.items()]
        write(self.values(number), as_json(pairs) if pairs else "", is_private=True)
        members = [{"ParameterKey": name, "ParameterValue": value} for name, value in numbers.items()]
        for_change_set = as_json(members) if imports and members else ""
        write(self.values_to_import(number), for_change_set, is_private=True)


def _lock(descriptor: int, path: Path) -> None:
    import fcntl  # noqa: PLC0415 - Windows has none

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        advice = "wait until it has ended, then run the same command again"
        raise Refused("at-work", f"another run of adopt is at work in {path}", advice) from error


def as_json(members: object) -> str:
    """Return a file of JSON."""
    return json.dumps(members, indent=1) + "\n"


def _read(path: Path) -> tuple[dict[str, Any], set[str]]:
    """Return what a template says of its run, and its agents; Refused if `adopt` has not written it, or if
    somebody has added what would not be written again.
    """
    try:
        tree = read(text := path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, NotReadable) as error:
        raise Refused("not-ours", f"{path} cannot be read: {error}", _FOREIGN) from error
    try:
        about = dict(tree["Metadata"][OURS])  # type: ignore[index]  # whatever it is, the errors tell
        users = list(_users(tree["Resources"]))  # type: ignore[index]  # the same
        about[PARTS] = _parts(about[PARTS])
        added = list(additions(tree, "" if path.suffix == ".json" else text))  # type: ignore[arg-type]  # the same
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        said = f"{path} was not written by adopt, and is not overwritten"
        raise Refused("not-ours", said, _FOREIGN) from error
    if others := [each for each in users if not _is_id(each)]:
        said = f"{path} declares the agent {others[0]!r}, which is not an id that adopt writes"
        advice = "undo the edit (git knows the template), or name another folder with --to"
        raise Refused("edited", said, advice)
    if added:
        others_added = f", and {len(added) - 1:,} more" if added[1:] else ""
        said = f"{added[0]} in {path} was added by hand, and would not be written again{others_added}"
        advice = "move it to a template of your own, or name another folder with --to"
        raise Refused("edited", said, advice)
    return {name: value for name, value in about.items() if name not in ("Part", "Logins")}, set(
        map(str, users)
    )


def _parts(given: Any) -> int:  # noqa: ANN401 - whatever the template has
    if not 1 <= (parts := index(given)) <= MOST_PARTS:
        raise ValueError
    return parts


def _is_id(user: object) -> bool:
    with suppress(InvalidRequest):
        return isinstance(user, str) and UserRef.parse(user, Environment(), None).bare == user
    return False


_FOREIGN: Final = "name another folder with --to, or move the file away"


def _users(resources: Mapping[str, Any]) -> Iterator[object]:
    for name, node in resources.items():
        if name.startswith(FOR_EACH):
            yield from node[1]
        elif USER_ID in (properties := node.get("Properties", {})):
            yield properties[USER_ID]
