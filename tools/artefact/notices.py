"""NOTICE: whose work the artefacts hold, under which licence, with the texts. `make generate` writes it; a
test compares.

Of a package under several licences all texts are here. The text of Apache-2.0 is LICENSE itself, once.
"""

from typing import Final

from . import libraries

_HEAD: Final = """\
connect-user-config

The wheel, the source archive and the artefacts in them hold the following packages, as their authors
published them except for the files that are left out. The bill of materials of a release (CycloneDX) names
their versions. The licence expression of the distribution covers all of them.
"""
_RULE: Final = "=" * 79
_APACHE: Final = "                                 Apache License"


def text() -> str:
    """Return the text of NOTICE."""
    return "".join([_HEAD, *map(_part, libraries.SHIPPED)])


def _part(library: libraries.Library) -> str:
    texts = [_shown(told) for _, told in sorted(libraries.licence_texts(library).items())]
    return "\n".join([f"\n{_RULE}", f"{library.name}: {library.licence}", _RULE, *texts])


def _shown(told: str) -> str:
    if told.strip("\n").startswith(_APACHE):
        return "\nIts licence is the one in LICENSE.\n"
    return "\n" + "".join(f"{line.rstrip()}\n" for line in told.strip("\r\n").splitlines())
