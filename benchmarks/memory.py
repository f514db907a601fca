"""Memory of a warm handler over thousands of events, each with credentials of its own: `python -m
benchmarks.memory`.

Drives ``handlers.resource`` in process against the local Connect, in cycles of CREATE, UPDATE, READ and
DELETE over a fixed number of users. Every event brings credentials to call Connect with, and others for the
support library's metrics and log lines, which moto takes. All that the local services keep of that is thrown
away again and again, so that what grows is the handler's.

Two runs: one as Lambda would run it, for the resident memory and the time; one with every allocation traced
and no garbage collection between two samples, for what an invocation leaves behind, with and without the
garbage. `tests/limits` uses `WarmHandler` and `left_behind` for a short form of the second.
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
"""The packages that run in Lambda; whatever else allocates here belongs to the measurement."""
USERS: Final = 5
_SETTLING: Final = 20
"""Invocations that are traced but not counted: what the interpreter keeps for reuse must have been allocated
under its eyes.
"""
WARM_UP: Final = 100
"""Invocations before anything is counted: clients, parsers and caches are made on the way."""

_ACCOUNT: Final = "123456789012"
_REGION: Final = "us-east-1"
_LOG_GROUP: Final = "agent-settings-logs"
_FORGET_AFTER: Final = 20


@dataclass
class WarmHandler:
    """CloudFormation's side of one warm function: event after event, none with the credentials of another."""

    connect: LocalConnect
    users: int = USERS
    invocations: int = 0
    log_lines: int = 0
    """How many the support library has delivered."""
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
        """Serve one event, which must succeed."""
        action, properties = next(self._events)
        self.invocations += 1
        answer = handlers.resource(_event(self.invocations, action, properties), None)
        if answer["status"] != "SUCCESS":
            raise RuntimeError(f"{action} did not succeed: {answer}")

    def run(self, invocations: int) -> None:
        """Serve events, and have the services forget what they were told."""
        for done in range(1, invocations + 1):
            self.invoke()
            if done % _FORGET_AFTER == 0 or done == invocations:
                self.forget()

    def forget(self) -> None:
        """Forget calls, metrics and log lines, all of which the local services keep; the log group stays."""
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
        "stackId": f"arn:aws:cloudformation:{_REGION}:{_ACCOUNT}:stack/sales/0a1b2c3d-0000-4000-8000-000000000000",
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
    made = uuid.uuid4().hex
    return {"accessKeyId": f"AKIA{made[:16].upper()}", "secretAccessKey": made, "sessionToken": made * 10}


@dataclass(frozen=True)
class LeftBehind:
    """What invocations have left allocated, in blocks and bytes for each of them."""

    blocks: float
    size: float
    blocks_with_garbage: float
    """The same before the garbage collector has come round: what a function holds until then."""
    by_file: Mapping[str, float]
    """Blocks for each invocation that outlive the garbage collection, by the file that allocated them; the
    largest first.
    """


def left_behind(run: Callable[[int], None], invocations: int, packages: Sequence[str] = OURS) -> LeftBehind:
    """Trace `run` and return what it leaves in allocations of `packages`; the caller has warmed it up."""
    filters = [tracemalloc.Filter(inclusive=True, filename_pattern=f"*/{package}/*") for package in packages]
    collects = gc.isenabled()
    tracemalloc.start()
    try:
        run(_SETTLING)
        gc.collect()
        gc.disable()  # between two collections garbage counts, as it does in Lambda
        before = _snapshot(filters)
        run(invocations)
        garbage = _snapshot(filters)
        gc.collect()
        after = _snapshot(filters)
    finally:
        tracemalloc.stop()
        if collects:
            gc.enable()
    grown = sorted(after.compare_to(before, "filename"), key=lambda each: -each.count_diff)
    return LeftBehind(
        blocks=sum(each.count_diff for each in grown) / invocations,
        size=sum(each.size_diff for each in grown) / invocations,
        blocks_with_garbage=sum(each.count_diff for each in garbage.compare_to(before, "filename"))
        / invocations,
        by_file={
            _short(each.traceback[0].filename): each.count_diff / invocations
            for each in grown
            if each.count_diff > 0
        },
    )


def _snapshot(filters: Sequence[tracemalloc.Filter]) -> tracemalloc.Snapshot:
    """Return what is allocated, without what the interpreter's cache of attributes holds: up to 4,096 recent
    names.
    """
    sys._clear_type_cache()  # noqa: SLF001 - there is no public name; 3.13's other one is missing before it
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
    """Run and sample."""
    began = time.perf_counter()
    samples: list[Sample] = []
    for done in count(every, every):
        if done > invocations:
            return samples
        handler.run(every)
        samples.append(Sample(done, resident_megabytes(), time.perf_counter() - began))
    return samples


def resident_megabytes() -> float:
    """Return the resident memory of this process; elsewhere than on Linux its peak so far, which shows growth
    as well.
    """
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def slope(samples: Sequence[Sample]) -> float:
    """Return the growth in kilobytes for each invocation, fitted over the later three quarters of `samples`."""
    later = samples[len(samples) // 4 :]
    fit = statistics.linear_regression(
        [each.invocations for each in later], [each.resident for each in later]
    )
    return fit.slope * 1000


def report(samples: Sequence[Sample], left: LeftBehind, traced: int, log_lines: int) -> str:
    """Return the tables, as Markdown."""
    last = samples[-1]
    lines = [
        "# Memory of a warm handler",
        "",
        (
            f"{last.invocations} invocations on {USERS} users, each with new credentials and with metrics and"
            f" {log_lines} log lines."
        ),
        "",
        "| invocations | resident memory (MB) | ms an invocation |",
        "|---:|---:|---:|",
        *_rows(samples),
        "",
        (
            f"Growth after warm-up: **{slope(samples):.3f} kB an invocation**"
            f" ({len(samples) - len(samples) // 4} samples)."
        ),
        "",
        (
            f"An invocation leaves (allocations of {', '.join(OURS)}; {traced} invocations traced, no garbage"
            " collection meanwhile):"
        ),
        "",
        "| | blocks an invocation |",
        "|---|---:|",
        f"| until the garbage collector comes round | {left.blocks_with_garbage:.2f} |",
        f"| for good | {left.blocks:.3f} ({left.size:.1f} bytes) |",
        *(f"| for good, by {name} | {blocks:.3f} |" for name, blocks in list(left.by_file.items())[:5]),
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
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.memory", description=__doc__, formatter_class=_Formatter
    )
    parser.add_argument(
        "--invocations", type=int, default=2000, help="how many events (default: %(default)s)"
    )
    parser.add_argument(
        "--every", type=int, default=100, help="events between two samples (default: %(default)s)"
    )
    parser.add_argument(
        "--traced",
        type=int,
        default=400,
        help="how many events more with every allocation traced (default: %(default)s)",
    )
    parser.add_argument("--write", type=Path, metavar="PATH", help="also write the tables to this file")
    options = parser.parse_args(arguments)
    if options.every < 1 or options.traced < 1 or options.invocations < 4 * options.every:
        parser.error("--invocations must be at least four times --every, and all of them positive")
    # The handlers log to stderr where nobody has set up logging; here only the delivery shall see the lines.
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
