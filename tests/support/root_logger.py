"""The root logger, put back as it was: the library of CloudFormation adds a handler and a filter to it, for
good.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def root_logger_as_it_was() -> Iterator[None]:
    """Put the handlers of the root logger back at the end, each with the filters that it had."""
    root = logging.getLogger()
    before = [(handler, list(handler.filters)) for handler in root.handlers]
    yield
    root.handlers[:] = [handler for handler, _ in before]
    for handler, filters in before:
        handler.filters[:] = filters
