"""Runs a command that must not outlive its parent: `python supervisor.py FOLDER COMMAND…`.

The end of standard input ends the command: either `servers` closes it, or the system does, because that
process was killed. All processes that the command started, such as a busy Lambda, end with it. FOLDER, where
the command keeps its files, is then removed. Standard library only, so that any Python runs it.
"""

import os
import shutil
import signal
import subprocess  # nosec B404  # it runs the command
import sys
import threading
from contextlib import suppress

_GRACE = 5.0
"""Seconds that the command has to end by itself."""


def _end_with_input(command: "subprocess.Popen[bytes]") -> None:
    sys.stdin.buffer.read()
    command.terminate()
    try:
        command.wait(_GRACE)
    except subprocess.TimeoutExpired:
        command.kill()


def main(folder: str, *command: str) -> int:
    """Run the command; return its exit status."""
    # A process group of its own holds all processes that the command starts.
    running = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)  # noqa: S603  # nosec B603  # its purpose
    threading.Thread(target=_end_with_input, args=(running,), daemon=True).start()
    status = running.wait()
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
