"""Sphinx's configuration: the guide as a website, from the same Markdown that the repository shows.

`make guide` builds it with the repository as the folder of sources, so that every link means the same here
and there. guide/README.md is the table of contents of both: its headings and links become the navigation.
Nothing is fetched while the site is read: search, styles and scripts are files of its own.
"""

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "connect-user-config"
extensions = ["myst_parser"]
include_patterns = ["*.md", "guide/**.md", "docs/*.md", "src/connect_local/ASSUMPTIONS.md"]
root_doc = "README"
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # cfn writes docs/ with headings that skip a level

html_theme = "furo"
html_title = project
html_extra_path = ["start"]
html_show_copyright = False
html_show_sourcelink = False
html_copy_source = False
html_use_index = False

CONTENTS: Final = "guide/README"
_SECTION: Final = re.compile(r"^## (.+)\n((?:(?!## ).*\n?)*)", re.MULTILINE)
_PAGE: Final = re.compile(r"\]\(([^)#:]+)\.md\)")


def toctrees(contents: str) -> str:
    """Return a hidden table of contents for each section of guide/README.md that links to pages."""
    return f"\n```{{toctree}}\n:hidden:\n\n{CONTENTS}\n```\n" + "".join(
        f"\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n{_entries(pages)}\n```\n"
        for title, text in _SECTION.findall(contents)
        if (pages := _PAGE.findall(text))
    )


def _entries(pages: list[str]) -> str:
    """A page of the guide stands below it; `../` leads to the repository."""
    return "\n".join(f"/guide/{page}".replace("/guide/../", "/") for page in dict.fromkeys(pages))


def setup(app: "Sphinx") -> None:
    """Give the pages their place in the navigation when Sphinx reads them."""
    app.connect("source-read", _navigate)


def _navigate(app: "Sphinx", page: str, source: list[str]) -> None:
    if page == root_doc:
        source[0] += toctrees(app.srcdir.joinpath(f"{CONTENTS}.md").read_text("utf-8"))
    elif page.endswith("/README") and page != CONTENTS:
        source[0] += "\n```{toctree}\n:hidden:\n:glob:\n\n*\n```\n"
    if page.startswith("docs/"):
        # cfn writes its links in HTML, which Sphinx leaves as it is.
        source[0] = re.sub(r'(href="\w+)\.md\b', r"\1.html", source[0])
