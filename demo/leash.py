"""Runs a command that must not outlive whoever started it: `python leash.py FOLDER COMMAND…`.

The end of standard input ends the command: either `servers` closes it, or the system does, because that process was killed. FOLDER,
where the command keeps what it needs, is removed afterwards. Only the standard library, so that any Python runs it.
"""

import shutil
import subprocess  # nosec B404  # to run what it is told to
import sys
import threading

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
    running = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603  # nosec B603  # that is what it is for
    threading.Thread(target=_end_with_input, args=(running,), daemon=True).start()
    status = running.wait()
    shutil.rmtree(folder, ignore_errors=True)
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
