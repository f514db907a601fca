"""The trimmed service data against the full data of the pinned botocore: everything that is used, unchanged,
and nothing else.
"""

import ast
import json
import re
import shutil
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import cloudformation_cli_python_lib
import pytest
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.regions import EndpointResolver

from custom_connect_userconfig.aws.service_data import FOLDER, loader_of, shared_loader
from tools.artefact import archive, build, libraries, project, service_data
from tools.artefact.libraries import Unfit
from tools.artefact.service_data import (
    CLOUDWATCH,
    CONNECT,
    LAMBDA,
    LOGS,
    SERVICES,
    Service,
)

SRC = Path(__file__).resolve().parents[2] / "src" / "custom_connect_userconfig"
LIBRARY = Path(cloudformation_cli_python_lib.__file__).parent
ASPECTS = (
    "http",
    "auth_type",
    "auth",
    "endpoint",
    "http_checksum",
    "static_context_parameters",
    "deprecated",
)
PINS = libraries.pinned((project.ROOT / "requirements.txt").read_text("utf-8"))


def methods(file: Path, *receivers: str) -> set[str]:
    """Names that are called on one of the receivers, such as `self._client`; exceptions are no operations."""
    calls = [node.func for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)]
    return {
        call.attr
        for call in calls
        if isinstance(call, ast.Attribute) and ast.unparse(call.value) in receivers
    }


@pytest.mark.parametrize(
    ("service", "file", "receiver"),
    [
        (CONNECT, SRC / "aws/connect.py", "self._client"),
        (LAMBDA, SRC / "custom_resource/handover.py", "client"),
        (LOGS, LIBRARY / "log_delivery.py", "self.client"),
        (CLOUDWATCH, LIBRARY / "metrics.py", "self._client"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_operations_that_are_kept_are_those_that_are_called(
    service: Service, file: Path, receiver: str
) -> None:
    assert {xform_name(name) for name in service.operations} == methods(file, receiver)


@pytest.fixture
def trimmed(code: Path) -> Loader:
    """A loader of the data of the code zip."""
    return loader_of(code / "botocore_data")


def full_loader() -> Loader:
    return service_data.loader_of(Loader.BUILTIN_DATA_PATH)


def model(loader: Loader, service: Service) -> ServiceModel:
    return ServiceModel(loader.load_service_model(service.name, "service-2"), service.name)


def members(shape: Shape) -> Iterator[tuple[str, Shape]]:
    if isinstance(shape, StructureShape):
        yield from shape.members.items()
    elif isinstance(shape, ListShape):
        yield "[]", shape.member
    elif isinstance(shape, MapShape):
        yield from (("key", shape.key), ("value", shape.value))


def traits(shape: Shape) -> dict[str, Any]:
    """All that botocore knows of a shape, its members aside."""
    own: Any = shape
    nested = {"documentation", "members", "member", "key", "value"}
    return {name: part for name, part in own._shape_model.items() if name not in nested} | {
        "name": shape.name
    }


def differences(path: str, full: Shape, lean: Shape, seen: set[str]) -> Iterator[str]:
    """Walks both models through botocore's own classes, not through the code that trims."""
    if traits(full) != traits(lean):
        yield path
    if full.name in seen:
        return
    seen.add(full.name)
    theirs, ours = dict(members(full)), dict(members(lean))
    if list(theirs) != list(ours):
        yield f"{path}: {list(theirs)} != {list(ours)}"
    for name in theirs.keys() & ours.keys():
        yield from differences(f"{path}.{name}", theirs[name], ours[name], seen)


def shapes(operation: OperationModel) -> dict[str, Shape]:
    found = {"input": operation.input_shape, "output": operation.output_shape}
    return {
        **{name: shape for name, shape in found.items() if shape},
        **{shape.name: shape for shape in operation.error_shapes},
    }


def disagreement(full: ServiceModel, lean: ServiceModel) -> list[str]:
    found: list[str] = []
    if full.metadata != lean.metadata:
        found.append("metadata")
    for name in lean.operation_names:
        theirs, ours = full.operation_model(name), lean.operation_model(name)
        found += [
            f"{name}: {aspect}" for aspect in ASPECTS if getattr(theirs, aspect) != getattr(ours, aspect)
        ]
        if list(shapes(theirs)) != list(shapes(ours)):
            found.append(f"{name}: {list(shapes(theirs))} != {list(shapes(ours))}")
        for part in shapes(theirs).keys() & shapes(ours).keys():
            found += differences(f"{name}.{part}", shapes(theirs)[part], shapes(ours)[part], set())
    return found


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_operation_and_shape_is_as_in_the_full_model(trimmed: Loader, service: Service) -> None:
    full, lean = model(full_loader(), service), model(trimmed, service)
    assert set(lean.operation_names) == set(service.operations)
    assert disagreement(full, lean) == []
    assert len(lean.shape_names) < len(full.shape_names)


def spoil_a_limit(lean: dict[str, Any]) -> None:
    lean["shapes"]["InstanceId"]["max"] += 1


def spoil_a_member(lean: dict[str, Any]) -> None:
    del lean["shapes"]["User"]["members"]["PhoneConfig"]


def spoil_an_error(lean: dict[str, Any]) -> None:
    lean["operations"]["TagResource"]["errors"].pop()


def spoil_a_path(lean: dict[str, Any]) -> None:
    lean["operations"]["TagResource"]["http"]["requestUri"] += "/"


@pytest.mark.parametrize("spoil", [spoil_a_limit, spoil_a_member, spoil_an_error, spoil_a_path])
def test_the_comparison_notices_a_difference(trimmed: Loader, spoil: Any) -> None:
    lean = json.loads(json.dumps(trimmed.load_service_model("connect", "service-2")))
    spoil(lean)
    assert disagreement(model(full_loader(), CONNECT), ServiceModel(lean, "connect"))


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_rules_and_endpoints_lead_to_the_same_places(trimmed: Loader, service: Service) -> None:
    full = full_loader()
    assert trimmed.load_service_model(service.name, "endpoint-rule-set-1") == full.load_service_model(
        service.name, "endpoint-rule-set-1"
    )
    prefix = str(model(full, service).metadata["endpointPrefix"])
    theirs, ours = (EndpointResolver(loader.load_data("endpoints")) for loader in (full, trimmed))
    assert theirs.get_available_partitions() == ours.get_available_partitions()
    for partition in theirs.get_available_partitions():
        regions = theirs.get_available_endpoints(prefix, partition, allow_non_regional=True)
        assert regions == ours.get_available_endpoints(prefix, partition, allow_non_regional=True)
        for region in [*regions, "us-gov-west-1", "cn-north-1", "eu-central-1"]:
            assert theirs.construct_endpoint(prefix, region) == ours.construct_endpoint(prefix, region)


@pytest.mark.parametrize("name", ["partitions", "sdk-default-configuration"])
def test_general_data_is_whole(trimmed: Loader, name: str) -> None:
    assert trimmed.load_data(name) == full_loader().load_data(name)


def test_members_that_are_called_like_a_keyword_are_kept() -> None:
    model_ = {
        "metadata": {},
        "operations": {
            "A": {"input": {"shape": "In"}, "documentation": "text"},
            "B": {"input": {"shape": "Other"}},
        },
        "shapes": {
            "In": {
                "type": "structure",
                "members": {"shape": {"shape": "S"}, "documentation": {"shape": "D"}},
                "documentation": "x",
            },
            "S": {"type": "string"},
            "D": {"type": "list", "member": {"shape": "S", "documentation": "y"}},
            "Other": {"type": "structure", "members": {}},
        },
    }
    lean = service_data.trimmed(model_, ["A"])
    assert set(lean["operations"]) == {"A"}
    assert lean["shapes"] == {
        "In": {"type": "structure", "members": {"shape": {"shape": "S"}, "documentation": {"shape": "D"}}},
        "S": {"type": "string"},
        "D": {"type": "list", "member": {"shape": "S"}},
    }


def test_the_code_holds_the_services_that_it_calls(release: Path) -> None:
    names = archive.contents(release / build.FUNCTION)
    folders = {
        name.split("/")[1] for name in names if name.startswith("botocore_data/") and name.count("/") > 1
    }
    assert folders == {service.name for service in SERVICES}
    assert not [name for name in names if name.startswith("botocore/data/")]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A botocore whose data a test may change, found before the real one."""
    found = distribution("botocore")
    for file in found.files or ():
        if file.parts[0].endswith(".dist-info") or file.as_posix().startswith(READ_BY_THE_BUILD):
            (tmp_path / "site" / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(file.locate()), tmp_path / "site" / file)
    monkeypatch.syspath_prepend(tmp_path / "site")
    return tmp_path / "site" / "botocore" / "data"


READ_BY_THE_BUILD = tuple(
    f"botocore/data/{name}"
    for name in (*(f"{service.name}/" for service in SERVICES), "endpoints.", "partitions.", "sdk-default")
)


def test_unchanged_data_are_taken(installed: Path, tmp_path: Path, code: Path) -> None:
    service_data.write(SERVICES, PINS, tmp_path / "data")
    assert archive.files_below(tmp_path / "data") == archive.files_below(code / "botocore_data")


@pytest.mark.parametrize(
    "pattern",
    ["connect/*/service-2.json*", "logs/*/endpoint-rule-set-1.json*", "endpoints.json", "partitions.json"],
)
def test_data_that_were_changed_after_the_installation_stop_the_build(
    installed: Path, tmp_path: Path, pattern: str
) -> None:
    (changed,) = installed.glob(pattern)
    changed.write_bytes(changed.read_bytes() + b" ")
    with pytest.raises(Unfit, match=rf"{re.escape(changed.name)} is not what its wheel held"):
        service_data.write(SERVICES, PINS, tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_data_that_were_put_beside_botocore_s_are_not_read(installed: Path, tmp_path: Path) -> None:
    (version,) = (installed / "connect").iterdir()
    later = installed / "connect" / "2099-01-01"
    shutil.copytree(version, later)
    service_data.write([CONNECT], PINS, tmp_path / "data")
    assert [folder.name for folder in (tmp_path / "data" / "connect").iterdir()] == [version.name]


def test_a_checkout_works_on_the_data_of_the_installed_botocore() -> None:
    assert not FOLDER.exists()
    assert Loader.BUILTIN_DATA_PATH in shared_loader().search_paths
