"""The trimmed service data holds exactly the used parts of the pinned botocore's data, unchanged."""

import ast
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import cloudformation_cli_python_lib
import pytest
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.regions import EndpointResolver

from custom_connect_userconfig.aws.service_data import FOLDER, loader_of, shared_loader
from tools.artefact import registry, service_data
from tools.artefact.service_data import (
    CLOUDWATCH,
    CONNECT,
    LAMBDA,
    LOGS,
    OF_THE_FUNCTION,
    OF_THE_REGISTRY,
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
ALL = (CONNECT, LAMBDA, LOGS, CLOUDWATCH)


def methods(file: Path, *receivers: str) -> set[str]:
    """Return the names of methods that the file calls on one of the receivers, such as `self._client`."""
    calls = [node.func for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)]
    methods_called = [call for call in calls if isinstance(call, ast.Attribute)]
    return {call.attr for call in methods_called if ast.unparse(call.value) in receivers}


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
def test_the_data_has_exactly_the_operations_that_the_code_calls(
    service: Service, file: Path, receiver: str
) -> None:
    assert {xform_name(name) for name in service.operations} == methods(file, receiver)


Trimmed = Mapping[str, Loader]


@pytest.fixture
def trimmed(function: Path, provider: Path) -> Trimmed:
    """Return loaders of the zips' data, by service; both zips hold the same data of Connect."""
    of_function, of_registry = (loader_of(zipped / "botocore_data") for zipped in (function, provider))
    one, other = (loader.load_service_model("connect", "service-2") for loader in (of_function, of_registry))
    assert one == other
    return {service.name: of_function if service is LAMBDA else of_registry for service in ALL}


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
    """Return all that botocore knows of a shape, except its members."""
    own: Any = shape
    nested = {"documentation", "members", "member", "key", "value"}
    return {"name": shape.name, **{key: part for key, part in own._shape_model.items() if key not in nested}}


def differences(path: str, full: Shape, lean: Shape, seen: set[str]) -> Iterator[str]:
    """Compare both models by botocore's own classes, not by the code that trims."""
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
        differing = [aspect for aspect in ASPECTS if getattr(theirs, aspect) != getattr(ours, aspect)]
        found += [f"{name}: {aspect}" for aspect in differing]
        if list(shapes(theirs)) != list(shapes(ours)):
            found.append(f"{name}: {list(shapes(theirs))} != {list(shapes(ours))}")
        for part in shapes(theirs).keys() & shapes(ours).keys():
            found += differences(f"{name}.{part}", shapes(theirs)[part], shapes(ours)[part], set())
    return found


@pytest.mark.parametrize("service", ALL, ids=lambda service: service.name)
def test_every_operation_and_shape_is_as_in_the_full_model(trimmed: Trimmed, service: Service) -> None:
    full, lean = model(service_data.full_loader(), service), model(trimmed[service.name], service)
    assert set(lean.operation_names) == set(service.operations)
    assert disagreement(full, lean) == []
    assert len(lean.shape_names) < len(full.shape_names)


def change_a_limit(lean: dict[str, Any]) -> None:
    lean["shapes"]["InstanceId"]["max"] += 1


def change_a_member(lean: dict[str, Any]) -> None:
    del lean["shapes"]["User"]["members"]["PhoneConfig"]


def change_an_error(lean: dict[str, Any]) -> None:
    lean["operations"]["TagResource"]["errors"].pop()


def change_a_path(lean: dict[str, Any]) -> None:
    lean["operations"]["TagResource"]["http"]["requestUri"] += "/"


@pytest.mark.parametrize("change", [change_a_limit, change_a_member, change_an_error, change_a_path])
def test_the_comparison_notices_a_difference(trimmed: Trimmed, change: Any) -> None:
    lean = json.loads(json.dumps(trimmed["connect"].load_service_model("connect", "service-2")))
    change(lean)
    assert disagreement(model(service_data.full_loader(), CONNECT), ServiceModel(lean, "connect"))


@pytest.mark.parametrize("service", ALL, ids=lambda service: service.name)
def test_rules_and_endpoints_give_the_same_addresses(trimmed: Trimmed, service: Service) -> None:
    full = service_data.full_loader()
    loaders = (full, trimmed[service.name])
    rules, our_rules = (each.load_service_model(service.name, "endpoint-rule-set-1") for each in loaders)
    assert our_rules == rules
    prefix = str(model(full, service).metadata["endpointPrefix"])
    theirs, ours = (EndpointResolver(loader.load_data("endpoints")) for loader in loaders)
    assert theirs.get_available_partitions() == ours.get_available_partitions()
    for partition in theirs.get_available_partitions():
        regions = theirs.get_available_endpoints(prefix, partition, allow_non_regional=True)
        assert regions == ours.get_available_endpoints(prefix, partition, allow_non_regional=True)
        for region in [*regions, "us-gov-west-1", "cn-north-1", "eu-central-1"]:
            assert theirs.construct_endpoint(prefix, region) == ours.construct_endpoint(prefix, region)


@pytest.mark.parametrize("name", ["partitions", "sdk-default-configuration"])
def test_general_data_is_complete(trimmed: Trimmed, name: str) -> None:
    for loader in trimmed.values():
        assert loader.load_data(name) == service_data.full_loader().load_data(name)


def test_members_with_the_name_of_a_keyword_are_kept() -> None:
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


def test_each_zip_holds_the_services_that_it_calls(release: Path) -> None:
    for zipped, services in (
        ("custom-resource.zip", OF_THE_FUNCTION),
        ("custom-connect-userconfig.zip", OF_THE_REGISTRY),
    ):
        names = registry.code_of(release / zipped)
        parts = [name.split("/") for name in names if name.startswith("botocore_data/")]
        assert {path[1] for path in parts if len(path) > 2} == {service.name for service in services}
        assert not [name for name in names if name.startswith("botocore/data/")]


def test_a_checkout_works_on_the_data_of_the_installed_botocore() -> None:
    assert not FOLDER.exists()
    assert Loader.BUILTIN_DATA_PATH in shared_loader().search_paths
