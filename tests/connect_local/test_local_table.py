"""The table of arrays agrees with botocore's model, member by member, in all operations with the arrays."""

from collections.abc import Iterator

import pytest
from botocore.model import ListShape, Shape, StructureShape
from botocore.session import get_session

from connect_local.arrays import ARRAYS, CHANNELS, LEGACY_DEFAULTS

MODEL = get_session().get_service_model("connect")
CARRIERS = {
    "UpdateUserConfig": MODEL.operation_model("UpdateUserConfig").input_shape,
    "CreateUser": MODEL.operation_model("CreateUser").input_shape,
    "DescribeUser": MODEL.shape_for("User"),
    "SearchUsers": MODEL.shape_for("UserSearchSummary"),
}


def leaves(shape: Shape, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if not isinstance(shape, StructureShape):
        yield path
        return
    for name, member in shape.members.items():
        yield from leaves(member, (*path, name))


def entry_of(carrier: str, array: str) -> StructureShape:
    members = CARRIERS[carrier].members  # type: ignore[union-attr]  # each has members
    assert isinstance(members[array], ListShape)
    return members[array].member  # type: ignore[no-any-return]  # botocore sets members by name


@pytest.mark.parametrize("carrier", CARRIERS)
def test_the_arrays_are_those_of_the_model(carrier: str) -> None:
    members = CARRIERS[carrier].members  # type: ignore[union-attr]  # each has members
    assert {name for name in members if name.endswith("Configs")} == set(ARRAYS)


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("array", ARRAYS)
def test_the_fields_are_those_of_the_model(carrier: str, array: str) -> None:
    table = {("Channel",)} | {field.path for field in ARRAYS[array].fields}
    assert table == set(leaves(entry_of(carrier, array)))


@pytest.mark.parametrize("array", ARRAYS)
def test_the_required_members_are_those_of_the_model(array: str) -> None:
    table = {field.path[0] for field in ARRAYS[array].fields if field.required}
    table |= set(ARRAYS[array].required_structures) | {"Channel"}
    assert table == set(entry_of("UpdateUserConfig", array).required_members)


def test_channels_and_legacy_members_are_those_of_the_model() -> None:
    assert set(CHANNELS) == set(MODEL.shape_for("Channel").enum)  # type: ignore[attr-defined]  # botocore sets members by name
    assert set(LEGACY_DEFAULTS) == set(MODEL.shape_for("UserPhoneConfig").members)  # type: ignore[attr-defined]  # botocore sets members by name
