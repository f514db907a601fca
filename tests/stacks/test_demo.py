"""The demo runs as a user runs it, prints what it promises, and fails if a step is not as declared."""

import os
import pty
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from demo.local_cloud import ROOT
from demo.scenario import SABOTAGES
from demo.screen import NARROWEST
from support.exhaustive import chosen_or_all

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
KEY_LINES = (
    "checked: installed; the function may configure agents of",
    "checked: what the template declares holds and is owned; nothing else has changed.",
    "checked: changed, dropped and added settings are as declared; no other has changed.",
    "checked: rolled back; every agent is as before the update.",
    "are already owned by contact-centre/SalesAgent",
    "checked: refused with the owner's name",
    "1 agent with a difference",
    "checked: the drift shows, and no setting that is not owned.",
    "checked: every agent is back as it was",
    "checked: adopt has written a template, and changed no agent.",
    "All steps were as declared",
)
REGISTRY_LINES = (
    "No local cloud has CloudFormation's registry. This demo plays it",
    "Type: Acme::Connect::UserConfig",
    "After-contact VOICE 30 s 300 s",
    "checked: READ shows the drift, and no setting that is not owned.",
    "checked: the import has changed nothing.",
    "Ann, owned by contact-centre/SalesAgent",
    "checked: the record names the new owner, and keeps the earlier values.",
    "checked: Ann is back as she was; only the administrator's other change stays.",
    "All steps were as declared",
)
SABOTAGED = {
    "unowned": "Bob: AutoAcceptConfigs[EMAIL].AutoAccept (not owned): must be no, is yes.",
    "owned": "Bob: Auto-accept VOICE: must be yes, is no.",
    "denied": "The stack must end in UPDATE_COMPLETE and ended in UPDATE_ROLLBACK_FAILED",
}


def command(archive: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "demo", "--zip", str(archive), *arguments]


def environment(width: int = NARROWEST) -> dict[str, str]:
    paths = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
    fixed = {"PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
    return {**os.environ, **fixed, "COLUMNS": str(width)}


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
    assert [line for line in KEY_LINES if line not in " ".join(text.split())] == [], text
    assert max(map(len, text.splitlines())) <= NARROWEST
    assert text.count("owned by a stack") == 1
    assert "\nNext:\n  make demo KEEP=1" in text
    assert "2025550123" not in text


def test_every_step_of_the_registry_is_as_declared(archive: Path) -> None:
    status, text = run(archive, "--registry")
    assert status == 0, text
    assert [line for line in REGISTRY_LINES if line not in " ".join(text.split())] == [], text
    assert max(map(len, text.splitlines())) <= NARROWEST


@pytest.mark.exhaustive
@pytest.mark.parametrize("sabotage", SABOTAGES)
def test_sabotaged_run_fails_and_says_why(archive: Path, sabotage: str) -> None:
    status, text = run(archive, "--sabotage", sabotage)
    assert status == 1, text
    assert f"NOT AS DECLARED {SABOTAGED[sabotage]}" in text
    assert "All steps were as declared" not in text


WRONG_PORTS = ("65536", "0", "ten", "", "99999", "-1", "8000000080000000", "80.0")


@pytest.mark.parametrize("port", chosen_or_all(WRONG_PORTS, WRONG_PORTS[:4]))
def test_a_text_that_is_no_port_is_refused(archive: Path, port: str) -> None:
    ran = start(archive, f"--port={port}")
    errors = ran.communicate(timeout=60)[1]
    assert ran.returncode == 2
    assert f"argument --port: {port!r} is not a port: name one from 1 to 65535" in errors


def test_a_port_in_use_and_a_missing_zip_are_refused(archive: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = start(archive, "--port", str(port))
        errors = ran.communicate(timeout=60)[1]
    assert ran.returncode == 2
    assert f"argument --port: Port {port} is in use" in errors
    for missing in (tmp_path / "none.zip", tmp_path):
        status, text = run(missing)
        assert status == 1
        assert "make function" in text


def start(archive: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command(archive, *arguments),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        # A run in the background or under `nohup` ignores these signals.
        preexec_fn=restore_signals,  # noqa: PLW1509 - no other thread holds anything here
    )


def restore_signals() -> None:
    for each in SIGNALS[1:]:
        signal.signal(each, signal.SIG_DFL)


def children(process: int) -> list[int]:
    """The processes that the process has started (Linux only)."""
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return [int(each) for task in tasks for each in task.read_text("utf-8").split()]


def descendants(process: int) -> list[list[int]]:
    """The processes below the process, by generation: supervisors, servers, Lambdas."""
    generations = []
    generation = [process]
    while generation := [child for each in generation for child in children(each)]:
        generations.append(generation)
    return generations


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    # A zombie has ended; its parent may collect it later.
    return state not in {"Z", "X"}


def wait_until_gone(processes: list[int]) -> None:
    ends = time.monotonic() + 20
    while left := [each for each in processes if is_alive(each)]:
        if time.monotonic() > ends:
            commands = [Path(f"/proc/{each}/cmdline").read_bytes() for each in left]
            pytest.fail(f"these processes are left: {commands}")
        time.sleep(0.05)


def run_until_a_lambda_runs(demo: "subprocess.Popen[str]") -> list[list[int]]:
    assert demo.stdout is not None
    next(line for line in demo.stdout if "CREATE_COMPLETE" in line and "SalesAgent" in line)
    generations = descendants(demo.pid)
    supervisors, servers, lambdas = generations
    assert (len(supervisors), len(servers)) == (2, 2)
    assert lambdas
    return generations


# SIGKILL also ends that of the next test, SIGHUP goes the way of SIGTERM, SIGINT ends that of test_kept_demo.
@pytest.mark.exhaustive
@pytest.mark.parametrize("how", SIGNALS)
def test_a_signal_that_ends_the_demo_ends_all_that_it_has_started(archive: Path, how: signal.Signals) -> None:
    with start(archive) as demo:
        started = [process for generation in run_until_a_lambda_runs(demo) for process in generation]
        demo.send_signal(how)
        _, errors = demo.communicate(timeout=60)
        # Unless it was killed, the demo has waited for them.
        if how is not signal.SIGKILL:
            assert [each for each in started if is_alive(each)] == []
    wait_until_gone(started)
    assert demo.returncode == (130 if how is signal.SIGINT else -how)
    assert "Traceback" not in errors


@pytest.mark.exhaustive
def test_a_server_and_a_lambda_that_do_not_react_end_with_a_killed_demo(archive: Path) -> None:
    with start(archive) as demo:
        generations = run_until_a_lambda_runs(demo)
        for process in (*generations[1], *generations[2]):
            os.kill(process, signal.SIGSTOP)
        demo.kill()
        demo.communicate(timeout=60)
    wait_until_gone([process for generation in generations for process in generation])


@pytest.mark.exhaustive  # by day without a terminal, in `test_kept_demo`
def test_ctrl_c_on_a_terminal_ends_the_demo_and_make_with_0(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text(f".PHONY: demo\ndemo:\n\t@{shlex.join(command(archive, '--keep'))}\n")
    made = ["make", "-f", str(tmp_path / "Makefile"), "demo"]
    process, terminal = pty.fork()
    if not process:
        restore_signals()
        os.chdir(ROOT)
        os.execvpe(made[0], made, environment())
    shown = b""
    while data := read(terminal):
        shown += data
        if b"Ctrl-C in this terminal" in data:
            os.write(terminal, b"\x03")
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    assert b"Stopped; the local cloud is gone." in shown


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux says so that the other end is closed
        return b""
