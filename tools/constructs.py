"""Writes the L1 construct of the resource type from its schema: `make generate` runs it, a test compares.

What the CDK's own `cdk import` makes is TypeScript and needs the type registered in an account; this one is
Python, and serves both flavours.
"""

import argparse
import json
import re
import subprocess  # nosec B404  # runs the formatter
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
SCHEMA: Final = ROOT / "schema" / "custom-connect-userconfig.json"
TARGET: Final = ROOT / "src" / "connect_user_config" / "cdk" / "cfn_user_config.py"
_WIDTH: Final = 100
_SCALARS: Final = {"string": "str", "integer": "float", "boolean": "bool | IResolvable"}
"""A number of a token is a float."""
_HEAD: Final = '''"""The L1 construct of the resource type, and its structs.

Written by `make generate` from the schema: do not edit it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import CfnResource, IResolvable
from constructs import Construct

from .wire import to_wire

'''
_CLASS: Final = '''

class CfnUserConfig(CfnResource):
    """{description}

    Nothing is checked: `UserConfig` does that.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        type_name: str,
        service_token: str | None = None,
{parameters}
    ) -> None:
        """Declare the settings of one user.

        type_name: the name under which the type is registered, or ``Custom::ConnectUserConfig``.
        service_token: the ARN of the function behind the custom resource; None for a registered type.
{explained}
        """
        properties = {{
            "ServiceToken": service_token,
{members}
        }}
        super().__init__(scope, construct_id, type=type_name, properties=to_wire(properties))
{attributes}
'''

Schema = dict[str, Any]


def snake(name: str) -> str:
    """Return a name of the schema as Python spells it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def source(schema: Schema) -> str:
    """Return the module, not formatted yet."""
    definitions = schema["definitions"]
    structs = "\n\n".join(_struct(name, definitions) for name in _structs(schema))
    return f"{_HEAD}\n{structs}\n{_construct(schema)}"


def formatted(text: str) -> str:
    """Return the text as the formatter leaves it."""
    command = ["ruff", "format", "--stdin-filename", str(TARGET), "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603  # nosec B603
    return done.stdout


def _structs(schema: Schema) -> Iterator[str]:
    """Yield the names of the objects that properties lead to, the innermost first."""
    seen: set[str] = set()

    def follow(node: Mapping[str, Any]) -> Iterator[str]:
        for member in node.get("properties", {}).values():
            name = member.get("items", member).get("$ref", "").rpartition("/")[2]
            if name and name not in seen and "properties" in schema["definitions"][name]:
                seen.add(name)
                yield from follow(schema["definitions"][name])
                yield name

    yield from follow(schema)


def _struct(name: str, definitions: Schema) -> str:
    node = definitions[name]
    required = node["required"]
    members = sorted(node["properties"], key=lambda each: each not in required)
    said = {each: _said(node["properties"][each], definitions) for each in members}
    lines = [f"    {_annotated(each, node, definitions)}\n{_docstring(said[each], 4)}" for each in members]
    head = f"@dataclass(frozen=True, kw_only=True)\nclass {name}:\n{_docstring(node['description'], 4)}\n\n"
    return head + "\n".join(lines) + "\n"


def _construct(schema: Schema) -> str:
    read_only = {pointer.rpartition("/")[2] for pointer in schema["readOnlyProperties"]}
    names = [name for name in schema["properties"] if name not in read_only]
    definitions = schema["definitions"]
    parameters = [f"        {_annotated(name, schema, definitions)}," for name in names]
    explained = [_explained(name, _said(schema["properties"][name], definitions)) for name in names]
    attributes = [
        f"\n    @property\n    def attr_{snake(name)}(self) -> str:\n"
        f"{_docstring(schema['properties'][name]['description'], 8)}\n"
        f'        return self.get_att("{name}").to_string()'
        for name in sorted(read_only)
    ]
    return _CLASS.format(
        description=textwrap.fill(schema["description"], _WIDTH, subsequent_indent="    "),
        parameters="\n".join(parameters),
        explained="\n".join(explained),
        members="\n".join(f'            "{name}": {snake(name)},' for name in names),
        attributes="\n".join(attributes),
    )


def _annotated(name: str, node: Schema, definitions: Schema) -> str:
    optional = "" if name in node["required"] else " | None = None"
    return f"{snake(name)}: {_type(node['properties'][name], definitions)}{optional}"


def _type(node: Schema, definitions: Schema) -> str:
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        target = definitions[name]
        return f"{name} | IResolvable" if "properties" in target else _type(target, definitions)
    if node["type"] == "array":
        item = node["items"]["$ref"].rpartition("/")[2]
        return f"Sequence[{item} | Mapping[str, object] | IResolvable] | IResolvable"
    return _SCALARS[node["type"]]


def _said(node: Schema, definitions: Schema) -> str:
    """Return the description of a member or of its definition, and the values that it can have."""
    target = definitions[node["$ref"].rpartition("/")[2]] if "$ref" in node else node
    said = str(target["description"])
    missing = [value for value in target.get("enum", ()) if value not in said]
    return f"{said} {' or '.join(missing)}." if missing else said


def _docstring(text: str, indent: int) -> str:
    margin = " " * indent
    if len(text) + indent + 6 <= _WIDTH:
        return f'{margin}"""{text}"""'
    filled = textwrap.fill(text, _WIDTH - 2, initial_indent=f'{margin}"""', subsequent_indent=margin)
    return f'{filled}\n{margin}"""'


def _explained(name: str, said: str) -> str:
    return textwrap.fill(f"{snake(name)}: {said}", _WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 12)


def main() -> int:
    """Write the module."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--to", type=Path, default=TARGET)
    text = formatted(source(json.loads(SCHEMA.read_text("utf-8"))))
    parser.parse_args().to.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
