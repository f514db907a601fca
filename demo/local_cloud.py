"""A cloud on this machine: ministack (CloudFormation, Lambda, S3, IAM) and the local Connect.

The demo and the tests of `tests/stacks` run on it. ministack has a virtual environment of its own, because
its Lambdas run on that environment's Python: packages of ours there would hide a package that our zip lacks.
It checks signatures and the policies of roles (AUTH); `hold_to_policies_of` tells the local Connect the
policies of the function's role.
"""

import json
import os
import shutil
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Self

import boto3
from botocore.config import Config

from .servers import NotStarted, Server

ROOT: Final = Path(__file__).resolve().parent.parent
REGION: Final = "us-east-1"
ACCOUNT: Final = "000000000000"
KEY: Final = "test"
"""Access key and secret of the account's root in ministack."""
_HOST: Final = "127.0.0.1"
_TRIES: Final = 3


class LocalCloud:
    """Both servers, from entering to leaving; `aws_url` and `connect_url` are their addresses."""

    def __init__(
        self, port: int | None = None, connect_flags: Iterable[str] = (), *, takes_unsigned: bool = False
    ) -> None:
        """Ask for `port` for ministack, by default for a free one.

        `connect_flags` switch the local Connect's behaviour. `takes_unsigned` is for clients that do not
        sign, such as `cfn test`; ministack then checks no policy either.
        """
        self._port = port
        self._auth = "false" if takes_unsigned else "true"
        self._flags = tuple(connect_flags)
        self._exits = ExitStack()
        self._clients: dict[str, Any] = {}
        self.aws_url = ""
        self.connect_url = ""

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            self.connect_url = self._start_connect(starting)
            self.aws_url = self._start_ministack(starting)
            self._exits = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        # ministack would wait for open connections before it ends.
        for client in self._clients.values():
            client.close()
        self._clients.clear()
        self._exits.close()

    def client(self, service: str) -> Any:  # noqa: ANN401 - the services' clients have no types of their own
        """Return a client of the account's root for `service`."""
        if service not in self._clients:
            url = self.connect_url if service == "connect" else self.aws_url
            self._clients[service] = _client(service, url)
        return self._clients[service]

    def control(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Call a control endpoint of the local Connect (see `connect_local.control`)."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.connect_url}/connect-local/{path}", data, method=method)  # noqa: S310 - an address of our own
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # nosec B310  # an address of our own
            return json.load(answer)

    def hold_to_policies_of(self, role_arn: str) -> list[dict[str, Any]]:
        """Let Connect allow Lambdas what the role's present inline policies allow; return the policies."""
        iam = self.client("iam")
        role = role_arn.rpartition("/")[2]
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        policies = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
        principal = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/local"
        self.control("POST", "permissions", {"principal": principal, "policies": policies})
        return policies

    def _start_connect(self, starting: ExitStack) -> str:
        where = ("--host", _HOST, "--account-id", ACCOUNT, "--region", REGION)
        command = [sys.executable, "-m", "connect_local", *where, *self._flags]
        server = starting.enter_context(Server("connect-local", command, {"PYTHONPATH": str(ROOT / "src")}))
        url = server.first_line()
        if not url.startswith("http://"):
            raise NotStarted(f"The local Connect did not start:\n{server.log}")
        return url

    def _start_ministack(self, starting: ExitStack) -> str:
        python = ministack_python()
        if self._port:
            refuse_taken(self._port)
            return self._start_on(self._port, python, starting)
        for left in reversed(range(_TRIES)):
            port = _free_port()
            try:
                return self._start_on(port, python, starting)
            except NotStarted as problem:
                # Another process may have taken the port before ministack did.
                if "already in use" not in str(problem) or not left:
                    raise
        raise NotStarted("There is no free port for ministack.")

    def _start_on(self, port: int, python: Path, starting: ExitStack) -> str:
        environment = {
            "AUTH": self._auth,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": KEY,
            # Lambdas inherit it; botocore knows it.
            "AWS_ENDPOINT_URL_CONNECT": self.connect_url,
            "BIND_HOST": _HOST,
            "GATEWAY_PORT": str(port),
            # Otherwise it opens a port on all interfaces.
            "IOT_MTLS_ENABLED": "0",
            "LAMBDA_EXECUTOR": "local",
            "LOG_LEVEL": "INFO",
            "MINISTACK_HOST": _HOST,
            # Folders in the server's working directory.
            "S3_DATA_DIR": "s3",
            "STATE_DIR": "state",
        }
        server = starting.enter_context(Server("ministack", [str(python), "-m", "ministack"], environment))
        url = f"http://{_HOST}:{port}"
        server.answers(f"{url}/_ministack/health")
        return url


def _client(service: str, url: str) -> Any:  # noqa: ANN401 - the services' clients have no types of their own
    session = boto3.Session(KEY, KEY, region_name=REGION)
    config = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, read_timeout=900)
    untyped: Any = session
    return untyped.client(service, endpoint_url=url, config=config)


def ministack_python() -> Path:
    """Return the Python of ministack's own environment; raises NotStarted if there is none."""
    named = os.environ.get("MINISTACK_PYTHON")
    python = Path(named) if named else ROOT / ".venv-ministack" / "bin" / "python"
    if not shutil.which(python):
        raise NotStarted(f"There is no {named or '.venv-ministack/bin/python'}: run `make ministack` first.")
    return python


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def refuse_taken(port: int) -> None:
    """Raise NotStarted if nobody can listen on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            problem = f"is in use or not ours to use ({error.strerror})"
            raise NotStarted(f"Port {port} {problem}: name another one, or none.") from error
