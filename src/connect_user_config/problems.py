"""What can go wrong, in words for people and in codes for machines, and every exit code of the commands.

::

    Problem
    ├── UsageError  the command line cannot be meant so; nothing was changed
    ├── Refused     it would harm somebody who still uses what is to go
    ├── NoAccess    no credentials, or an action that is not allowed
    ├── Failed      AWS did not do what was asked of it
    └── Interrupted somebody pressed Ctrl-C
"""

import traceback
from pathlib import Path
from typing import ClassVar, Final

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2
PARTLY: Final = 3
REFUSED: Final = 4
NO_ACCESS: Final = 5
FOUND: Final = 6
INTERRUPTED: Final = 130

EXIT_CODES: Final = {
    DONE: "done, or nothing was left to do",
    FAILED: "failed: AWS refused a call, a stack failed, time ran out, or a file cannot be read or written",
    USAGE: "the command line is wrong: an option, a name, an ARN, or a file that is missing",
    PARTLY: "some regions are done, others are not; run the same command again for the rest",
    REFUSED: "refused, and nothing was changed: the message says who would be harmed, and what to do",
    NO_ACCESS: "no access: no credentials, expired credentials, or an action that is not allowed",
    FOUND: "something was found: problems (check), changes (diff), differences or orphans (drift)",
    INTERRUPTED: "interrupted; run the same command again",
}


class Problem(Exception):
    """Something that keeps a command from its end; `code` is for machines, `advice` says what to do."""

    exit_code: ClassVar[int] = FAILED

    def __init__(self, code: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.advice = advice

    def to_json(self) -> dict[str, str]:
        """Return the problem in JSON's types."""
        return {"code": self.code, "message": self.message, "advice": self.advice}


class Failed(Problem):
    """AWS did not do what was asked of it."""


class UsageError(Problem):
    """The command line cannot be meant so."""

    exit_code = USAGE


class Refused(Problem):
    """Going on would harm somebody."""

    exit_code = REFUSED


class NoAccess(Problem):
    """AWS does not know the caller, or does not let the caller."""

    exit_code = NO_ACCESS


class Interrupted(Problem):
    """Somebody pressed Ctrl-C."""

    exit_code = INTERRUPTED

    def __init__(self) -> None:
        super().__init__("interrupted", "interrupted before it was done", "run the same command again")


_LONGEST: Final = 300
"""Characters of a foreign text that a message repeats; it may be a whole page that a proxy has answered with.
"""


def unexpected(error: Exception) -> Failed:
    """Return the problem of an error that nothing else has words for, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return Failed(
        "unexpected",
        f"something unexpected happened{where}: {shortened(f'{type(error).__name__}: {error}')}",
        "check that AWS answers, and no proxy in between; if it does, report this message",
    )


def shortened(text: str) -> str:
    """Return `text` on one line, cut to a bound."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}… ({len(line)} characters)"
