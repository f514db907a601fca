"""The values of a declaration that nobody knows before the deployment, and the settings that hang on them."""

from collections.abc import Iterator, Mapping
from typing import Final

from custom_connect_userconfig.core.arrays import ARRAYS, Array, Field, SettingKey
from custom_connect_userconfig.core.declaration import INSTANCE_ID, USER_ID
from custom_connect_userconfig.core.entries import CHANNEL
from custom_connect_userconfig.core.problems import PartlyKnown, Path, Unknown

Properties = Mapping[str, object]
_UNKNOWN: Final = Unknown()


def unknown_values(properties: Properties) -> Iterator[tuple[Path, Unknown]]:
    """Yield the place of each value that is not known, and what is known of it."""
    if isinstance(properties, PartlyKnown):
        yield (), _UNKNOWN
    for name in (INSTANCE_ID, USER_ID, *(array.name for array in ARRAYS)):
        yield from _unknown_in((name,), properties.get(name))


def _unknown_in(path: Path, node: object) -> Iterator[tuple[Path, Unknown]]:
    if isinstance(node, Unknown):
        yield path, node
    elif isinstance(node, PartlyKnown):
        yield path, _UNKNOWN
    elif isinstance(node, Mapping):
        for name, member in node.items():
            yield from _unknown_in((*path, str(name)), member)
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _unknown_in((*path, index), item)


def uncertain_settings(properties: Properties) -> frozenset[SettingKey]:
    """Return the settings of which it is not known whether they are declared, or as what."""
    is_open = isinstance(properties, PartlyKnown)
    return frozenset(
        key for array in ARRAYS for key in _uncertain_of(array, properties.get(array.name), is_open=is_open)
    )


def _uncertain_of(array: Array, node: object, *, is_open: bool) -> Iterator[SettingKey]:
    if isinstance(node, Unknown) or (node is None and is_open):
        yield from _keys(array)
    for entry in node if isinstance(node, list) else ():
        if not isinstance(entry, Mapping) or isinstance(entry.get(CHANNEL), Unknown):
            yield from _keys(array)
            continue
        channel = str(entry.get(CHANNEL))
        if channel in array.channels:
            for field in array.fields_of(channel):
                if _is_unknown(entry, field):
                    yield array.key(channel, field)


def _keys(array: Array) -> Iterator[SettingKey]:
    for channel in array.channels:
        for field in array.fields_of(channel):
            yield array.key(channel, field)


def _is_unknown(entry: Mapping[str, object], field: Field) -> bool:
    node: object = entry
    for name in field.path:
        if not isinstance(node, Mapping):
            return False
        is_open = isinstance(node, PartlyKnown)
        node = node.get(name, _UNKNOWN if is_open else None)
        if isinstance(node, Unknown):
            return True
    return False
