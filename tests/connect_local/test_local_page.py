"""The page about the local Connect: its examples run, and no switch, fault or endpoint is missing."""

import ast
import inspect
import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import boto3
import pytest

from connect_local import Behaviour, FaultKind, behaviour
from connect_local.control import _ENDPOINTS
from connect_local.switches import SWITCH_NAMES, choices
from support.page_commands import blocks
from support.page_outputs import renew

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "guide" / "local-connect.md"


def section(title: str) -> str:
    found = PAGE.read_text("utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    assert found, title
    return found


def test_the_example_runs() -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    exec(compile(example, str(PAGE), "exec"), {})


def test_the_server_serves_what_its_seed_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start, use = blocks(section("As a server"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    seed, _, command = start.partition("\nEND\n")
    subprocess.run(["bash", "-c", f"{seed}\nEND\n"], cwd=tmp_path, check=True)
    words = command.strip().removesuffix("&").split()[2:]
    assert words[:2] == ["-m", "connect_local"]
    words = [port if word == "4567" else word for word in words]
    environment = {"PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(
        [sys.executable, *words], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        try:
            assert server.stdout.readline().strip() == f"http://127.0.0.1:{port}"
            for name, value in re.findall(r"(AWS_\w+)=(\S+)", use):
                monkeypatch.setenv(name, value.replace("4567", port))
            ids = re.findall(r"--(instance|user)-id (\S+)", use)
            user = boto3.client("connect").describe_user(**{f"{kind.title()}Id": each for kind, each in ids})
            (path,) = re.findall(r"curl -s \S+?:4567(\S+)", use)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                assert b"ada.lovelace" in answer.read()
        finally:
            server.terminate()
    assert user["User"]["Username"] == "ada.lovelace"


def questions() -> dict[str, str]:
    """Return the first sentence below each field of `Behaviour`."""
    (found,) = [
        node
        for node in ast.parse(inspect.getsource(behaviour)).body
        if getattr(node, "name", "") == "Behaviour"
    ]
    assert isinstance(found, ast.ClassDef)
    said = {}
    for field, text in zip(found.body, found.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            assert isinstance(text, ast.Expr)
            assert isinstance(text.value, ast.Constant)
            said[field.target.id] = str(text.value.value).partition("\n")[0]
    return said


def test_every_switch_is_on_the_page_with_its_values() -> None:
    asked = questions()
    assert set(asked) == set(SWITCH_NAMES)
    rows = [f"| `{name}` | {asked[name]} | {choices(name)} | {default(name)} |" for name in SWITCH_NAMES]
    table = "\n".join(["| switch | question | values | default |", "|---|---|---|---|", *rows])
    text = PAGE.read_text("utf-8")
    before, intro = (
        text.partition("\n## Switches\n")[0],
        section("Switches").partition("\n| switch")[0].strip(),
    )
    after = text.partition("\n## Switches\n")[2].partition("\n## ")[2]
    renew(PAGE, f"{before}\n## Switches\n\n{intro}\n\n{table}\n\n## {after}")


def default(name: str) -> str:
    value = getattr(Behaviour(), name)
    if value is None or value == frozenset():
        return "none"
    return (
        str(getattr(value, "value", value)).lower()
        if isinstance(value, bool)
        else str(getattr(value, "value", value))
    )


def test_every_fault_is_on_the_page() -> None:
    shown = set(re.findall(r"`([A-Z]\w+)`", section("Faults").partition("with a `status`:")[2]))
    assert shown == {kind.value for kind in FaultKind}


def test_every_endpoint_is_on_the_page() -> None:
    shown = set(
        re.findall(r"`((?:GET|POST|DELETE) [\w-]+)`", section("Endpoints for tests in another process"))
    )
    assert shown == {" ".join(each) for each in _ENDPOINTS}
