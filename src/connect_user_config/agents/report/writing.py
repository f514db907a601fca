"""Writes the report: rows as they come into a file without a name, then the page around them, by agent."""

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import IO, Final

from custom_connect_userconfig.core.arrays import ARRAYS

from ...problems import Failed, UsageError
from ..agent import Agent
from ..columns import View
from . import page, words
from .counting import Counts, State, Teams, natural, state_of

_FIRST_PAGE: Final = 100
"""Rows that show before the script runs; `page.js` has the same number."""
_SIGN: Final = re.compile(r"[./@_-](?=\w)")
_GROUP: Final = "Hierarchy group"
_PROFILE: Final = "Routing profile"


def write_report(
    path: Path,
    view: View,
    agents: Iterable[Agent],
    *,
    kind: page.Kind,
    generated_at: datetime,
    remark: Callable[[Agent], str] = lambda _: "",
) -> Counts:
    """Write the report to `path` and return how many agents it shows.

    The file appears when it is complete, readable by its owner only. `remark` returns what else is to be
    said of an agent, such as that its owner is gone; empty for nothing. Equal agents, in whatever order, give
    equal bytes. Raises UsageError if `path` cannot be a file, before the first agent is asked for, and Failed
    if it cannot be written.
    """
    with _replacing(path) as (rows, file):
        spool = _Rows(view, remark, rows)
        for agent in agents:
            spool.add(agent)
        about = page.About(
            kind,
            view.instance.ref.bare,
            view.instance.region.name,
            generated_at.astimezone(UTC),
            ("Agent", _GROUP, _PROFILE, *map(words.titled, _arrays(view)), "Owner", "State"),
            len(view.instance.unreadable),
        )
        before, after = page.around(about, spool.total, {_GROUP: spool.groups, _PROFILE: spool.profiles})
        file.write(_bytes(before))
        file.writelines(spool.in_order())
        file.write(_bytes(after))
    return spool.total


def _arrays(view: View) -> list[str]:
    return [array.tag_name for array in ARRAYS if any(key.array == array.name for key in view.keys)]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "xmlcharrefreplace")


class _Rows:
    """Rows in a file, with the place of each, and the counts of all."""

    def __init__(self, view: View, remark: Callable[[Agent], str], file: IO[bytes]) -> None:
        self._view, self._remark, self._file = view, remark, file
        self._places: list[tuple[tuple[str | int, ...], str, int, int]] = []
        self.total = Counts()
        self.groups = Teams(lambda: view.instance.hierarchy_groups)
        self.profiles = Teams(lambda: view.instance.routing_profiles)

    def add(self, agent: Agent) -> None:
        """Write the row of one agent, and count it."""
        remark = self._remark(agent)
        state = state_of(agent, self._view, remark)
        self.total.by_state[state] += 1
        self.groups.count(agent.hierarchy_group_id, state)
        self.profiles.count(agent.routing_profile_id, state)
        row = _bytes(self._row(agent, state, remark))
        self._places.append((natural(agent.username), agent.id, self._file.tell(), len(row)))
        self._file.write(row)

    def in_order(self) -> Iterator[bytes]:
        """Yield the rows by agent, the first ones marked to be shown."""
        for number, (_, _, start, length) in enumerate(sorted(self._places)):
            self._file.seek(start)
            yield b"<tr class=on" if number < _FIRST_PAGE else b"<tr"
            yield self._file.read(length)

    def _row(self, agent: Agent, state: State, remark: str) -> str:
        name = f"{agent.first_name} {agent.last_name}".strip()
        cells = (
            escape(self.groups.name(agent.hierarchy_group_id)),
            escape(self.profiles.name(agent.routing_profile_id)),
            *(
                words.array_cell(array, agent, self._view)
                for array in ARRAYS
                if array.tag_name in _arrays(self._view)
            ),
            _breakable(self._view.owner(agent)) or "nobody",
            self._state(agent, state, remark),
        )
        small = f"<small>{escape(name)}</small>" if name else ""
        return (
            f" data-s={state.rank}><th scope=row>{_breakable(agent.username)}{small}<td>"
            + "<td>".join(cells)
            + "\n"
        )

    def _state(self, agent: Agent, state: State, remark: str) -> str:
        lines = [words.difference(each, self._view) for each in agent.drift() if each.key in self._view.keys]
        lines += [escape(each) for each in (remark, agent.damage) if each]
        details = f"<ul>{''.join(f'<li>{line}' for line in lines)}</ul>" if lines else ""
        return f"<i aria-hidden=true>{state.sign}</i> {state.words}{details}"


def _breakable(name: str) -> str:
    """Return a name, escaped, that may go on in the next line behind a sign, not in the midst of a word."""
    return _SIGN.sub(r"\g<0><wbr>", escape(name))


@contextmanager
def _replacing(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Yield a file without a name for rows, and one that takes the place of `path` at the end."""
    if path.exists() and not path.is_file():
        raise UsageError("not-a-file", f"{path} is not a file", "name a file that may be written")
    try:
        rows = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115 - closed below
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".report-")
    except OSError as error:
        problem = f"{path} cannot be written: {error.strerror}"
        raise UsageError("unwritable", problem, "name a file in a folder where you may write") from error
    try:
        with rows, os.fdopen(handle, "wb") as file:
            yield rows, file
        Path(name).replace(path)
    except OSError as error:
        raise Failed("unwritable", f"{path} cannot be written: {error.strerror}") from error
    finally:
        Path(name).unlink(missing_ok=True)
