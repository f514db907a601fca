"""Agents for reports, without a Connect: of two teams, owned or not, as declared or not."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from connect_user_config.agents.agent import ALL_KEYS, Agent, from_description
from connect_user_config.agents.columns import View
from connect_user_config.agents.instance import Instance
from connect_user_config.agents.pace import Pace
from connect_user_config.agents.report import Counts, write_report
from connect_user_config.aws.region import Region
from custom_connect_userconfig.core.arrays import (
    AFTER_CONTACT_WORK,
    AUTO_ACCEPT,
    PHONE_NUMBER_KEY,
    SettingKey,
)
from custom_connect_userconfig.core.identifiers import Environment, Identity, InstanceRef
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.ownership import Owner, OwnershipRecord
from support.clock import FakeClock

INSTANCE: Final = "10000000-0000-4000-8000-000000000001"
NUMBER: Final = "+493012345678"
AT: Final = datetime(2026, 11, 26, 7, 8, tzinfo=UTC)
ACCEPT: Final = AUTO_ACCEPT.key("VOICE", AUTO_ACCEPT.fields[0])
WORK: Final = AFTER_CONTACT_WORK.key("VOICE", AFTER_CONTACT_WORK.fields[0])


def view(*, with_numbers: bool = False, keys: tuple[SettingKey, ...] = ALL_KEYS) -> View:
    region = Region("eu-west-1", None)  # type: ignore[arg-type]  # nobody calls anything
    instance = Instance(region, InstanceRef.parse(INSTANCE, Environment("eu-west-1")), Pace(FakeClock()))
    instance.routing_profiles = {f"rp{n}": name for n, name in enumerate(("Sales", "Support", "Claims"))}
    instance.hierarchy_groups = {
        f"hg{n}": f"Team {name}" for n, name in enumerate(("Berlin", "Cork", "Lyon"))
    }
    return View(instance, keys, with_numbers=with_numbers)


def agent(
    name: str,
    *,
    first: str = "",
    last: str = "",
    group: str = "hg0",
    profile: str = "rp0",
    accept: bool = False,
    work: int = 0,
    number: str = "",
    declared: Mapping[SettingKey, Value] | None = None,
    stack: str = "sales",
    tags: Mapping[str, str] | None = None,
) -> Agent:
    """An agent as DescribeUser shows it; with `declared`, one that a stack owns."""
    user_id = str(uuid5(NAMESPACE_URL, name))
    user: dict[str, Any] = {
        "Id": user_id,
        "Arn": f"arn:aws:connect:eu-west-1:111122223333:instance/{INSTANCE}/agent/{user_id}",
        "Username": name,
        "IdentityInfo": {"FirstName": first, "LastName": last},
        "RoutingProfileId": profile,
        "HierarchyGroupId": group,
        "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": accept}],
        "AfterContactWorkConfigs": [
            {"Channel": "VOICE", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": work}}
        ],
        "Tags": dict(tags or {}),
    }
    if number:
        user["PhoneConfig"] = {"PhoneType": "DESK_PHONE", "DeskPhoneNumber": number}
    made = from_description(user)
    return replace(made, record=record(made.id, declared, stack)) if declared is not None else made


def record(user_id: str, declared: Mapping[SettingKey, Value], stack: str) -> OwnershipRecord:
    identity = Identity.parse(INSTANCE, user_id, Environment("eu-west-1"))
    owner = Owner.of(identity, f"arn:aws:cloudformation:eu-west-1:111122223333:stack/{stack}/1", "Settings")
    earlier = {key: None if key == PHONE_NUMBER_KEY else key is ACCEPT for key in declared}
    return OwnershipRecord(owner, dict(declared), earlier)


FIRST: Final = ("Ada", "Grace", "Katherine", "Radia", "Barbara", "Edsger", "Alan", "Mary")
LAST: Final = ("Lovelace", "Hopper", "Johnson", "Perlman", "Liskov", "Dijkstra", "Turing", "Shaw")


def many(count: int) -> Iterator[Agent]:
    """Agents of every state, in the order of no name."""
    for n in range(count):
        first, last = FIRST[n % 8], LAST[n // 8 % 8]
        declared: dict[SettingKey, Value] = {ACCEPT: True, WORK: 30}
        yield agent(
            f"{last.lower()}.{first.lower()}.{n}",
            first=first,
            last=last,
            group=("hg0", "hg1", "hg2", "")[n % 4],
            profile=f"rp{n % 3}",
            accept=n % 5 != 3,
            work=(30, 0, 45)[n % 7 % 3],
            number=NUMBER if n % 6 == 0 else "",
            declared=declared if n % 5 else None,
            stack=f"team-{n % 3}",
        )


def report(path: Path, agents: Any, **options: Any) -> tuple[Counts, str]:
    """Write a report of the agents; return its counts and its text."""
    counts = write_report(
        path,
        options.pop("shown", None) or view(),
        agents,
        kind=options.pop("kind", "agents"),
        generated_at=AT,
        **options,
    )
    return counts, path.read_text("utf-8")
