"""Where the command begins and ends.

It makes standard output and standard error take any character, and turns a stream that cannot be written into
an exit code.
"""

import errno
import io
import os
import sys
from contextlib import suppress
from typing import TextIO

from .cli import cli

_FAILED = 1
_INTERRUPTED = 130


def main() -> None:
    """Run the command."""
    _prepare_streams()
    code = _FAILED
    try:
        code = _run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except OSError as error:
        _discard(sys.stdout)
        # A reader that has gone, such as `head`, wants to hear no more.
        if error.errno != errno.EPIPE:
            _complain(f"standard output cannot be written: {error.strerror}")
        code = _FAILED
    _flush_errors()
    sys.exit(code)


def _run() -> int:
    try:
        cli(prog_name="connect-user-config")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else _FAILED
    return 0


def _prepare_streams() -> None:
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # It was closed by whoever began this (`>&-`), and the next file to be opened would take its
            # number.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - for as long as the process lives
        elif isinstance(stream, io.TextIOWrapper):
            # Names and values may hold what the terminal's encoding has no characters for.
            stream.reconfigure(errors="backslashreplace")


def _flush_errors() -> None:
    """Drop progress that cannot be shown: the interpreter would end with an exit code of its own."""
    try:
        sys.stderr.flush()
    except OSError:
        _discard(sys.stderr)


def _discard(stream: TextIO) -> None:
    """Let the interpreter have somewhere to flush to in the end, or it would complain in its own words."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _complain(words: str) -> None:
    with suppress(OSError):
        sys.stderr.write(f"{words}\n")


if __name__ == "__main__":
    main()
