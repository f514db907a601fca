"""Runs the real `cfn test` on the handlers of this tree and a local Connect; `test_cfn_test` starts it.

    suite_runner.py STATE [--broken]

The command calls a handler by Lambda's Invoke API, which this process serves on 127.0.0.1; moto answers for
the rest of AWS. STATE receives the users' settings and tags before and after. `--broken` falsifies the
handlers' answers: the suite must notice.
"""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from rpdk.core import boto_helpers
from rpdk.core.cli import main as cfn

from connect_local import Behaviour, LocalConnect
from custom_connect_userconfig import handlers
from custom_connect_userconfig.retry.retrier import Retrier, SystemClock
from support.every_array import entries_of_all

Event = dict[str, Any]
Handler = Callable[[Event], Event]

INSTANCE = "10000000-0000-4000-8000-000000000001"
USERS = tuple(f"20000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))
OWN_TAGS = {"team": "returns"}
OWN_SETTINGS: dict[str, Any] = {
    array: [entry for entry in entries if entry["Channel"] in ("VOICE", "EMAIL")]
    for array, entries in entries_of_all(differ=True).items()
}
"""Of every array; of two channels, since others may never have been set."""


def answer(event: Event) -> Event:
    """Return the handlers' answer."""
    return dict(handlers.resource(event, None))  # no handler reads the Lambda context


def falsified(event: Event) -> Event:
    """Return the handlers' answer; after a READ it shows another value than the user has."""
    returned = answer(event)
    for entry in (returned.get("resourceModel") or {}).get("AutoAcceptConfigs", ()):
        if event["action"] == "READ":
            entry["AutoAccept"] = not entry["AutoAccept"]
    return returned


class Invoke(BaseHTTPRequestHandler):
    """Lambda's Invoke API."""

    handle_event: Handler

    def do_POST(self) -> None:
        assert self.path == "/2015-03-31/functions/TypeFunction/invocations", self.path
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps(type(self).handle_event(event)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing: the output belongs to the suite."""


@contextmanager
def served(handler: Handler) -> Iterator[str]:
    """Serve the handler on a free local port; yield its address."""
    invoke = type("InvokeHandler", (Invoke,), {"handle_event": staticmethod(handler)})
    with ThreadingHTTPServer(("127.0.0.1", 0), invoke) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def state(connect: LocalConnect) -> dict[str, Any]:
    """Return all effective settings and tags of all users, in a form for JSON."""
    return {
        user: {
            "settings": {json.dumps(key): value for key, value in connect.effective(INSTANCE, user).items()},
            "tags": connect.tags(INSTANCE, user),
        }
        for user in USERS
    }


def run_suite(url: str) -> int:
    """Run the command; return its exit status."""
    # For each request the command reads all of botocore's endpoints: two thirds of the time of a run.
    boto_helpers.get_service_endpoint = cache(boto_helpers.get_service_endpoint)
    options = ["--endpoint", url, "--region", "us-east-1", "--enforce-timeout", "30"]
    try:
        cfn(["test", *options, "--", "-p", "contract_report", "-p", "no:cacheprovider"])
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


class NoWait(SystemClock):
    """The machine's clock without waits: reads of this local Connect are never late."""

    def sleep(self, seconds: float) -> None:
        """Return at once."""


def main(state_file: str, *flags: str) -> int:
    """Run the suite and write the state; return the exit status of the command."""
    os.environ.pop("PYTEST_ADDOPTS", None)
    handlers.retrier = Retrier(NoWait())
    with LocalConnect(Behaviour()) as connect:
        connect.create_instance(instance_id=INSTANCE)
        for number, user in enumerate(USERS, start=1):
            connect.create_user(INSTANCE, f"agent-{number}", user_id=user, tags=OWN_TAGS, **OWN_SETTINGS)
        before = state(connect)
        with served(falsified if "--broken" in flags else answer) as url:
            status = run_suite(url)
        calls = sorted({call.operation for call in connect.calls})
        report = {"before": before, "after": state(connect), "operations": calls}
        Path(state_file).write_text(json.dumps(report), "utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
