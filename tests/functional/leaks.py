"""Searches the log lines, answers and tags of a test for phone numbers and credentials.

Only the model of an answer may hold a phone number.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from support.registry import CREDENTIALS
from support.reply_rules import SIGNATURE

from .agents import NUMBERS
from .front_end import texts
from .world import World

SECRETS = (*(number.lstrip("+") for number in NUMBERS), *CREDENTIALS.values(), SIGNATURE)


class LeakSearch(logging.Handler):
    """Keeps every log line of every logger."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line, with the traceback if there is one."""
        self.lines.append(self.format(record))

    @classmethod
    @contextmanager
    def over_all_loggers(cls) -> Iterator[Self]:
        """Listen at the root logger."""
        search, root = cls(), logging.getLogger()
        root.addHandler(search)
        try:
            yield search
        finally:
            root.removeHandler(search)

    def forget(self) -> None:
        """Forget the lines so far."""
        self.lines.clear()

    def search(self, world: World) -> None:
        """Fail if a text holds a secret."""
        if world.front_end.answers:
            logged = any('"event": "answer"' in line for line in self.lines)
            assert logged, "without log lines the search proves nothing"
        tags = [str(agent.tags()) for agent in world.agents]
        for text in (*self.lines, *texts(world.front_end.answers), *tags):
            leaked = [secret for secret in SECRETS if secret in text]
            assert not leaked, f"{len(leaked)} secrets in: {text}"
