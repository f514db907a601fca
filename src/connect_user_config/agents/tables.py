"""Lays rows out in the room of a terminal: as a table if its words fit side by side, else in blocks."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len, chop_cells

GAP: Final = 2
"""Blanks between two columns."""
_WHOLE: Final = 15
"""The longest word that a table keeps on one line; a longer one goes on behind a sign, such as a dot."""
_ID: Final = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
"""An id stays on one line however long it is: it is shown to be copied."""
_PART: Final = re.compile(r"[^\s./@_-]*[./@_-]*\s*")
# Commands to a terminal, ends of lines, and what turns the direction of the text around it.
_COMMANDS: Final = (range(0x20), range(0x7F, 0xA0), range(0x2028, 0x202F), range(0x2066, 0x206A))
_WRITTEN_OUT: Final = {code: ascii(chr(code))[1:-1] for codes in _COMMANDS for code in codes}


def inert(cell: str) -> str:
    """Return a cell in which characters that command a terminal are written out, such as ESC."""
    return cell.translate(_WRITTEN_OUT)


def wrapped(cell: str, width: int) -> list[str]:
    """Return a cell in lines of at most `width`, broken at blanks and behind signs if possible."""
    lines = [""]
    for part in _PART.findall(cell):
        if cell_len(lines[-1] + part.rstrip()) <= width:
            lines[-1] += part
        else:
            word = part.rstrip()
            lines += chop_cells(word, width)
            lines[-1] += part[len(word) :]
    return [line.rstrip() for line in lines if line]


@dataclass(frozen=True)
class Layout:
    """Which columns are shown, how wide each is, and which others are the same in every row."""

    columns: Sequence[int]
    widths: Sequence[int]
    """Empty if the words of the columns do not fit side by side."""
    same: Sequence[int] = ()


def layout(
    titles: Sequence[str], rows: Sequence[Sequence[str]], room: int | None, foldable: Collection[str] = ()
) -> Layout:
    """Return how the rows fit into `room` columns of a terminal; without one, all is as wide as it is.

    If not all fits, the columns that `foldable` names are left out where every row says the same.
    """
    every = range(len(titles))
    natural = [max(map(cell_len, _column(titles, rows, each))) for each in every]
    if room is None or _total(natural) <= room:
        return Layout(every, natural)
    same = [each for each in every if titles[each] in foldable and _is_same(rows, each)]
    shown = [each for each in every if each not in same]
    least = [_least(_column(titles, rows, each)) for each in shown]
    fits = _total(least) <= room
    return Layout(shown, _filled(least, [natural[each] for each in shown], room) if fits else (), same)


def _is_same(rows: Sequence[Sequence[str]], column: int) -> bool:
    return len({row[column] for row in rows}) == 1 < len(rows)


def _column(titles: Sequence[str], rows: Iterable[Sequence[str]], column: int) -> Iterator[str]:
    yield titles[column]
    yield from (row[column] for row in rows)


def _least(cells: Iterable[str]) -> int:
    words = (word for cell in cells for word in (cell.split() or [""]))
    return max(cell_len(word) if _ID.fullmatch(word) else min(cell_len(word), _WHOLE) for word in words)


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _filled(least: Sequence[int], natural: Sequence[int], room: int) -> list[int]:
    """Return widths that fill the room: the first column, which names the row, and then whichever has the
    most lines.
    """
    widths = list(least)
    spare = min(room - _total(least), sum(natural) - sum(least))
    for _ in range(spare):
        most = max(range(len(widths)), key=lambda each: natural[each] / widths[each])
        widths[0 if widths[0] < natural[0] else most] += 1
    return widths
