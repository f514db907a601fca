"""botocore's data, as much of it as the shipped code reads: written at build time from the pinned botocore,
never by hand.

A client reads its service's model and endpoint rules, the partitions and `endpoints.json`. Connect's model
alone takes 29 ms of a cold start, `endpoints.json` 52 ms. What is left out: operations that nobody calls with
the shapes that only they reach, documentation, paginators, waiters, other services. Nothing that is left is
changed (`tests/artefact/test_service_data.py` compares it with the full model). The shipped code finds it
through the loader's search path: `custom_connect_userconfig.aws.service_data`.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from botocore.loaders import Loader

from . import libraries
from .libraries import Library

Json = dict[str, Any]

FOLDER: Final = "botocore_data"
"""Beside the package; the shipped code looks for it by this name."""
_DATA: Final = "botocore/data"
_GENERAL: Final = ("partitions", "sdk-default-configuration")
"""Of all services; read whole. `_retry` is read by clients in the legacy mode only, and there are none."""


@dataclass(frozen=True)
class Service:
    """A service by botocore's name, and the operations that are called."""

    name: str
    operations: tuple[str, ...]


CONNECT: Final = Service(
    "connect", ("DescribeUser", "SearchUsers", "TagResource", "UntagResource", "UpdateUserConfig")
)
LAMBDA: Final = Service("lambda", ("Invoke",))
"""The function hands work over to its own next invocation."""
LOGS: Final = Service("logs", ("CreateLogGroup", "CreateLogStream", "PutLogEvents"))
"""The support library delivers log lines."""
CLOUDWATCH: Final = Service("cloudwatch", ("PutMetricData",))
"""The support library publishes metrics."""

SERVICES: Final = (CONNECT, LAMBDA, LOGS, CLOUDWATCH)


def loader_of(folder: str) -> Loader:
    """Return a loader of the data in `folder`; whatever models somebody keeps at home do not get in."""
    return Loader(extra_search_paths=[folder], include_default_search_paths=False)


def write(services: Iterable[Service], pins: dict[str, str], folder: Path) -> None:
    """Write the data of the services into `folder`, laid out as botocore's own; raises Unfit if a file of
    botocore's that it would read is not what the wheel held.
    """
    services = tuple(services)
    with tempfile.TemporaryDirectory() as checked:
        # Nothing is read but these copies. A file that somebody put beside botocore's is not among them.
        libraries.lay_out([_data_of(services)], pins, Path(checked))
        _write(services, loader_of(str(Path(checked, _DATA))), folder)


def _data_of(services: Iterable[Service]) -> Library:
    names = (
        *(f"{service.name}/" for service in services),
        *(f"{name}." for name in (*_GENERAL, "endpoints")),
    )
    return Library("botocore", only=tuple(f"{_DATA}/{name}" for name in names))


def _write(services: Iterable[Service], full: Loader, folder: Path) -> None:
    prefixes = set()
    for service in services:
        version = full.determine_latest_version(service.name, "service-2")
        model = trimmed(full.load_service_model(service.name, "service-2"), service.operations)
        prefixes.add(model["metadata"]["endpointPrefix"])
        _dump(model, folder / service.name / version / "service-2.json")
        rules = "endpoint-rule-set-1"
        _dump(full.load_service_model(service.name, rules), folder / service.name / version / f"{rules}.json")
    _dump(endpoints_of(full.load_data("endpoints"), prefixes), folder / "endpoints.json")
    for name in _GENERAL:
        _dump(full.load_data(name), folder / f"{name}.json")


def trimmed(model: Mapping[str, Any], operations: Iterable[str]) -> Json:
    """Return the model with these operations and the shapes that they reach, without documentation."""
    kept = {name: model["operations"][name] for name in operations}
    shapes = reachable(model["shapes"], kept)
    rest = {name: part for name, part in model.items() if name not in ("operations", "shapes", "examples")}
    found: Json = without_documentation({**rest, "operations": kept, "shapes": shapes})
    return found


def reachable(shapes: Mapping[str, Any], start: object) -> Json:
    """Return the shapes that `start` refers to, directly or not, in the model's order."""
    found: set[str] = set()
    open_ends = list(references(start))
    while open_ends:
        name = open_ends.pop()
        if name not in found:
            found.add(name)
            open_ends += references(shapes[name])
    return {name: shape for name, shape in shapes.items() if name in found}


def references(part: object) -> Iterator[str]:
    """The names of shapes that a part of a model refers to. A member that happens to be called "shape" is no
    text.
    """
    if isinstance(part, Mapping):
        if isinstance(part.get("shape"), str):
            yield part["shape"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def without_documentation(part: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return a copy of a part of a model without its texts. A member that happens to be called
    "documentation" is no text.
    """
    if isinstance(part, Mapping):
        return {
            name: without_documentation(inner)
            for name, inner in part.items()
            if not (name in ("documentation", "documentationUrl") and isinstance(inner, str))
        }
    return [without_documentation(inner) for inner in part] if isinstance(part, list) else part


def endpoints_of(endpoints: Mapping[str, Any], prefixes: Iterable[str]) -> Json:
    """Return the endpoints with every partition and region, and of the services only those with these
    prefixes.
    """
    kept = set(prefixes)
    partitions = [
        {
            **partition,
            "services": {name: service for name, service in partition["services"].items() if name in kept},
        }
        for partition in endpoints["partitions"]
    ]
    return {**endpoints, "partitions": partitions}


def _dump(data: object, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Not sorted: the order of members is the order in which they are sent.
    file.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), "utf-8", newline="\n")
