"""Waits for the Ctrl-C that ends a demo which keeps its cloud."""

import os
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Final

_CTRL_C, _CTRL_D = b"\x03", b"\x04"
_LOCAL_MODES: Final = 3
"""Where termios lists them."""
_SPECIAL: Final = termios.ISIG | termios.ICANON | termios.ECHO


@contextmanager
def ctrl_c_is_the_end() -> Iterator[Callable[[], None]]:
    """From entering on, Ctrl-C is the normal end; yields what waits for it.

    On a terminal it is read as a key: as a signal, it would also reach `make`, which then fails.
    """
    with suppress(KeyboardInterrupt):
        if not sys.stdin.isatty():
            yield _wait_for_the_signal
            return
        terminal = sys.stdin.fileno()
        with _keys_are_read(terminal):
            yield partial(_read_until_ctrl_c, terminal)


def _wait_for_the_signal() -> None:
    threading.Event().wait()


def _read_until_ctrl_c(terminal: int) -> None:
    while os.read(terminal, 1) not in {_CTRL_C, _CTRL_D, b""}:
        pass


@contextmanager
def _keys_are_read(terminal: int) -> Iterator[None]:
    """Let the terminal send every key, and no signal."""
    before = termios.tcgetattr(terminal)
    reading = [*before]
    reading[_LOCAL_MODES] &= ~_SPECIAL
    termios.tcsetattr(terminal, termios.TCSADRAIN, reading)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
