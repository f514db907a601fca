"""Prints rows as a table, as CSV or as JSON. CSV and JSON are written row by row, however many there are."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TextIO

from rich import box
from rich.console import Console
from rich.table import Table

from ..progress import console_of

_WIDE: Final = 1_000_000
"""The width of a table that goes into a file or a pipe: no value is cut or wrapped."""


def print_table(titles: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "") -> None:
    """Print a table that fits the terminal; where there is none, no value is wrapped."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, emoji=False, width=_WIDE)
    lines = box.SIMPLE_HEAD if console.encoding.startswith("utf") else box.ASCII2
    table = Table(box=lines, title=title or None)
    for each in titles:
        table.add_column(each.replace("-", " "), overflow="fold")
    for row in rows:
        table.add_row(*row)
    if table.row_count:
        console.print(table)


def print_csv(titles: Sequence[str], rows: Iterable[Sequence[str]], stream: TextIO | None = None) -> int:
    """Write CSV with a head; return the number of rows."""
    writer = csv.writer(stream or sys.stdout, lineterminator="\n")
    writer.writerow(titles)
    count = 0
    for row in rows:
        writer.writerow([_inert(cell) for cell in row])
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
    write("\n  ]\n}\n" if count else "]\n}\n")
    return count


def say(words: str) -> None:
    """Print a line for people on standard error."""
    console_of(to_stderr=True).print(words)
