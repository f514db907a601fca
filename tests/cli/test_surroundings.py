"""The command as a process of its own where its surroundings fail: proxies that answer for AWS, silence, full
disks.

Only the outside counts here: exit codes, what is printed, and the time that it takes.
"""

import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from support.exhaustive import chosen_or_all

from .conftest import EAST, INSTANCE, ROOT, WEST, zipped

LOCAL = "127.0.0.1"
PAGE = b"<html><head><title>Sign in</title></head><body>Welcome to the proxy<br></body></html>"
CUT = b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Acc'
STRANGE = b"<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>"
STATUS = ("status", "--region", WEST, "--region", EAST)
SHORT = ("--timeout", "0.05")
ENOUGH = 60.0
"""Seconds within which anything ends, the start of Python on a busy machine included; a single call used to
take 157.
"""


@dataclass
class Proxy:
    """Passes requests on to moto, except those for the region that it answers itself: with a page, or not at
    all.
    """

    moto_port: int
    region: str = WEST
    status: int = 200
    body: bytes = b""
    silent: threading.Event | None = None
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        sent = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        region = re.search(r"Credential=[^/]+/\d+/([^/]+)/", handler.headers.get("Authorization", ""))
        if region and region[1] == self.region:
            self.asked.append(handler.path)
            if self.silent:
                self.silent.wait(ENOUGH)
            self._send(handler, self.status, {"Content-Type": "text/html"}, self.body)
            return
        connection = http.client.HTTPConnection(LOCAL, self.moto_port, timeout=30)
        connection.request(handler.command, handler.path, sent, dict(handler.headers))
        answer = connection.getresponse()
        self._send(handler, answer.status, dict(answer.getheaders()), answer.read())
        connection.close()

    @staticmethod
    def _send(handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes) -> None:
        try:
            handler.send_response_only(status)
            for name, value in headers.items():
                if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                    handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            if handler.command != "HEAD":
                handler.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            # Whoever asked has run out of time.
            handler.close_connection = True


@pytest.fixture(scope="module")
def moto_port() -> Iterator[int]:
    server = ThreadedMotoServer(ip_address=LOCAL, port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


@pytest.fixture
def proxy(moto_port: int) -> Iterator[Proxy]:
    proxy = Proxy(moto_port)

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            proxy.answer(self)

        do_GET = do_HEAD = do_POST = do_PUT = answer  # noqa: N815 - http.server calls them so

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer((LOCAL, 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        proxy.url = f"http://{LOCAL}:{server.server_port}"
        yield proxy
        if proxy.silent:
            proxy.silent.set()
        server.shutdown()
        serving.join()


@dataclass
class Shell:
    """Where the command runs, with a function's artefact whose name is not ASCII."""

    proxy: Proxy
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "PYTHON", "LC_", "LANG"))
        }
        ours = {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_CONFIG_FILE": str(self.folder / "none"),
        }
        return {**kept, **ours, "AWS_ENDPOINT_URL": self.proxy.url, "PYTHONPATH": str(ROOT / "src")}

    def run(self, *arguments: str | bytes, **options: Any) -> subprocess.CompletedProcess[bytes]:
        environment = {**self.environment, **options.pop("env", {})}
        command = [sys.executable, "-m", "connect_user_config", *arguments]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        ran = subprocess.run(
            command, cwd=self.folder, env=environment, timeout=2 * ENOUGH, check=False, **streams
        )
        assert b"Traceback" not in (ran.stderr or b""), ran.stderr.decode()
        assert b"Exception ignored" not in (ran.stderr or b""), ran.stderr.decode()
        return ran

    def answer(self, *arguments: str, code: int) -> dict[str, dict[str, Any]]:
        """Run it, insist on the exit code and on JSON, and return what it tells of each region."""
        ran = self.run(*arguments, "--json")
        assert ran.returncode == code, ran.stdout + ran.stderr
        told = json.loads(ran.stdout)
        assert told["exitCode"] == code
        return {each["region"]: each for each in told["regions"]}


@pytest.fixture
def shell(proxy: Proxy, tmp_path: Path) -> Shell:
    (tmp_path / "fünktion.zip").write_bytes(
        zipped({"custom_connect_userconfig/custom_resource/__init__.py": ""})
    )
    return Shell(proxy, tmp_path)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, PAGE),
        (302, PAGE),
        (403, b""),
        *(
            pytest.param(*answer, marks=pytest.mark.exhaustive)
            for answer in (
                (200, CUT),
                (200, STRANGE),
                (200, b""),
                (200, b"<html/>"),
                (200, b"\x00\xff\xfe"),
                (403, PAGE),
                (404, b"<html/>"),
                (407, PAGE),
            )
        ),
    ],
)
def test_what_answers_for_aws_fails_its_own_region_alone(shell: Shell, status: int, body: bytes) -> None:
    shell.proxy.status, shell.proxy.body = status, body
    told = shell.answer(*STATUS, code=3)
    assert told[EAST]["outcome"] == "unchanged"
    assert told[EAST]["result"]["customResources"] == []
    assert told[WEST]["outcome"] == "failed"
    assert told[WEST]["problem"]["code"] == "not-aws"
    assert "AWS_ENDPOINT_URL" in told[WEST]["problem"]["advice"]
    assert shell.proxy.asked


def test_a_page_of_megabytes_is_not_repeated(shell: Shell) -> None:
    shell.proxy.body = b"<html><br>" + b"x" * 2_000_000
    assert len(shell.answer(*STATUS, code=3)[WEST]["problem"]["message"]) < 1000


def test_a_proxy_that_is_out_of_order_is_retried_no_longer_than_there_is_time(shell: Shell) -> None:
    shell.proxy.status, shell.proxy.body = 503, PAGE
    begun = time.monotonic()
    told = shell.answer(*STATUS, "--timeout", "0.2", code=3)
    assert time.monotonic() - begun < ENOUGH
    assert told[EAST]["outcome"] == "unchanged"
    # The pauses between tries are random.
    assert told[WEST]["problem"]["code"] in {"timeout", "not-aws"}
    assert len(shell.proxy.asked) > 1


@pytest.mark.parametrize(
    "command",
    [
        ("status", "--region", WEST),
        (
            "install",
            "registry",
            "--type-name",
            "Acme::Connect::UserConfig",
            "--region",
            WEST,
            "--artefact",
            "type.zip",
        ),
        (
            "install",
            "custom-resource",
            "--instance",
            INSTANCE.replace(EAST, WEST),
            "--artefact",
            "fünktion.zip",
        ),
        pytest.param(
            ("uninstall", "registry", "--type-name", "Acme::Connect::UserConfig", "--region", WEST),
            marks=pytest.mark.exhaustive,
        ),
        pytest.param(("uninstall", "custom-resource", "--region", WEST), marks=pytest.mark.exhaustive),
    ],
    ids=lambda command: "-".join(command[:2]),
)
def test_time_that_has_run_out_ends_a_call_that_nobody_answers(
    shell: Shell, command: tuple[str, ...]
) -> None:
    schema = json.dumps({"typeName": "Acme::Connect::UserConfig"})
    (shell.folder / "type.zip").write_bytes(zipped({"schema.json": schema, ".rpdk-config": schema}))
    shell.proxy.silent = threading.Event()
    begun = time.monotonic()
    told = shell.answer(*command, *SHORT, code=1)
    assert time.monotonic() - begun < ENOUGH
    assert told[WEST]["problem"]["code"] == "timeout"


def test_a_region_that_hangs_does_not_keep_the_others_from_their_end(shell: Shell) -> None:
    shell.proxy.silent = threading.Event()
    told = shell.answer(*STATUS, "--timeout", "0.15", code=3)
    assert (told[WEST]["problem"]["code"], told[EAST]["outcome"]) == ("timeout", "unchanged")


MINUTES = ("nan", "0", "inf", "soon", "-inf", "0.0", "-1", "1e308", "")


@pytest.mark.parametrize("minutes", chosen_or_all(MINUTES, MINUTES[:2]))
@pytest.mark.parametrize(
    "command",
    [("status",), pytest.param(("uninstall", "custom-resource"), marks=pytest.mark.exhaustive)],
    ids=lambda command: command[0],
)
def test_a_timeout_that_no_clock_can_keep_is_refused(
    shell: Shell, command: tuple[str, ...], minutes: str
) -> None:
    ran = shell.run(*command, "--region", WEST, "--timeout", minutes)
    assert ran.returncode == 2
    assert "'--timeout'" in ran.stderr.decode()
    assert f"{minutes!r} is not a number of minutes above 0" in ran.stderr.decode()
    assert shell.proxy.asked == []


DRY_RUN = ("install", "custom-resource", "--instance", INSTANCE, "--artefact", "fünktion.zip", "--dry-run")


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "fünktion.yaml"),
        ("ascii", "f\\xfcnktion.yaml"),
        pytest.param("cp1252", "fünktion.yaml", marks=pytest.mark.exhaustive),
        pytest.param("cp1251", "f\\xfcnktion.yaml", marks=pytest.mark.exhaustive),
    ],
)
def test_characters_that_a_stream_does_not_have_are_spelled_otherwise(
    shell: Shell, encoding: str, shown: str
) -> None:
    # An interpreter that took its arguments for ASCII would not even find the file.
    environment = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "1"}
    wrong = "Resources: {A: {Type: Custom::ConnectUserConfig, Properties: {ServiceToken: x}}}\n"
    (shell.folder / "fünktion.yaml").write_text(wrong, "utf-8")
    ran = shell.run("check", "fünktion.yaml", env=environment)
    assert ran.returncode == 6, ran.stderr
    assert ran.stdout.decode(encoding).startswith(f"{shown}:1:")
    missing = shell.run(*DRY_RUN[:-2], "чужой.zip", env=environment)
    assert missing.returncode == 2
    assert ".zip cannot be read (No such file or directory)" in missing.stderr.decode(encoding)


def test_an_argument_that_is_no_text_is_refused_in_words(shell: Shell) -> None:
    ran = shell.run("install", "custom-resource", "--instance", b"\xff\xfe", env={"PYTHONUTF8": "1"})
    assert ran.returncode == 2
    assert rb"'\udcff\udcfe' is not the ARN" in ran.stderr


ANY_ANSWER = (DRY_RUN, (*DRY_RUN, "--json"), ("--help",), ("--version",))
ANSWERS = chosen_or_all(ANY_ANSWER, ANY_ANSWER[1:3])


@pytest.mark.parametrize("arguments", ANSWERS, ids=lambda arguments: arguments[-1])
def test_a_full_disk_is_a_failure_in_words(shell: Shell, arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        ran = shell.run(*arguments, "--quiet" if "--dry-run" in arguments else "--help", stdout=full)
    assert ran.returncode == 1
    assert ran.stderr == b"standard output cannot be written: No space left on device\n"


@pytest.mark.parametrize("arguments", ANSWERS, ids=lambda arguments: arguments[-1])
def test_a_reader_that_has_gone_is_a_failure_without_words(shell: Shell, arguments: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ran = shell.run(*arguments, "--quiet" if "--dry-run" in arguments else "--help", stdout=writing)
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (1, b"")


@pytest.mark.parametrize("closed", [1, 2])
def test_a_stream_that_was_closed_from_the_start_changes_no_exit_code(shell: Shell, closed: int) -> None:
    ran = shell.run(*DRY_RUN, preexec_fn=lambda: os.close(closed))
    assert ran.returncode == 0
    assert (b"planned" in ran.stdout) == (closed != 1)


def test_progress_that_cannot_be_shown_does_not_stop_the_work(shell: Shell) -> None:
    with Path("/dev/full").open("wb") as full:
        ran = shell.run(*DRY_RUN, stderr=full)
    assert ran.returncode == 0
    assert ran.stdout.startswith(f"{EAST}: planned\n".encode())
