"""The bill of materials, in CycloneDX: what is in a zip or a wheel, in which version, under which licence,
from which files.

Written with the library of the CycloneDX project. Scanners match packages by their package URL. Nothing in it
changes from one build to the next: the serial number follows from the file, and there is no time.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import metadata, requires
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from . import checksums
from .libraries import Library

_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Product:
    """What is described: a file of ours, and its licence as an SPDX expression."""

    name: str
    version: str
    licence: str
    file: Path
    made_with: Mapping[str, str]
    """What its bytes depend on besides its input, by name."""


def locked_hashes(lock: str) -> dict[str, list[str]]:
    """Return the hashes that the text of a lock allows, by package."""
    found: dict[str, list[str]] = {}
    for block in re.split(r"\n(?=\S)", lock):
        if named := re.match(r"([\w.-]+)==", block):
            found[canonicalize_name(named[1])] = _HASH.findall(block)
    return found


def write(
    product: Product, libraries: Mapping[Library, Mapping[str, bytes]], lock: str, target: Path
) -> None:
    """Describe the product, made of the libraries with these files each."""
    bom = Bom()
    root = _root(product)
    bom.metadata.component = root
    # Derived: the same for the same file.
    bom.serial_number = uuid5(NAMESPACE_URL, f"sha256:{_digest(product.file.read_bytes())}")
    hashes = locked_hashes(lock)
    components = {
        library.name: _component(library, files, hashes[library.name]) for library, files in libraries.items()
    }
    for component in components.values():
        bom.components.add(component)
    bom.register_dependency(root, components.values())
    for name, component in components.items():
        bom.register_dependency(component, [components[need] for need in _needs(name) if need in components])
    target.write_text(_text(bom), "utf-8", newline="\n")


def _text(bom: Bom) -> str:
    document = json.loads(make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string())
    # The library puts the present moment in, which would change the bytes.
    del document["metadata"]["timestamp"]
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _root(product: Product) -> Component:
    return Component(
        name=product.name,
        version=product.version,
        type=ComponentType.APPLICATION,
        bom_ref=product.name,
        licenses=[LicenseFactory().make_from_string(product.licence)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=_digest(product.file.read_bytes()))],
        properties=[
            Property(name=f"made-with:{name}", value=value) for name, value in product.made_with.items()
        ],
    )


def _component(library: Library, files: Mapping[str, bytes], allowed: Iterable[str]) -> Component:
    told = metadata(library.name)
    url = PackageURL("pypi", None, library.name, told["Version"])
    return Component(
        name=library.name,
        version=told["Version"],
        type=ComponentType.LIBRARY,
        bom_ref=url.to_string(),
        purl=url,
        description=told["Summary"],
        licenses=[LicenseFactory().make_from_string(library.licence)],
        # Of its files as they are in the zip: of their lines in the list of contents.
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=_digest(checksums.lines(files).encode()))],
        external_references=[
            ExternalReference(
                type=ExternalReferenceType.DISTRIBUTION,
                url=XsUri(url.to_string()),
                comment="The hashes of its wheels and source archives that the lock allows.",
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in allowed],
            )
        ],
    )


def _needs(name: str) -> list[str]:
    """The packages that a package requires here, extras aside."""
    wanted = [Requirement(line) for line in requires(name) or ()]
    applying = [need for need in wanted if need.marker is None or need.marker.evaluate({"extra": ""})]
    return [canonicalize_name(need.name) for need in applying]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
