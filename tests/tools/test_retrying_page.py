"""The page about retrying has the waits, the limits and the timeouts of the code."""

import json
import re
from pathlib import Path

from custom_connect_userconfig.core import errors
from custom_connect_userconfig.custom_resource import _MOST_HANDOVERS, LEAST_TIMEOUT
from custom_connect_userconfig.custom_resource.request import _SERVICE_TIMEOUT
from custom_connect_userconfig.retry.policy import FixedDelays, QuotaBackoff
from custom_connect_userconfig.retry.retrier import _FAULT, WRITES, Retrier

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "guide" / "retrying.md").read_text("utf-8")


def row(beginning: str) -> str:
    (found,) = re.findall(rf"^\| {re.escape(beginning)}[^|]*\|(.*)\|$", PAGE, re.MULTILINE)
    return str(found).strip()


def listed(delays: tuple[float, ...]) -> str:
    words = [f"{delay:g}" for delay in delays]
    return f"{', '.join(words[:-1])} and {words[-1]} seconds"


def fixed(kind: type[errors.Retriable]) -> FixedDelays:
    policy = WRITES[kind]
    assert isinstance(policy, FixedDelays)
    return policy


def test_the_waits_are_those_of_the_policies() -> None:
    settled = fixed(errors.NotSettledYet)
    assert row("reads do not show our write yet") == (
        f"{listed(settled.seconds)} | every {settled.every:g} seconds, for {settled.at_most / 60:g} minutes"
    )
    for kind, beginning in (
        (errors.NotReadableYet, "the agent cannot be read yet"),
        (errors.NotClaimedYet, "the record does not show yet"),
    ):
        assert row(beginning) == f"{listed(fixed(kind).seconds)} | none"
    assert row("Connect fails").startswith(f"{listed(_FAULT.seconds)} | none")
    quota = WRITES[errors.Throttling]
    assert isinstance(quota, QuotaBackoff)
    (first, second) = quota.first
    assert row("the quota is used up").startswith(
        f"{first.least:g} to {first.most:g} seconds, {second.least:g} to {second.most:g}, then a third"
    )
    assert row("the quota is used up").endswith(f"for {quota.at_most / 3600:g} hours")
    assert len(WRITES) == 5


def test_the_limits_are_those_of_the_front_ends() -> None:
    custom, registry = row("an invocation").split(" | ")
    (timeout,) = re.findall(r"Timeout: (\d+)", (ROOT / "deploy" / "custom-resource.yml").read_text("utf-8"))
    assert f"{timeout} seconds, as installed; {LEAST_TIMEOUT:g} at least" in custom
    assert registry == f"60 seconds, of which {Retrier.write_seconds:g} for calls"
    assert f"at most {_MOST_HANDOVERS} times" in row("then")
    schema = json.loads((ROOT / "schema" / "custom-connect-userconfig.json").read_text("utf-8"))
    assert {schema["handlers"][name]["timeoutInMinutes"] for name in ("create", "update", "delete")} == {240}
    assert row("in all") == "an hour, or `ServiceTimeout` | four hours"
    assert _SERVICE_TIMEOUT == 3600
    assert row("reads and lists") == f"{Retrier.read_seconds:g} seconds | {Retrier.read_seconds:g} seconds"
