"""What the build takes of the checkout: the sources of the packages, the type's schema, the version."""

import tomllib
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = "custom_connect_userconfig"
"""All that runs in Lambda."""
_SOURCES: Final = ("*.py", "py.typed")


def metadata(root: Path = ROOT) -> dict[str, Any]:
    """Return what pyproject.toml says of the distribution: its name, version, licence and more."""
    told: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return told


def sources(package: str, *more: str) -> dict[str, bytes]:
    """Return the content of the package's sources, and of files that match the patterns `more`, by their path
    in `src`; what else lies about in the checkout stays.
    """
    root = ROOT / "src"
    found = (file for pattern in (*_SOURCES, *more) for file in (root / package).rglob(pattern))
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in found if file.is_file()}
