"""The commands of the AWS CLI that the tutorial needs, on boto3: the CLI itself pins another botocore."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import boto3
import jmespath
from botocore import xform_name

from .page_commands import AwsCommand, aws_command

_STEP = 0.1


def main(words: list[str]) -> int:
    """Do what the words behind `aws` say; return the exit code."""
    if words[1] == "wait":
        return _wait_until_deleted(words[-1])
    command = aws_command(words)
    if command.operation == "deploy":
        return _deploy(command)
    answer = _call(command)
    if query := command.options.get("--query"):
        found = jmespath.search(query[0], answer)
        as_text = command.options.get("--output") == ["text"]
        sys.stdout.write(("\t".join(found) if as_text else json.dumps(found, indent=4)) + "\n")
    return 0


def _call(command: AwsCommand) -> Any:
    session: Any = boto3
    client = session.client(command.service)
    name, parameters = xform_name(command.operation).replace("-", "_"), command.parameters(Path())
    if client.can_paginate(name):  # the CLI asks for every page
        return client.get_paginator(name).paginate(**parameters).build_full_result()
    return getattr(client, name)(**parameters)


def _deploy(command: AwsCommand) -> int:
    """Create or update a stack, and wait until that ends."""
    client: Any = boto3.client("cloudformation")
    (name,), (file,) = command.options["--stack-name"], command.options["--template-file"]
    exists = any(stack["StackName"] == name for stack in client.describe_stacks()["Stacks"])
    write = client.update_stack if exists else client.create_stack
    write(StackName=name, TemplateBody=Path(file).read_text("utf-8"))
    while (status := _status(client, name)).endswith("_IN_PROGRESS"):
        time.sleep(_STEP)
    return 0 if status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"} else 255


def _wait_until_deleted(name: str) -> int:
    client: Any = boto3.client("cloudformation")
    while (status := _status(client, name)) not in {"", "DELETE_COMPLETE"}:
        if status == "DELETE_FAILED":
            return 255
        time.sleep(_STEP)
    return 0


def _status(client: Any, name: str) -> str:
    """Return the status of a stack, and no text if there is none."""
    found = [stack for stack in client.describe_stacks()["Stacks"] if stack["StackName"] == name]
    return str(found[0]["StackStatus"]) if found else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
