"""Apps of the CDK as tests make them, and what they synthesize."""

import json
from pathlib import Path
from typing import Any

import yaml
from aws_cdk import App, Stack

INSTANCE = "10000000-0000-4000-8000-000000000001"
INSTANCE_ARN = f"arn:aws:connect:eu-west-2:123456789012:instance/{INSTANCE}"
ADA = "20000000-0000-4000-8000-000000000001"
BOB = "20000000-0000-4000-8000-000000000002"
TOKEN = "arn:aws:lambda:eu-west-2:123456789012:function:ConnectUserConfig"
ROOT = Path(__file__).resolve().parents[2]
Resource = dict[str, Any]


class _ShortForms(yaml.SafeLoader):
    """Reads templates; a function in its short form becomes an object."""


def _function(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_ShortForms.add_multi_constructor("!", _function)


def installed_template(name: str) -> dict[str, Any]:
    """Return a template of `deploy/`."""
    found: dict[str, Any] = yaml.load((ROOT / "deploy" / name).read_text("utf-8"), _ShortForms)
    return found


def new_stack(name: str = "Settings", **options: Any) -> Stack:
    """Return a stack in an app of its own, whose assembly is a temporary folder."""
    return Stack(App(**options), name)


def app_of(stack: Stack) -> App:
    root = stack.node.root
    assert isinstance(root, App)
    return root


def templates(app: App) -> dict[str, dict[str, Any]]:
    """Synthesize; return every template, those of nested stacks too, by the name of its file."""
    assembly = Path(app.synth(force=True).directory)
    return {
        file.name.partition(".")[0]: json.loads(file.read_text("utf-8"))
        for file in sorted(assembly.glob("**/*.template.json"))
    }


def resources(stack: Stack, type_name: str = "Custom::ConnectUserConfig") -> dict[str, Resource]:
    """Synthesize; return the resources of a type in the stack's own template, by logical id."""
    template = templates(app_of(stack))[stack.stack_name]
    return {name: each for name, each in template["Resources"].items() if each["Type"] == type_name}


def only(found: dict[str, Resource]) -> Resource:
    """Return the one resource that was found."""
    (one,) = found.values()
    return one
