"""What can go wrong, in words for people and in codes for machines.

    Problem
    ├── Wrong       the command cannot mean this; nothing was asked of AWS
    ├── Refused     it would harm somebody who still uses what is to go
    ├── NoAccess    no credentials, or not allowed
    └── Failed      everything else

Every exit code of the command stands here, once.
"""

import traceback
from pathlib import Path
from typing import ClassVar, Final

DONE: Final = 0
FAILED: Final = 1
WRONG: Final = 2
PARTLY: Final = 3
REFUSED: Final = 4
NO_ACCESS: Final = 5
INTERRUPTED: Final = 130

EXIT_CODES: Final = {
    DONE: "done, or nothing was left to do",
    FAILED: "failed: AWS refused a call, a stack or a registration failed, time ran out, or the answer could not be written",
    WRONG: "the command line is wrong: an option, a name, an ARN, or a file that is missing; nothing was called",
    PARTLY: "some regions are done, others are not; running again takes up the rest",
    REFUSED: "refused, since stacks still use it (or may: it could not be found out); --force goes on",
    NO_ACCESS: "no access: no credentials, credentials that have expired, or an action that is not allowed",
    INTERRUPTED: "interrupted; running again goes on from there",
}


class Problem(Exception):
    """Something that keeps a command from its end; `code` is for machines, `advice` says what to do."""

    exit_code: ClassVar[int] = FAILED

    def __init__(self, code: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.advice = advice

    def shown(self) -> dict[str, str]:
        """Return the problem as JSON shows it."""
        return {"code": self.code, "message": self.message, "advice": self.advice}


class Failed(Problem):
    """AWS did not do what was asked of it."""


class Wrong(Problem):
    """The command line cannot be meant so."""

    exit_code = WRONG


class Refused(Problem):
    """Going on would harm somebody."""

    exit_code = REFUSED


class NoAccess(Problem):
    """AWS does not know the caller, or does not let the caller."""

    exit_code = NO_ACCESS


_MOST_CHARACTERS: Final = 300


def unexpected(error: Exception) -> Failed:
    """Return what to tell of an error that nothing else has words for; where it arose, for whoever has to mend it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return Failed(
        "unexpected",
        f"something unexpected happened{where}: {shortened(f'{type(error).__name__}: {error}')}",
        "see whether it is really AWS that answers, such as no proxy in between; if it is, report this message",
    )


def shortened(text: str) -> str:
    """Return the text on one line, without what is beyond a bound: it may hold whole pages that somebody has answered with."""
    line = " ".join(text.split())
    return line if len(line) <= _MOST_CHARACTERS else f"{line[:_MOST_CHARACTERS]}… ({len(line)} characters)"
