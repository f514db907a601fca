"""Checks requests by the documented rules of the service, before anything is written.

Required members, types, enums and sizes are checked by botocore's model of the operation; the other rules
stand in the text of the documentation. Messages name the member and the rule, never the value, which may be a
phone number.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from moto.core.exceptions import JsonRESTError
from moto.core.utils import get_service_model

from .arrays import ARRAYS, PHONE_NUMBER, PHONE_TYPE, VOICE, Array
from .behaviour import Behaviour, ChannelRefusal
from .exceptions import InvalidParameterException, InvalidRequestException
from .settings import Arrays, Settings

ACW_LIMIT_MAXIMUM = 2_000_000
_REFUSALS: Mapping[ChannelRefusal, Callable[[str], JsonRESTError]] = {
    ChannelRefusal.INVALID_PARAMETER_EXCEPTION: InvalidParameterException,
    ChannelRefusal.INVALID_REQUEST_EXCEPTION: InvalidRequestException,
}
_E164 = re.compile(r"\+[1-9]\d{1,14}")
_NUMBER_MEMBERS = {"PhoneNumber", "DeskPhoneNumber", "Mobile"}
_CONFLICTS = {
    "AutoAccept": "AutoAcceptConfigs",
    "AfterContactWorkTimeLimit": "AfterContactWorkConfigs",
    "PhoneType": "PhoneNumberConfigs",
    "DeskPhoneNumber": "PhoneNumberConfigs",
    "PersistentConnection": "PersistentConnectionConfigs",
}
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (Mapping,),
    "map": (Mapping,),
    "list": (list, tuple),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
}


def check_request(operation: str, parameters: Mapping[str, object]) -> None:
    """Refuses parameters that do not fit botocore's model of the operation, or the rules of arrays."""
    shape = get_service_model("connect").operation_model(operation).input_shape
    _check_shape(shape, parameters, operation)
    for name, array in ARRAYS.items():
        _check_array(array, parameters.get(name) or [])  # type: ignore[arg-type]  # its form is that of the service's model


def check_create_user(parameters: Mapping[str, object]) -> None:
    """Refuses a legacy member together with the array for the same setting, as `CreateUser` documents."""
    phone_config = parameters.get("PhoneConfig") or {}
    for member, array in _CONFLICTS.items():
        if member in phone_config and array in parameters:  # type: ignore[operator]  # its form is that of the service's model
            raise InvalidParameterException(f"PhoneConfig.{member} cannot be set together with {array}")


def arrays_of(parameters: Mapping[str, object], behaviour: Behaviour) -> Arrays:
    """The arrays that a write names; the behaviour's error for a channel that instances lack."""
    arrays: Arrays = {name: parameters[name] for name in ARRAYS if parameters.get(name) is not None}  # type: ignore[misc]  # its form is that of the service's model
    refusal = _REFUSALS[behaviour.channel_refusal]
    for name, entries in arrays.items():
        for entry in entries:
            if entry["Channel"] in behaviour.refused_channels:
                raise refusal(f"{name}: the channel {entry['Channel']} is not supported here")
    return arrays


def check_desk_phone_has_number(settings: Settings) -> None:
    if settings.effective(PHONE_TYPE) == "DESK_PHONE" and settings.effective(PHONE_NUMBER) is None:
        raise InvalidParameterException("The phone type DESK_PHONE requires a phone number")


def _check_shape(shape: Shape, value: object, where: str) -> None:
    _check_type(shape, value, where)
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        _check_structure(shape, value, where)
    elif isinstance(shape, ListShape) and isinstance(value, Sequence):
        _check_size(shape, len(value), where, "have {} items")
        for index, item in enumerate(value):
            _check_shape(shape.member, item, f"{where}[{index}]")
    elif isinstance(shape, MapShape) and isinstance(value, Mapping):
        _check_size(shape, len(value), where, "have {} entries")
        for key, inner in value.items():
            _check_shape(shape.key, key, f"A key of {where}")
            _check_shape(shape.value, inner, f"A value of {where}")
    elif isinstance(shape, StringShape) and isinstance(value, str):
        _check_string(shape, value, where)
    elif isinstance(value, int) and not isinstance(value, bool):
        _check_integer(shape, value, where)


def _check_type(shape: Shape, value: object, where: str) -> None:
    expected = _PYTHON_TYPES[shape.type_name]
    is_unexpected_bool = isinstance(value, bool) and bool not in expected  # True is an int in Python
    if not isinstance(value, expected) or is_unexpected_bool:
        raise InvalidRequestException(f"{where} must be of type {shape.type_name}")


def _check_structure(shape: StructureShape, value: Mapping[str, object], where: str) -> None:
    for member in shape.required_members:
        if value.get(member) is None:
            raise InvalidRequestException(f"{where}.{member} is required")
    for member, inner in value.items():
        if member in shape.members and inner is not None:
            _check_shape(shape.members[member], inner, f"{where}.{member}")
            _check_number(member, inner, where)


def _check_string(shape: StringShape, value: str, where: str) -> None:
    _check_size(shape, len(value), where, "have {} characters")
    if shape.enum and value not in shape.enum:
        raise InvalidParameterException(f"{where} must be one of {', '.join(shape.enum)}")


def _check_integer(shape: Shape, value: int, where: str) -> None:
    _check_size(shape, value, where, "be {}")
    if shape.name == "AfterContactWorkTimeLimit" and value > ACW_LIMIT_MAXIMUM:
        raise InvalidParameterException(f"{where} must be 0 to {ACW_LIMIT_MAXIMUM} seconds, not {value}")


def _check_size(shape: Shape, size: int, where: str, rule: str) -> None:
    least, most = shape.metadata.get("min", size), shape.metadata.get("max", size)
    if size < least:
        raise InvalidParameterException(f"{where} must {rule.format(f'at least {least}')}, not {size}")
    if size > most:
        raise InvalidParameterException(f"{where} must {rule.format(f'at most {most}')}, not {size}")


def _check_number(member: str, value: object, where: str) -> None:
    if member in _NUMBER_MEMBERS and not _E164.fullmatch(str(value)):
        raise InvalidParameterException(f"{where}.{member} must be a number in E.164 format")


def _check_array(array: Array, entries: Sequence[Mapping[str, object]]) -> None:
    channels = [str(entry["Channel"]) for entry in entries]
    for channel in channels:
        if channel not in array.channels:
            supported = ", ".join(array.channels)
            raise InvalidParameterException(f"{array.name} supports only {supported}, not {channel}")
        if channels.count(channel) > 1:
            raise InvalidParameterException(f"{array.name} names the channel {channel} more than once")
    for entry in entries:
        _check_voice_only_fields(array, entry)


def _check_voice_only_fields(array: Array, entry: Mapping[str, object]) -> None:
    for field in array.fields:
        if field.voice_only and entry["Channel"] != VOICE and entry.get(field.path[0]) is not None:
            rule = f"{field.path[0]} applies only to {VOICE}, not to {entry['Channel']}"
            raise InvalidParameterException(f"{array.name}: {rule}")
