"""Reads the zips that are to be uploaded, and refuses what is not one of them, with how to build it."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from .core.artefact import Artefact
from .core.calls import Content
from .core.names import hyphenated
from .core.problems import Wrong

BUILD: Final = Path("build")
SETTINGS: Final = ".rpdk-config"
SCHEMA: Final = "schema.json"
"""Files in what `cfn submit` uploads."""
_HANDLER: Final = "custom_connect_userconfig/custom_resource/__init__.py"


def registry_default(type_name: str) -> Path:
    """Return where the build leaves the registry's artefact of the type."""
    return BUILD / f"{hyphenated(type_name).lower()}.zip"


FUNCTION_DEFAULT: Final = BUILD / "custom-resource.zip"


def read_registry_artefact(path: Path, type_name: str) -> Artefact:
    """Return the artefact; Wrong when the file is not one that `cfn submit` would upload for this type.

    `.rpdk-config` and the schema name the type each for itself, and the registry goes by the schema: both have to be right.
    """
    how = f"build it with `make package TYPE_NAME={type_name}`, or name another file with --artefact"
    data = _read(path, how)
    with _opened(data, path, how) as packed:
        settings, schema = _json(packed, SETTINGS, path, how), _json(packed, SCHEMA, path, how)
    for file, name in ((SETTINGS, settings.get("typeName")), (SCHEMA, schema.get("typeName"))):
        if name != type_name:
            raise Wrong("other-type", f"{file} in {path} is of the type {name}, not of {type_name}", how)
    return Artefact(Content(path.name, data), schema)


def read_function_artefact(path: Path) -> Artefact:
    """Return the artefact; Wrong when the file does not hold the custom resource's function."""
    how = "build it with `make function`, or name another file with --artefact"
    data = _read(path, how)
    with _opened(data, path, how) as packed:
        names = packed.namelist()
    if not any(name in names for name in (_HANDLER, f"{_HANDLER}c")):
        raise Wrong(
            "other-artefact",
            f"{path} does not hold {_HANDLER}: it is not the custom resource's function",
            how,
        )
    return Artefact(Content(path.name, data))


def _read(path: Path, how: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Wrong(
            "no-artefact", f"there is no artefact to read at {path} ({error.strerror})", how
        ) from error


def _opened(data: bytes, path: Path, how: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile as error:
        raise Wrong("bad-artefact", f"{path} is not a zip", how) from error


def _json(packed: zipfile.ZipFile, name: str, path: Path, how: str) -> Mapping[str, Any]:
    try:
        found = json.loads(packed.read(name))
    except (KeyError, ValueError) as error:
        raise Wrong("bad-artefact", f"{path} does not hold a {name} that can be read", how) from error
    if not isinstance(found, dict):
        raise Wrong("bad-artefact", f"{name} in {path} does not hold an object", how)
    return found
