"""Draws steps of the demo as SVG, just as it prints them: the README shows the picture."""

import re
from typing import Final

from rich.console import Console

STEPS: Final = ("6 Drift", "7 Delete")
"""The steps that are drawn: they show the most in the fewest lines."""
WIDTH: Final = 80
_TITLE: Final = "make demo"
_WEB_FONTS: Final = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def drawn(console: Console) -> str:
    """Return what `console` has recorded; the same record gives the same text."""
    svg = console.export_svg(title=_TITLE, unique_id="demo")
    # A picture within a page loads nothing from elsewhere; the reader's own fonts show it.
    return "\n".join(line.rstrip() for line in _WEB_FONTS.sub("", svg).splitlines()) + "\n"
