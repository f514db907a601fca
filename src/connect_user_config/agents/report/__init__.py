"""The HTML report of `agents` and `drift`: one file for a supervisor, which needs no network to be read.

Rows go through a file that has no name, so memory does not grow with what an agent holds: all that is kept
of each is where its row stands. Names are other people's text: all of it is escaped, the page has no handler
in an attribute, and its policy runs one script and one style, by their hashes.
"""

from .counting import Counts
from .page import Kind
from .writing import write_report

__all__ = ["Counts", "Kind", "write_report"]
