"""The demo runs as a user runs it, says what it is said to say, and fails when something is not as declared."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from demo.local_cloud import ROOT

WIDEST = 100
KEY_LINES = (
    "checked: installed; the function may configure agents of",
    "checked: what the template declares holds and is owned; no other setting or tag has changed.",
    "checked: changed, dropped and added settings are as declared; nothing else has moved.",
    "checked: rolled back; every agent is as before the update.",
    "are already owned by contact-centre/Sales",
    "checked: refused with the owner's name",
    '"Live": 300',
    "checked: every agent is back as it was",
    "All steps were as declared",
)


def command(archive: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "demo", "--zip", str(archive), *arguments]


def environment() -> dict[str, str]:
    paths = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
    return {**os.environ, "PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}


def run(archive: Path, *arguments: str) -> tuple[int, str]:
    ran = subprocess.run(
        command(archive, *arguments),
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=180,
        check=False,
    )
    assert "Traceback" not in ran.stderr, ran.stderr
    return ran.returncode, ran.stdout


def test_every_step_is_as_declared(archive: Path) -> None:
    status, text = run(archive)
    assert status == 0, text
    assert [line for line in KEY_LINES if line not in text.replace("\n", " ")] == [], text
    assert max(map(len, text.splitlines())) <= WIDEST
    assert "2025550123" not in text


def test_sabotaged_run_fails_and_says_why(archive: Path) -> None:
    status, text = run(archive, "--sabotage", "unowned")
    assert status == 1, text
    assert "NOT AS DECLARED Bob: AutoAcceptConfigs[EMAIL].AutoAccept (not owned): must be no, is yes." in text
    assert "All steps were as declared" not in text


def test_a_port_in_use_and_a_missing_zip_are_told(archive: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, text = run(archive, "--port", str(port))
    assert status == 1
    assert f"Port {port} is in use" in text
    status, text = run(tmp_path / "none.zip")
    assert status == 1
    assert "make function" in text


def wait_until_gone(port: int) -> None:
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        time.sleep(0.05)
    pytest.fail(f"something still listens on port {port}")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_whatever_ends_the_demo_ends_its_servers(archive: Path, how: signal.Signals) -> None:
    with subprocess.Popen(command(archive), cwd=ROOT, env=environment(), stdout=subprocess.PIPE, encoding="utf-8") as demo:
        assert demo.stdout is not None
        addresses = next(line for line in demo.stdout if line.startswith("They run on"))
        demo.send_signal(how)
        demo.stdout.read()
    ports = [int(word.rstrip(";").rpartition(":")[2]) for word in addresses.split() if word.startswith("http://")]
    assert len(ports) == 2
    for port in ports:
        wait_until_gone(port)
    assert demo.returncode == (130 if how is signal.SIGINT else -how)
