"""Memory of a warm handler over thousands of events with new credentials: `python -m benchmarks.memory`.

It calls ``handlers.resource`` in process, on the local Connect, in cycles of CREATE, UPDATE, READ and DELETE
over a fixed number of users. Every event has credentials for Connect, and others for the support library's
metrics and log lines, which moto takes. The local services forget their data again and again: growth is the
handler's.

The first run measures resident memory and time, as in Lambda. The second traces every allocation, without
garbage collection between two samples, and counts the blocks that an invocation leaves. `tests/limits` uses
`WarmHandler` and `left_behind` for a short form of the second.
"""

import argparse
import gc
import logging
import resource
import statistics
import sys
import time
import tracemalloc
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from typing import Any, Final

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.model_instances import reset_model_data
from moto.logs.models import LogStream, logs_backends

from connect_local import LocalConnect
from custom_connect_userconfig import handlers

OURS: Final = ("custom_connect_userconfig", "botocore", "boto3", "cloudformation_cli_python_lib")
"""The packages that run in Lambda; other allocations belong to the measurement."""
USERS: Final = 5
_SETTLING: Final = 20
"""Traced invocations before the first counted one, which fill the interpreter's caches."""
WARM_UP: Final = 100
"""Invocations before the first sample, which create clients, parsers and caches."""

_ACCOUNT: Final = "123456789012"
_REGION: Final = "us-east-1"
_STACK_ID: Final = (
    f"arn:aws:cloudformation:{_REGION}:{_ACCOUNT}:stack/sales/0a1b2c3d-0000-4000-8000-000000000000"
)
_LOG_GROUP: Final = "agent-settings-logs"
_FORGET_AFTER: Final = 20


@dataclass
class WarmHandler:
    """CloudFormation's side of one warm function: many events, each with its own credentials."""

    connect: LocalConnect
    users: int = USERS
    invocations: int = 0
    log_lines: int = 0
    """The number that the support library has delivered."""
    _events: Iterator[tuple[str, dict[str, Any]]] = field(init=False)

    def __post_init__(self) -> None:
        instance_id, _ = self.connect.create_instance()
        users = [self.connect.create_user(instance_id, f"agent-{number}")[0] for number in range(self.users)]
        self._events = (
            (action, {"InstanceId": instance_id, "UserId": user_id, **_settings(accept=action == "CREATE")})
            for user_id in cycle(users)
            for action in ("CREATE", "UPDATE", "READ", "DELETE")
        )

    def invoke(self) -> None:
        """Serve one event; raises RuntimeError if it fails."""
        action, properties = next(self._events)
        self.invocations += 1
        answer = handlers.resource(_event(self.invocations, action, properties), None)
        if answer["status"] != "SUCCESS":
            raise RuntimeError(f"{action} failed: {answer}")

    def run(self, invocations: int) -> None:
        """Serve events, and let the local services forget them."""
        for done in range(1, invocations + 1):
            self.invoke()
            if done % _FORGET_AFTER == 0 or done == invocations:
                self.forget()

    def forget(self) -> None:
        """Clear the local services' calls, metrics and log lines; the log group stays."""
        self.connect.forget_calls()
        reset_model_data()
        cloudwatch_backends[_ACCOUNT][_REGION].reset()
        for stream in self._streams():
            self.log_lines += len(stream.events)
            stream.events.clear()

    def _streams(self) -> list[LogStream]:
        group = logs_backends[_ACCOUNT][_REGION].groups.get(_LOG_GROUP)
        return list(group.streams.values()) if group else []


def _settings(*, accept: bool) -> dict[str, Any]:
    limit = {"AfterContactWorkTimeLimit": 30 if accept else 60}
    return {
        "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": accept}],
        "AfterContactWorkConfigs": [{"Channel": "CHAT", "AfterContactWorkConfig": limit}],
    }


def _event(number: int, action: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "action": action,
        "awsAccountId": _ACCOUNT,
        "bearerToken": f"token-{number}",
        "region": _REGION,
        "resourceType": handlers.TYPE_NAME,
        "resourceTypeVersion": "00000001",
        "stackId": _STACK_ID,
        "callbackContext": None,
        "requestData": {
            "callerCredentials": _credentials(),
            "providerCredentials": _credentials(),
            "providerLogGroupName": _LOG_GROUP,
            "logicalResourceId": "Agent",
            "resourceProperties": dict(properties),
            "previousResourceProperties": _settings(accept=True) if action == "UPDATE" else None,
            "stackTags": {},
            "systemTags": {},
        },
    }


def _credentials() -> dict[str, str]:
    text = uuid.uuid4().hex
    return {"accessKeyId": f"AKIA{text[:16].upper()}", "secretAccessKey": text, "sessionToken": text * 10}


@dataclass(frozen=True)
class LeftBehind:
    """The allocations that an invocation leaves, in blocks and bytes."""

    blocks: float
    size: float
    blocks_with_garbage: float
    """The same before a garbage collection, as a function holds it until then."""
    by_file: Mapping[str, float]
    """Blocks after the garbage collection, by the file that allocated them, the largest number first."""


def left_behind(run: Callable[[int], None], invocations: int, packages: Sequence[str] = OURS) -> LeftBehind:
    """Trace `run`, which must be warm; return the allocations of `packages` that it leaves."""
    filters = [tracemalloc.Filter(inclusive=True, filename_pattern=f"*/{package}/*") for package in packages]
    collects = gc.isenabled()
    tracemalloc.start()
    try:
        run(_SETTLING)
        gc.collect()
        gc.disable()  # garbage counts until a collection, as in Lambda
        before = _snapshot(filters)
        run(invocations)
        garbage = _snapshot(filters)
        gc.collect()
        after = _snapshot(filters)
    finally:
        tracemalloc.stop()
        if collects:
            gc.enable()
    files = sorted(after.compare_to(before, "filename"), key=lambda each: -each.count_diff)
    grown = [each for each in files if each.count_diff > 0]
    with_garbage = sum(each.count_diff for each in garbage.compare_to(before, "filename"))
    return LeftBehind(
        blocks=sum(each.count_diff for each in files) / invocations,
        size=sum(each.size_diff for each in files) / invocations,
        blocks_with_garbage=with_garbage / invocations,
        by_file={_short(each.traceback[0].filename): each.count_diff / invocations for each in grown},
    )


def _snapshot(filters: Sequence[tracemalloc.Filter]) -> tracemalloc.Snapshot:
    """Return the allocations, without the interpreter's attribute cache, which holds up to 4,096 names."""
    sys._clear_type_cache()  # noqa: SLF001 - it has no public name before 3.13
    return tracemalloc.take_snapshot().filter_traces(filters)


def _short(filename: str) -> str:
    return filename.rpartition("site-packages/")[2].rpartition("/src/")[2]


@dataclass(frozen=True)
class Sample:
    """The state of the process after some invocations."""

    invocations: int
    resident: float
    """Megabytes."""
    seconds: float


def sampled(handler: WarmHandler, invocations: int, every: int) -> list[Sample]:
    """Run the handler, and take a sample after `every` invocations."""
    began = time.perf_counter()
    samples: list[Sample] = []
    for done in count(every, every):
        if done > invocations:
            return samples
        handler.run(every)
        samples.append(Sample(done, resident_megabytes(), time.perf_counter() - began))
    return samples


def resident_megabytes() -> float:
    """Return the resident memory of this process, or its peak, which shows growth too, if not on Linux."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def slope(samples: Sequence[Sample]) -> float:
    """Return the growth in kB for each invocation, fitted over the last three quarters of `samples`."""
    fitted = samples[len(samples) // 4 :]
    invocations, sizes = [each.invocations for each in fitted], [each.resident for each in fitted]
    return statistics.linear_regression(invocations, sizes).slope * 1000


def report(samples: Sequence[Sample], left: LeftBehind, traced: int, log_lines: int) -> str:
    """Return the tables, as Markdown."""
    last, fitted = samples[-1], len(samples) - len(samples) // 4
    packages = ", ".join(OURS)
    lines = [
        "# Memory of a warm handler",
        "",
        f"{last.invocations} invocations on {USERS} users, each with new credentials.",
        f"The support library published metrics and delivered {log_lines} log lines.",
        "",
        "| invocations | resident memory (MB) | ms an invocation |",
        "|---:|---:|---:|",
        *_rows(samples),
        "",
        f"Growth after warm-up: **{slope(samples):.3f} kB an invocation** ({fitted} samples).",
        "",
        f"The blocks that an invocation leaves, of {packages}.",
        f"They are means of {traced} traced invocations without a garbage collection:",
        "",
        "| | blocks an invocation |",
        "|---|---:|",
        f"| before a garbage collection | {left.blocks_with_garbage:.2f} |",
        f"| after it | {left.blocks:.3f} ({left.size:.1f} bytes) |",
        *(f"| after it, by {name} | {blocks:.3f} |" for name, blocks in list(left.by_file.items())[:5]),
        "",
    ]
    return "\n".join(lines)


def _rows(samples: Sequence[Sample]) -> Iterator[str]:
    begun = (0, 0.0)
    for each in samples:
        milliseconds = (each.seconds - begun[1]) / (each.invocations - begun[0]) * 1000
        yield f"| {each.invocations} | {each.resident:.1f} | {milliseconds:.1f} |"
        begun = (each.invocations, each.seconds)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.memory", description=__doc__, formatter_class=_Formatter
    )
    for name, default, text in (
        ("--invocations", 2000, "events of the first run"),
        ("--every", 100, "events between two samples"),
        ("--traced", 400, "events of the second run, with every allocation traced"),
    ):
        parser.add_argument(name, type=int, default=default, help=f"{text} (default: %(default)s)")
    parser.add_argument("--write", type=Path, metavar="PATH", help="also write the tables to this file")
    options = parser.parse_args(arguments)
    if options.every < 1 or options.traced < 1 or options.invocations < 4 * options.every:
        parser.error("--invocations must be at least four times --every, and all of them positive")
    # Without any handler, logging would print the lines to stderr.
    logging.getLogger().addHandler(logging.NullHandler())
    with LocalConnect() as connect:
        handler = WarmHandler(connect)
        handler.run(WARM_UP)
        samples = sampled(handler, options.invocations, options.every)
        text = report(samples, left_behind(handler.run, options.traced), options.traced, handler.log_lines)
    sys.stdout.write(text)
    if options.write:
        options.write.write_text(text, encoding="utf-8")


_Formatter = argparse.RawDescriptionHelpFormatter


if __name__ == "__main__":
    main()
