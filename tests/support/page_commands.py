"""The commands that pages print: run by bash with stand-ins for what reaches outside, and read as the AWS CLI
reads them.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import botocore.session
import jmespath
from botocore import xform_name
from botocore.model import ListShape, Shape, StructureShape
from botocore.validate import ParamValidator

from .answers import keep_to_patterns
from .template_values import parsed

STAND_INS = ("aws", "connect-user-config", "make", "pip", "pip-audit", "pipx", "python")
"""Commands that reach AWS or a registry, or build; all others are run."""
IF_MISSING = ("jq", "openssl")
"""Commands that not every machine has."""
_STAND_IN = """#!{python}
import json, os, pathlib, shutil, sys
name, arguments = pathlib.Path(sys.argv[0]).name, sys.argv[1:]
with open(os.environ["LOG"], "a", encoding="utf-8") as log:
    log.write(json.dumps([name, *arguments]) + "\\n")
if arguments[:1] == ["download"]:
    shutil.copy(os.environ["WHEEL"], ".")
for operation, told in json.loads(os.environ["TOLD"]).items():
    if operation in arguments:
        print(told)
"""
_OF_ALL = {"--region": "string", "--query": "string", "--output": "string", "--cli-binary-format": "string"}
_CUSTOM = {
    ("cloudformation", "deploy"): {
        "--stack-name": "string",
        "--template-file": "string",
        "--capabilities": "list",
        "--parameter-overrides": "list",
        "--s3-bucket": "string",
        "--no-fail-on-empty-changeset": "boolean",
    },
    ("s3", "cp"): {},
}
"""Commands of the AWS CLI that are no operations of the API, with the options that pages use."""
_SESSION = botocore.session.get_session()


def blocks(text: str) -> list[str]:
    """The shell commands of a page, block by block."""
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def inline(text: str) -> list[list[str]]:
    """The whole commands within its sentences; one without an option is only named."""
    sentences = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    found = re.findall(r"`((?:aws|connect-user-config) [^`\n]* --[^`\n]+)`", sentences)
    return [shlex.split(each) for each in found]


@dataclass(frozen=True)
class Terminal:
    """A folder with the templates, where the blocks of a page are run one after the other."""

    folder: Path
    wheel: Path
    told: Mapping[str, str] = field(default_factory=dict)
    """What a stand-in prints if it is asked for the operation."""

    def run(self, text: str) -> list[list[str]]:
        """Run the blocks, insist that each succeeds, and return the commands that reach outside."""
        stands_in, log = self.folder / ".bin", self.folder / ".log"
        stands_in.mkdir()
        log.touch()
        for name in (*STAND_INS, *(each for each in IF_MISSING if not shutil.which(each))):
            (stands_in / name).write_text(_STAND_IN.format(python=sys.executable), "utf-8")
            (stands_in / name).chmod(0o755)
        environment = {
            "PATH": f"{stands_in}{os.pathsep}{os.environ['PATH']}",
            "LOG": str(log),
            "WHEEL": str(self.wheel),
            "TOLD": json.dumps(dict(self.told)),
        }
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(blocks(text))],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in log.read_text("utf-8").splitlines()]


@dataclass(frozen=True)
class AwsCommand:
    """A command of the AWS CLI."""

    service: str
    operation: str
    options: dict[str, list[str]]
    positional: list[str]

    @property
    def shape(self) -> StructureShape | None:
        """The input of the operation; None of what the CLI adds."""
        return _input(self.service, self.operation)

    def parameters(self, folder: Path) -> dict[str, Any]:
        """What is sent, as botocore takes it; `file://` is below the folder."""
        assert self.shape
        members = {f"--{xform_name(name, '-')}": name for name in self.shape.members}
        return {
            members[option]: _value(values, self.shape.members[members[option]], folder)
            for option, values in self.options.items()
            if option in members
        }


def aws_command(words: list[str]) -> AwsCommand:
    """Read the words behind `aws` as the CLI would; AssertionError if it would not take them."""
    service, operation, *rest = words
    kinds = {**_OF_ALL, **_kinds(service, operation)}
    options: dict[str, list[str]] = {}
    positional: list[str] = []
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            positional.append(word)
            continue
        assert word in kinds, f"aws {service} {operation} has no option {word}"
        assert word not in options, f"{word} is given twice"
        values = options.setdefault(word, [])
        most = {"boolean": 0, "list": len(rest)}.get(kinds[word], 1)
        while rest and len(values) < most and not rest[0].startswith("--"):
            values.append(rest.pop(0))
        assert values or not most, f"{word} has no value"
    return AwsCommand(service, operation, options, positional)


def check_wait(words: list[str]) -> None:
    """Insist that the words behind `aws SERVICE wait` name a waiter, with options of what it asks."""
    service, waiter, *rest = words
    known = {xform_name(name, "-"): each for name, each in _waiters(service).items()}
    assert waiter in known, f"aws {service} has no waiter {waiter}"
    check_request(aws_command([service, xform_name(known[waiter]["operation"], "-"), *rest]), Path())


def check_request(command: AwsCommand, folder: Path) -> None:
    """Insist that the service's model admits what is sent."""
    parameters = command.parameters(folder)
    assert command.shape
    report = ParamValidator().validate(parameters, command.shape)
    assert not report.has_errors(), report.generate_report()
    keep_to_patterns(parameters, command.shape, command.operation)
    if query := command.options.get("--query"):
        jmespath.compile(query[0])


def check_values(template: Path, values: Mapping[str, str | None]) -> None:
    """Insist that the template takes the values, and that it needs no others; None stands for the value it
    has.
    """
    declared = parsed(template.read_text("utf-8"))["Parameters"]
    assert values.keys() <= declared.keys()
    assert {name for name, each in declared.items() if "Default" not in each} <= values.keys()
    for name, value in values.items():
        pattern = declared[name].get("AllowedPattern", "")
        is_list = declared[name]["Type"] == "CommaDelimitedList"
        for each in value.split(",") if value and is_list else [value]:
            assert each is None or re.search(pattern, each), f"{name}: {each}"


def _waiters(service: str) -> dict[str, Any]:
    found = _SESSION.get_component("data_loader").load_service_model(service, "waiters-2")["waiters"]
    assert isinstance(found, dict)
    return found


def _input(service: str, operation: str) -> StructureShape | None:
    if (service, operation) in _CUSTOM:
        return None
    model = _SESSION.get_service_model(service)
    spelled = {xform_name(name, "-"): name for name in model.operation_names}
    assert operation in spelled, f"aws {service} has no {operation}"
    shape = model.operation_model(spelled[operation]).input_shape
    assert isinstance(shape, StructureShape)
    return shape


def _kinds(service: str, operation: str) -> dict[str, str]:
    """The type of each option."""
    shape = _input(service, operation)
    if shape is None:
        return _CUSTOM[service, operation]
    return {f"--{xform_name(name, '-')}": member.type_name for name, member in shape.members.items()}


def _shorthand(word: str) -> dict[str, str]:
    """Read `A=x,B="y"`; a value with a bracket or a brace in it needs quotes."""
    pair = r"""(\w+)=(?:"([^"]*)"|([^][{}"',=]*))"""
    assert re.fullmatch(rf"{pair}(?:,{pair})*", word), f"{word} is no shorthand of the AWS CLI"
    return {name: quoted or plain for name, quoted, plain in re.findall(pair, word)}


def _value(words: list[str], shape: Shape, folder: Path) -> Any:
    if shape.type_name == "list" and words[0].startswith("file://"):
        return json.loads(_file(words[0], folder))
    if isinstance(shape, ListShape):
        return [_value([word], shape.member, folder) for word in words]
    if shape.type_name == "boolean":
        return not words or words == ["true"]
    (word,) = words
    if isinstance(shape, StructureShape):
        members = _shorthand(word)
        return {name: _value([each], shape.members[name], folder) for name, each in members.items()}
    if word.startswith("file://"):
        return _file(word, folder)
    return int(word) if shape.type_name == "integer" else word


def _file(word: str, folder: Path) -> str:
    return (folder / word.removeprefix("file://")).read_text("utf-8")
