"""Runs a command that must not outlive whoever started it: `python leash.py FOLDER COMMAND…`.

The end of standard input ends the command: either `servers` closes it, or the system does, because that
process was killed. The processes that the command has started end with it, such as a Lambda that is busy when
its server is killed. FOLDER, where the command keeps what it needs, is removed afterwards. Only the standard
library, so that any Python runs it.
"""

import os
import shutil
import signal
import subprocess  # nosec B404  # to run what it is told to
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
    # A process group of its own, which holds all that the command starts.
    running = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)  # noqa: S603  # nosec B603  # what it is for
    threading.Thread(target=_end_with_input, args=(running,), daemon=True).start()
    status = running.wait()
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
