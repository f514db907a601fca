"""Brings the four descriptions of settings into one form, and states the differences between two of them.

The form maps the dotted path of a member, outermost array first, to its description. ``test_vocabulary``
compares descriptions; a doctored service model goes through the same functions.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ForwardRef, get_args

import botocore.session
from botocore.model import ListShape, ServiceModel, Shape, StructureShape

from custom_connect_userconfig import models
from custom_connect_userconfig.core.arrays import ARRAYS, CHANNELS, Array
from custom_connect_userconfig.core.kinds import Boolean, Kind, OneOf, PhoneNumber, Seconds

SCHEMA: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "schema" / "custom-connect-userconfig.json").read_text("utf-8")
)
IDENTIFIERS = ("InstanceId", "UserId")


@dataclass(frozen=True)
class Member:
    """One description of one member."""

    type: str
    names: frozenset[str] = frozenset()
    required: bool = False
    least: int | None = None
    most: int | None = None


Vocabulary = Mapping[str, Member]


def service_model() -> ServiceModel:
    """Return a copy of the service model, which a test may change."""
    session = botocore.session.Session()
    return ServiceModel(
        session.get_component("data_loader").load_service_model("connect", "service-2"), "connect"
    )


def of_update(model: ServiceModel) -> Vocabulary:
    """Return the input of ``UpdateUserConfig``, without the identifiers."""
    return dict(_of_shape(input_of_update(model), "", skip=IDENTIFIERS))


def of_describe(model: ServiceModel) -> Vocabulary:
    """Return the arrays of settings that ``DescribeUser`` shows: the lists of objects with a Channel."""
    user = _described_user(model)
    others = [name for name, shape in user.members.items() if not _is_settings(shape)]
    return dict(_of_shape(user, "", skip=others))


def of_legacy(model: ServiceModel) -> frozenset[str]:
    """Return the members of the older ``PhoneConfig``."""
    phone = _described_user(model).members["PhoneConfig"]
    assert isinstance(phone, StructureShape)
    return frozenset(phone.members)


def input_of_update(model: ServiceModel) -> StructureShape:
    """Return the whole input of ``UpdateUserConfig``."""
    shape = model.operation_model("UpdateUserConfig").input_shape
    assert shape
    return shape


def _described_user(model: ServiceModel) -> StructureShape:
    shape = model.operation_model("DescribeUser").output_shape
    assert shape
    user = shape.members["User"]
    assert isinstance(user, StructureShape)
    return user


def _is_settings(shape: Shape) -> bool:
    return (
        isinstance(shape, ListShape)
        and isinstance(shape.member, StructureShape)
        and "Channel" in shape.member.members
    )


def _of_shape(
    shape: Shape, path: str, skip: tuple[str, ...] | list[str] = ()
) -> Iterator[tuple[str, Member]]:
    inner = shape.member if isinstance(shape, ListShape) else shape
    if not isinstance(inner, StructureShape):
        return
    for name, member in inner.members.items():
        if name in skip:
            continue
        here = f"{path}.{name}".lstrip(".")
        limits = member.metadata if member.type_name == "integer" else {}
        names = frozenset(member.metadata.get("enum", ()))
        yield (
            here,
            Member(
                member.type_name, names, name in inner.required_members, limits.get("min"), limits.get("max")
            ),
        )
        yield from _of_shape(member, here)


def of_schema(schema: Mapping[str, Any]) -> Vocabulary:
    """Return the schema's description, in the words of the service model."""
    types = {"array": "list", "object": "structure"}

    def resolved(node: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in node:
            node = schema["definitions"][node["$ref"].rpartition("/")[2]]
        return node

    def walk(node: Mapping[str, Any], path: str) -> Iterator[tuple[str, Member]]:
        node = resolved(node)
        inner = resolved(node["items"]) if node.get("type") == "array" else node
        for name, child in inner.get("properties", {}).items():
            if not path and name in (*IDENTIFIERS, "UserArn"):
                continue
            member = resolved(child)
            here = f"{path}.{name}".lstrip(".")
            kind = types.get(member["type"], member["type"])
            required = bool(path) and name in inner.get("required", ())
            yield (
                here,
                Member(
                    kind,
                    frozenset(member.get("enum", ())),
                    required,
                    member.get("minimum"),
                    member.get("maximum"),
                ),
            )
            yield from walk(member, here)

    return dict(walk(schema, ""))


def of_table(arrays: tuple[Array, ...] = ARRAYS) -> Vocabulary:
    """Return the table's description, in the words of the service model."""
    found: dict[str, Member] = {}
    for array in arrays:
        found[array.name] = Member("list")
        found[f"{array.name}.Channel"] = Member("string", frozenset(array.channels), required=True)
        for field in array.fields:
            for depth in range(1, len(field.path)):
                outer = ".".join((array.name, *field.path[:depth]))
                found[outer] = Member("structure", required=field.required and depth == 1)
            innermost = field.required or len(field.path) > 1
            found[f"{array.name}.{field.name}"] = _of_kind(field.kind, required=innermost)
    return found


def _of_kind(kind: Kind, *, required: bool) -> Member:
    match kind:
        case Boolean():
            return Member("boolean", required=required)
        case Seconds():
            return Member("integer", required=required, least=0, most=kind.most)
        case OneOf():
            return Member("string", frozenset(kind.names), required=required)
        case PhoneNumber():
            return Member("string", required=required)
    raise AssertionError(f"{kind} is a kind that this comparison does not know")


def of_generated() -> Vocabulary:
    """Return the description of the generated models, which know types only."""
    types = {str: "string", bool: "boolean", int: "integer"}

    def walk(owner: type, path: str) -> Iterator[tuple[str, Member]]:
        for name, annotation in owner.__annotations__.items():
            if not path and name in (*IDENTIFIERS, "UserArn"):
                continue
            here = f"{path}.{name}".lstrip(".")
            (inner, *_) = (kind for kind in get_args(annotation) if kind is not type(None))
            many = get_args(inner)
            named = many[0] if many else inner
            nested = (
                getattr(models, named.__forward_arg__.lstrip("_")) if isinstance(named, ForwardRef) else None
            )
            yield here, Member("list" if many else "structure" if nested else types[inner])
            if nested:
                yield from walk(nested, here)

    return dict(walk(models.ResourceModel, ""))


def differences(
    left: str, one: Vocabulary, right: str, other: Vocabulary, *, of: tuple[str, ...]
) -> list[str]:
    """Return a sentence for each member that one side lacks, and for each attribute of `of` that differs."""
    found = [f"{path} is in {left} but not in {right}" for path in one if path not in other]
    found += [f"{path} is in {right} but not in {left}" for path in other if path not in one]
    for path in one:
        for attribute in of if path in other else ():
            here, there = getattr(one[path], attribute), getattr(other[path], attribute)
            if here != there:
                found.append(f"{path}: {attribute} is {_shown(here)} in {left}, {_shown(there)} in {right}")
    return found


def _shown(value: object) -> str:
    return str(sorted(value)) if isinstance(value, frozenset) else str(value)


def all_channels(vocabulary: Vocabulary) -> Vocabulary:
    """Return `vocabulary` with every channel in every array, as in the service model."""
    return {
        path: Member(member.type, frozenset(CHANNELS), member.required)
        if path.endswith(".Channel")
        else member
        for path, member in vocabulary.items()
    }
