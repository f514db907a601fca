"""Reads the text of a template, YAML or JSON, into one form: plain values, intrinsics in their long form.

CloudFormation reads YAML 1.1: ``yes`` is true, and an unquoted number loses its plus sign. Dates stay text.
"""

import json
from typing import Any, Final

from custom_connect_userconfig.core.redaction import redact

_BY_ITS_NAME: Final = ("Ref", "Condition")


class NotReadable(Exception):
    """The text is neither YAML nor JSON, or what it holds is nested too deeply."""


def read(text: str) -> object:
    """Return what `text` holds. Raises NotReadable, with the line where that is known."""
    text = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    try:
        if text.lstrip().startswith("{"):
            try:
                return json.loads(text)
            except json.JSONDecodeError:
                # YAML allows braces too, with unquoted names in them.
                return _read_yaml(text)
        return _read_yaml(text)
    except RecursionError as error:
        raise NotReadable("is nested too deeply") from error


def _read_yaml(text: str) -> object:
    import yaml  # noqa: PLC0415 - a JSON template needs none, and it takes its time

    try:
        return yaml.load(text, Loader=_loader())  # noqa: S506 - a SafeLoader underneath
    except yaml.MarkedYAMLError as error:
        where = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise NotReadable(redact(f"{where}{error.problem or error.context or 'is no YAML'}")) from error
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise NotReadable(redact(f"is no YAML: {error}")) from error


_LOADERS: Final[list[Any]] = []


def _loader() -> Any:  # noqa: ANN401 - PyYAML's loaders are classes that it makes itself
    """Return the loader, made once: the one in C where PyYAML has it, about ten times as fast."""
    if not _LOADERS:
        import yaml  # noqa: PLC0415 - see above

        class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # chosen here
            pass

        Loader.yaml_implicit_resolvers = {
            first: [each for each in resolvers if each[0] != "tag:yaml.org,2002:timestamp"]
            for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }
        Loader.add_multi_constructor("!", _intrinsic)
        _LOADERS.append(Loader)
    return _LOADERS[0]


def _intrinsic(loader: Any, name: str, node: Any) -> dict[str, object]:  # noqa: ANN401 - as above
    import yaml  # noqa: PLC0415 - see above

    if isinstance(node, yaml.ScalarNode):
        value: object = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in _BY_ITS_NAME else f"Fn::{name}": value}
