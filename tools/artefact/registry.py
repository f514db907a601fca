"""The artefact that the registry takes, laid out as `cfn submit` lays it out: the code is one member of it.

The code differs from what the stock command packs in three ways, which that command cannot be told: it is
lean, it has bytecode, it is compressed. Everything else is the command's format; a test compares.
"""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Final

from . import archive, project

CODE: Final = "ResourceProvider.zip"
_SCHEMA: Final = "custom-connect-userconfig.json"


def compose(code: Path) -> archive.Files:
    """Return the files of the artefact with `code`, a zip, as the code."""
    root = project.ROOT
    return {
        CODE: code.read_bytes(),
        "schema.json": (root / _SCHEMA).read_bytes(),
        ".rpdk-config": (root / ".rpdk-config").read_bytes(),
        ".cfn_metadata.json": json.dumps(_tools()).encode(),
        **{f"inputs/{file.name}": file.read_bytes() for file in (root / "inputs").glob("*.json")},
        **{f"src/{name}": data for name, data in project.sources(project.PACKAGE).items()},
    }


def _tools() -> dict[str, str]:
    """The versions of the stock tools whose format it is."""
    return {
        "plugin-tool-version": version("cloudformation-cli-python-plugin"),
        "plugin-name": "python",
        "cli-version": version("cloudformation-cli"),
    }
