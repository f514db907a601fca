"""Prints rows as a table, as CSV or as JSON. CSV and JSON are written row by row, however many there are."""

import csv
import json
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from custom_connect_userconfig.core.redaction import REDACTED

from ..progress import console_of
from . import tables

_WIDE: Final = 1_000_000
"""More than any table needs: it is laid out before it is printed."""
_REDACTED: Final = "[redacted]"
"""The same in the room of a terminal; the column says that it was a number."""
_NARROWEST: Final = 8
"""Columns of a terminal below which a line is rather too long than broken."""


def print_table(
    titles: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "", foldable: Collection[str] = ()
) -> None:
    """Print a table that fits the terminal, or a block for each row where no table fits.

    A column that is named in `foldable` goes into one line below if it is too much and all rows say the same.
    Where there is no terminal, every row is one line and nothing is folded or shortened.
    """
    shown = [[tables.inert(cell) for cell in row] for row in rows]
    if not shown:
        return
    console, titles = console_of(), [_words(each) for each in titles]
    if title:
        console.print(title, style="bold")
    room = console.width if console.is_terminal else None
    if room:
        shown = [[cell.replace(REDACTED, _REDACTED) for cell in row] for row in shown]
    layout = tables.layout(titles, shown, room, {_words(each) for each in foldable})
    if layout.widths:
        _print_lines(console, _table(console, titles, shown, layout))
    else:
        _print_blocks(console, titles, shown, layout)
    if layout.same:
        said = ", ".join(f"{titles[each]} {shown[0][each] or 'none'}" for each in layout.same)
        console.print("\n" + "\n".join(tables.wrapped(f"The same for all: {said}.", console.width)))


def _table(
    console: Console, titles: Sequence[str], rows: Sequence[Sequence[str]], layout: tables.Layout
) -> Table:
    cells = [
        [
            "\n".join(tables.wrapped(row[each], width))
            for each, width in zip(layout.columns, layout.widths, strict=True)
        ]
        for row in rows
    ]
    table = Table(
        box=box.SIMPLE_HEAD if console.encoding.startswith("utf") else box.ASCII2,
        show_edge=False,
        pad_edge=False,
        padding=(0, tables.GAP - 1, 0, 0),
        # A row of several lines ends where the next one begins.
        leading=int(any("\n" in cell for row in cells for cell in row)),
    )
    for each, width in zip(layout.columns, layout.widths, strict=True):
        table.add_column("\n".join(tables.wrapped(titles[each], width)), width=width, no_wrap=True)
    for row in cells:
        table.add_row(*row)
    return table


def _print_blocks(
    console: Console, titles: Sequence[str], rows: Iterable[Sequence[str]], layout: tables.Layout
) -> None:
    name, *others = layout.columns
    label = max(len(each) for each in titles) + tables.GAP
    room = max(console.width - label - tables.GAP, _NARROWEST)
    for place, row in enumerate(rows):
        heading = "\n".join(tables.wrapped(row[name], max(console.width, _NARROWEST)))
        console.print(f"\n{heading}" if place else heading, style="bold")
        for each in others:
            for number, line in enumerate(tables.wrapped(row[each], room)):
                console.print(" " * tables.GAP + ("" if number else titles[each]).ljust(label) + line)


def _print_lines(console: Console, table: Table) -> None:
    """Print a table without blanks at the ends of its lines, and as wide as it is."""
    for line in console.render_lines(table, console.options.update(width=_WIDE, max_width=_WIDE), pad=False):
        text = Text.assemble(*((segment.text, segment.style or "") for segment in line))
        text.rstrip()
        console.print(text)


def _words(title: str) -> str:
    return title.replace("-", " ")


def print_csv(titles: Sequence[str], rows: Iterable[Sequence[str]], stream: TextIO | None = None) -> int:
    """Write CSV with a head; return the number of rows. Each row can be read at once: some take a second."""
    stream = stream or sys.stdout
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(titles)
    stream.flush()
    count = 0
    for row in rows:
        writer.writerow([_inert(cell) for cell in row])
        stream.flush()
        count += 1
    return count


def _inert(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def print_json(name: str, items: Iterable[Mapping[str, Any]], **members: Any) -> int:  # noqa: ANN401 - JSON's types
    """Write one JSON object whose member `name` is the list of `items`; return their number."""
    write = sys.stdout.write
    write("{\n" + "".join(f'  "{key}": {json.dumps(value)},\n' for key, value in members.items()))
    write(f'  "{name}": [')
    count = 0
    for count, item in enumerate(items, 1):
        write(("," if count > 1 else "") + "\n    " + json.dumps(item))
        sys.stdout.flush()
    write("\n  ]\n}\n" if count else "]\n}\n")
    return count


def say(words: str) -> None:
    """Print a line for people on standard error; nothing in a name commands the terminal."""
    console_of(to_stderr=True).print(tables.inert(words))
