"""Restores the root logger: CloudFormation's library adds a handler and a filter to it, and leaves them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def root_logger_as_it_was() -> Iterator[None]:
    """Restore the handlers of the root logger at the end, each with its filters."""
    root = logging.getLogger()
    before = [(handler, list(handler.filters)) for handler in root.handlers]
    yield
    root.handlers[:] = [handler for handler, _ in before]
    for handler, filters in before:
        handler.filters[:] = filters
