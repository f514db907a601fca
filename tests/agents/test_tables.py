"""Tables on terminals of any width, which are real ones (a pty), and in pipes."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from connect_user_config.agents import tables
from connect_user_config.agents.tables import inert, layout, wrapped
from demo.local_cloud import ROOT

SCRIPT = """
import sys
from connect_user_config.agents.agent import in_order
from connect_user_config.agents.columns import usual
from connect_user_config.agents.overview import _print
from support.agent_reports import many, view
shown = view()
_print(shown, usual(shown), in_order(many(int(sys.argv[1]))), usual(shown)[1:-1])
"""
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES", "NO_COLOR"}}
    path = os.pathsep.join(map(str, (ROOT / "src", ROOT / "tests")))
    return {**kept, "PYTHONPATH": path, "TERM": "xterm-256color", "PYTHONUTF8": "1", **more}


def on_terminal(width: int, count: int = 9, **more: str) -> str:
    """What a terminal of the width gets."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    command = [sys.executable, "-c", SCRIPT, str(count)]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment(**more)
    ) as process:
        os.close(theirs)
        shown = b""
        while data := read(ours):
            shown += data
        assert process.wait(60) == 0, shown
    os.close(ours)
    return shown.decode("utf-8").replace("\r\n", "\n")


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux says so that the other end is closed
        return b""


def in_pipe(**more: str) -> bytes:
    command = [sys.executable, "-c", SCRIPT, "9"]
    done = subprocess.run(command, capture_output=True, env=environment(**more), check=True, timeout=60)
    return done.stdout


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_no_line_is_longer_than_the_terminal(width: int) -> None:
    shown = COLOUR.sub("", on_terminal(width))
    lines = shown.splitlines()
    # What standard error says goes on in the terminal's next line.
    table = [line for line in lines if "* marks" not in line]
    assert max(map(cell_len, table)) <= width
    assert not [line for line in table if line != line.rstrip()]


def test_a_narrow_terminal_shows_one_agent_below_the_other() -> None:
    shown = COLOUR.sub("", on_terminal(60))
    assert (
        "hopper.ada.8\n"
        "  auto accept            VOICE off*, else off\n"
        "  after contact work     VOICE no limit*, else no limit\n"
        "  phone number           SOFT_PHONE\n"
        "  owner                  team-2/Settings\n"
        "  declared               auto-accept VOICE on, after-\n"
        "                         contact-work VOICE 30 s\n\n"
        "lovelace.ada.0\n"
    ) in shown
    assert "The same for all: persistent connection off, voice\nenhancement NONE.\n" in shown


def test_a_terminal_of_80_columns_shows_a_table() -> None:
    lines = COLOUR.sub("", on_terminal(80)).splitlines()
    (head,) = [line for line in lines if line.startswith("agent")]
    assert head.split() == ["agent", "accept", "work", "number", "owner", "declared"]
    (first,) = [line for line in lines if line.startswith("hopper.ada.8")]
    assert first[head.index("owner") :].split() == ["team-2/Settings", "auto-accept"]
    assert "The same for all: persistent connection off, voice enhancement NONE." in lines


def test_a_wide_terminal_folds_nothing() -> None:
    lines = COLOUR.sub("", on_terminal(240)).splitlines()
    assert len(lines) == 1 + 1 + 9 + 1
    assert "persistent connection" in lines[0]


def test_nothing_is_said_in_colour_alone() -> None:
    """The only style is bold: of the head, and of the name above a block."""
    for width in (60, 200):
        assert {*COLOUR.findall(on_terminal(width))} <= {"\x1b[1m", "\x1b[0m"}


def test_a_pipe_gets_a_line_for_each_agent_and_the_whole_of_every_value() -> None:
    lines = in_pipe().decode("utf-8").splitlines()
    assert len(lines) == 1 + 1 + 9
    assert "\x1b" not in "".join(lines)
    assert "DESK_PHONE, number [phone number redacted]" in "".join(lines)
    assert lines == [line.rstrip() for line in lines]


@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-1", "cp437"])
def test_without_unicode_lines_are_drawn_in_ascii(encoding: str) -> None:
    shown = in_pipe(PYTHONUTF8="0", PYTHONIOENCODING=encoding)
    assert shown.isascii()
    assert b"----" in shown


def test_an_agents_name_commands_no_terminal() -> None:
    assert inert("a\x1b]0;mine\x07b\nc\u202ed\x9be") == r"a\x1b]0;mine\x07b\nc\u202ed\x9be"
    assert inert("Zoë 李 می\u200cدرم") == "Zoë 李 می\u200cدرم"


def fit(rows: Sequence[Sequence[str]], room: int | None, foldable: Sequence[str] = ()) -> tables.Layout:
    return layout([f"t{each}" for each in range(len(rows[0]))], rows, room, foldable)


def test_the_first_column_is_widened_first() -> None:
    rows = [["lovelace.katherine.2", "one two three four five six"]]
    assert fit(rows, 40).widths == [20, 18]
    assert fit(rows, 24).widths == [17, 5]


def test_an_id_that_is_to_be_copied_stays_on_one_line() -> None:
    agent_id = "dcc06cfd-6a53-40cb-9521-9ad5062d5f1e"
    rows = [["agent-010", agent_id, f"agent-settings-1/Agent{agent_id.replace('-', '')}"]]
    assert fit(rows, 80).widths == [9, 36, 31]
    assert wrapped(agent_id, 36) == [agent_id]
    assert fit(rows, 60).widths == ()


def test_columns_that_may_be_left_out_are_if_they_say_the_same() -> None:
    rows = [["ada", "off", "NONE"], ["bob", "off", "NONE"]]
    assert fit(rows, 14, ["t1"]).widths == [3, 3, 4]
    assert fit(rows, 13, ["t1"]) == tables.Layout([0, 2], [3, 4], [1])
    assert fit(rows[:1], 13, ["t1"]).same == []
    assert fit([*rows, ["cy", "on", "NONE"]], 13, ["t1"]).same == []


@given(st.text(st.sampled_from("ab .-/é李\U0001f600"), max_size=40), st.integers(2, 20))
def test_wrapping_keeps_every_character_but_blanks_within_its_width(cell: str, width: int) -> None:
    lines = wrapped(cell, width)
    assert "".join("".join(lines).split()) == "".join(cell.split())
    assert max(map(cell_len, lines), default=0) <= width


def test_a_cell_breaks_at_a_blank_or_behind_a_sign_before_it_breaks_a_word() -> None:
    assert wrapped("VOICE no limit*, else off", 9) == ["VOICE no", "limit*,", "else off"]
    assert wrapped("lovelace.katherine.2", 15) == ["lovelace.", "katherine.2"]
    assert wrapped("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert wrapped("", 4) == []
