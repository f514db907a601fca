"""Parses the parameters of a call in its body and its query.

moto's parser is not used: it turns "yes" into true, and fails on a body that is not JSON.
"""

import json
from collections.abc import Mapping
from typing import NoReturn, Protocol

from botocore.model import ListShape, Shape, StructureShape

from .exceptions import SerializationException

DEEPEST_NESTING = 100


class Query(Protocol):
    def getlist(self, key: str) -> list[str]: ...


def members_of_body(members: Mapping[str, Shape], body: bytes) -> dict[str, object]:
    """The members of a JSON object; SerializationException if the body is not a JSON object."""
    try:
        content = json.loads(body.decode(), parse_constant=_refuse_constant) if body else {}
        _check(content, DEEPEST_NESTING)
    except (ValueError, RecursionError) as error:
        raise SerializationException("The body is not JSON, or is nested too deeply") from error
    if not isinstance(content, dict):
        raise SerializationException("The body must be a JSON object")
    return _known(members, content)


def _known(members: Mapping[str, Shape], values: Mapping[str, object]) -> dict[str, object]:
    """The values of members in the model; null and unknown members are dropped."""
    return {
        name: _value(members[name], value)
        for name, value in values.items()
        if name in members and value is not None
    }


def _value(shape: Shape, value: object) -> object:
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return _known(shape.members, value)
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_value(shape.member, item) for item in value]
    return value


def members_of_query(members: Mapping[str, Shape], query: Query) -> dict[str, object]:
    """The members in the query; a malformed number stays text, which validation refuses."""
    in_query = {
        n: shape for n, shape in members.items() if shape.serialization.get("location") == "querystring"
    }
    given = {name: query.getlist(shape.serialization["name"]) for name, shape in in_query.items()}
    return {name: _of_texts(in_query[name], texts) for name, texts in given.items() if texts}


def _of_texts(shape: Shape, texts: list[str]) -> object:
    if shape.type_name == "list":
        return texts
    is_number = shape.type_name in ("integer", "long") and texts[0].removeprefix("-").isdecimal()
    return int(texts[0]) if is_number else texts[0]


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _check(value: object, levels: int) -> None:
    """ValueError for more than `levels` of nesting, or for half a surrogate pair, which UTF-8 cannot hold."""
    if levels == 0:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, dict):
        _check([*value, *value.values()], levels)
    elif isinstance(value, list):
        for item in value:
            _check(item, levels - 1)
