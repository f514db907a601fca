"""The folder with the templates: what an earlier run has written there, and writing without halves."""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from connect_user_config.reading.document import NotReadable, read
from custom_connect_userconfig.core.declaration import USER_ID

from ...problems import Failed, Refused, UsageError
from .documents import FOR_EACH, OURS, PARTS

_JOURNAL: Final = ".adopt.jsonl"
_VALUES: Final = "values"
_PRIVATE: Final = 0o600
_READABLE: Final = 0o644


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
        trees = {path: _tree(path) for path in sorted(self.path.glob("part-*-of-*.*")) if path.is_file()}
        if not trees:
            return None
        first, about = next(iter(trees.items()))
        about = about["Metadata"][OURS]
        expected = {self.template(number, about[PARTS]) for number in range(1, about[PARTS] + 1)}
        if trees.keys() != expected:
            odd = min(str(path) for path in trees.keys() ^ expected)
            what = (
                "is missing"
                if Path(odd) in expected
                else f"is not one of the parts that {first.name} tells of"
            )
            advice = "put back what is missing (git knows it), or name another folder with --to"
            raise Refused("parts-missing", f"{odd} {what}", advice)
        ids = frozenset(user_id for tree in trees.values() for user_id in _users(tree["Resources"]))
        return Earlier({name: value for name, value in about.items() if name not in ("Part", "Logins")}, ids)

    def write(self, path: Path, text: str, *, is_private: bool = False) -> None:
        """Write a file whole or not at all, and only if it differs; raises Failed."""
        mode = _PRIVATE if is_private else _READABLE
        try:
            if path.is_file() and path.read_bytes() == text.encode():
                path.chmod(mode)
                return
            path.parent.mkdir(exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".adopt-")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(text.encode())
                Path(name).chmod(mode)
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            advice = "make room or change permissions, then run the same command again: nothing is read twice"
            raise Failed("not-written", f"{path} cannot be written: {error.strerror}", advice) from error

    def write_values(self, number: int, numbers: Mapping[str, str], *, imports: bool) -> None:
        """Write the values of a part's parameters, as `aws cloudformation deploy` of v1 and v2 takes them.

        Only the caller can read the file, and git leaves it alone.
        """
        self.write(self.values(number).parent / ".gitignore", "*\n")
        pairs = [f"{name}={value}" for name, value in numbers.items()]
        self.write(self.values(number), as_json(pairs), is_private=True)
        if imports:
            members = [{"ParameterKey": name, "ParameterValue": value} for name, value in numbers.items()]
            self.write(self.values_to_import(number), as_json(members), is_private=True)


def as_json(members: object) -> str:
    """Return a file of JSON."""
    return json.dumps(members, indent=1) + "\n"


def _tree(path: Path) -> Any:  # noqa: ANN401 - JSON's types
    try:
        tree = read(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, NotReadable) as error:
        raise Refused("not-ours", f"{path} cannot be read: {error}", _FOREIGN) from error
    metadata = tree.get("Metadata") if isinstance(tree, dict) else None
    about = metadata.get(OURS) if isinstance(metadata, dict) else None
    if not isinstance(about, dict) or not isinstance(about.get(PARTS), int):
        raise Refused("not-ours", f"{path} was not written by adopt, and is not overwritten", _FOREIGN)
    return tree


_FOREIGN: Final = "name another folder with --to, or move the file away"


def _users(resources: Mapping[str, Any]) -> Iterator[str]:
    for name, node in resources.items():
        if name.startswith(FOR_EACH):
            yield from map(str, node[1])
        elif USER_ID in (properties := node.get("Properties", {})):
            yield str(properties[USER_ID])
