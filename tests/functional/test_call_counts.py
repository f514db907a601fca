"""How many calls each operation makes, exactly: one too many is waste of a shared quota, one too few is a
rule that was dropped.

Counted where reads show writes at once: how often a late read is looked at again depends on how late it is,
and on nothing that these numbers could hold. All other read and write switches meet here.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from connect_local import every_read_write_combination, where_every_two_switches_meet
from functional.agents import DECLARED_NUMBER
from functional.front_end import Properties
from functional.settings import acw, auto_accept, enhancement, persistent, phone
from functional.world import Agent, World, done, found_nothing, refused
from support.registry import RegistryStack

DESCRIBE, TAG, UNTAG, UPDATE, SEARCH = (
    "DescribeUser",
    "TagResource",
    "UntagResource",
    "UpdateUserConfig",
    "SearchUsers",
)

Act = Callable[[], object]


@dataclass(frozen=True)
class Case:
    """A situation, and the calls that one operation makes in it."""

    prepare: Callable[[World], Act]
    calls: Counter[str]
    front_ends: tuple[str, ...]


REGISTRY, CUSTOM = "registry", "custom resource"
CASES: dict[str, Case] = {}


def costs(*front_ends: str, **calls: int) -> Callable[[Callable[[World], Act]], Callable[[World], Act]]:
    """Register a case, of all front ends unless some are named: what it returns is the operation that is
    counted.
    """
    names = {"describe": DESCRIBE, "tag": TAG, "untag": UNTAG, "update": UPDATE, "search": SEARCH}

    def register(prepare: Callable[[World], Act]) -> Callable[[World], Act]:
        made = Counter({names[name]: number for name, number in calls.items()})
        CASES[prepare.__name__] = Case(prepare, made, front_ends or (REGISTRY, CUSTOM))
        return prepare

    return register


def _first(agent: Agent) -> Properties:
    return agent.declare(
        AutoAcceptConfigs=[auto_accept("VOICE", False), auto_accept("TASK", False)],
        AfterContactWorkConfigs=[acw("VOICE", 30), acw("CHAT", 60)],
    )


def _owned(world: World) -> tuple[Agent, Properties]:
    agent = world.agent("dense")
    done(world.resource().create(_first(agent)))
    return agent, _first(agent)


# -- create
# ----------------------------------------------------------------------------------------------------------------------


@costs(describe=2, tag=1, update=1)
def create_on_a_free_agent(world: World) -> Act:
    agent, resource = world.agent("sparse"), world.resource()
    return lambda: done(resource.create(_first(agent)))


@costs(describe=2, tag=1, update=1)
def create_of_all_five_arrays(world: World) -> Act:
    agent, resource = world.agent("dense"), world.resource()
    wide = {
        **_first(agent),
        "PhoneNumberConfigs": phone("DESK_PHONE", DECLARED_NUMBER),
        "PersistentConnectionConfigs": persistent(False),
        "VoiceEnhancementConfigs": enhancement("VOICE_ISOLATION"),
    }
    return lambda: done(resource.create(wide))


@costs(describe=2, tag=1)
def create_where_all_is_as_declared_already(world: World) -> Act:
    agent, resource = world.agent("dense"), world.resource()
    return lambda: done(resource.create(agent.declare(AutoAcceptConfigs=[auto_accept("TASK", True)])))


@costs(describe=2, tag=1)
def create_by_another_request_that_is_done_already(world: World) -> Act:
    """Its request must show in the record, or what the record shows may be from before it."""
    _, properties = _owned(world)
    return lambda: done(world.resource().create(properties))


@costs(describe=5)
def create_that_is_done_already(world: World) -> Act:
    """A replayed event. What is done at first sight is looked at four times more: the sight may be a late one
    (decision 8).
    """
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_first(agent)))
    return lambda: done(resource.repeat(0))


@costs(describe=1)
def create_that_is_overtaken(world: World) -> Act:
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_first(agent)))
    done(resource.update(agent.declare(AfterContactWorkConfigs=[acw("VOICE", 30)]), _first(agent)))
    return lambda: done(resource.repeat(0))


@costs(describe=1)
def create_refused_because_another_owns(world: World) -> Act:
    _, properties = _owned(world)
    other = world.resource("support-stack")
    return lambda: refused(other.driver.create(properties), "AlreadyExists", "sales-stack/Agent")


@costs(describe=5)
def create_for_a_user_that_is_not_there(world: World) -> Act:
    """A user made seconds ago may not be readable yet (rule 1)."""
    properties = {**_first(world.agent("dense")), "UserId": "00000000-1111-4222-8333-444444444444"}
    return lambda: refused(world.resource().driver.create(properties), "NotFound")


@costs()
def create_refused_because_of_bad_input(world: World) -> Act:
    properties = world.agent("dense").declare(AutoAcceptConfigs=[])
    return lambda: refused(world.resource().driver.create(properties), "InvalidRequest")


# -- update
# ----------------------------------------------------------------------------------------------------------------------


@costs(describe=1)
def update_that_changes_nothing(world: World) -> Act:
    _, properties = _owned(world)
    return lambda: done(world.resource().update(properties, properties))


@costs(describe=2, tag=1, update=1)
def update_of_values_only(world: World) -> Act:
    agent, before = _owned(world)
    after = agent.declare(
        AutoAcceptConfigs=[auto_accept("VOICE", True), auto_accept("TASK", True)],
        AfterContactWorkConfigs=[acw("VOICE", 31), acw("CHAT", 61)],
    )
    return lambda: done(world.resource().update(after, before))


@costs(describe=2, tag=1, update=1)
def update_that_changes_nothing_after_drift(world: World) -> Act:
    agent, properties = _owned(world)
    agent.change(AutoAcceptConfigs=[auto_accept("TASK", True)])
    return lambda: done(world.resource().update(properties, properties))


@costs(describe=2, tag=1, update=1)
def update_that_takes(world: World) -> Act:
    _, before = _owned(world)
    after = {**before, "PersistentConnectionConfigs": persistent(False)}
    return lambda: done(world.resource().update(after, before))


@costs(describe=2, tag=1, update=1, untag=1)
def update_that_gives_back_an_array(world: World) -> Act:
    agent, before = _owned(world)
    after = agent.declare(AutoAcceptConfigs=before["AutoAcceptConfigs"])
    return lambda: done(world.resource().update(after, before))


@costs(describe=2, tag=2, update=1)
def update_that_gives_back_a_part_of_an_array(world: World) -> Act:
    _, before = _owned(world)
    after = {**before, "AutoAcceptConfigs": [auto_accept("VOICE", False)]}
    return lambda: done(world.resource().update(after, before))


@costs(describe=2, tag=1, update=1, untag=1)
def update_that_takes_one_array_and_gives_back_another(world: World) -> Act:
    agent, before = _owned(world)
    after = agent.declare(
        AutoAcceptConfigs=before["AutoAcceptConfigs"], VoiceEnhancementConfigs=enhancement("VOICE_ISOLATION")
    )
    return lambda: done(world.resource().update(after, before))


@costs(describe=2, tag=2, update=1)
def update_that_takes_and_gives_back_in_one_array(world: World) -> Act:
    """Two tag calls: what is taken is recorded before the write, what is given back only after it."""
    _, before = _owned(world)
    after = {**before, "AutoAcceptConfigs": [auto_accept("VOICE", False), auto_accept("EMAIL", True)]}
    return lambda: done(world.resource().update(after, before))


@costs(REGISTRY, describe=2, tag=1)
def update_by_another_stack_after_an_import(world: World) -> Act:
    _, properties = _owned(world)
    return lambda: done(world.resource("support-stack").update(properties, properties))


@costs(REGISTRY, describe=2, tag=1, update=1)
def update_by_another_stack_that_changes_values_too(world: World) -> Act:
    _, before = _owned(world)
    after = {**before, "AfterContactWorkConfigs": [acw("VOICE", 31), acw("CHAT", 61)]}
    return lambda: done(world.resource("support-stack").update(after, before))


@costs(CUSTOM, describe=1)
def update_of_what_another_owns(world: World) -> Act:
    """Nothing imports a custom resource."""
    _, properties = _owned(world)
    return lambda: refused(
        world.resource("support-stack").driver.update(properties, properties), "NotFound", "sales-stack/Agent"
    )


@costs(describe=1)
def update_that_is_overtaken(world: World) -> Act:
    agent, resource = world.agent("dense"), world.resource()
    first, second = _first(agent), agent.declare(AfterContactWorkConfigs=[acw("VOICE", 31)])
    done(resource.create(first))
    done(resource.update(second, first))
    done(resource.update(first, second))
    return lambda: done(resource.repeat(1))


@costs(describe=7, tag=2)
def update_where_nothing_is_owned(world: World) -> Act:
    """Looked at four times more before the record counts as lost; then the request is recorded, and once it
    shows, the record.
    """
    agent, properties = _owned(world)
    agent.lose_record(properties)
    return lambda: done(world.resource().update(properties, properties))


@costs(describe=5, search=1)
def update_of_a_user_that_is_gone(world: World) -> Act:
    properties = _gone(world)
    return lambda: done(world.resource().driver.update(properties, properties))


# -- delete
# ----------------------------------------------------------------------------------------------------------------------


@costs(describe=2, tag=1, update=1, untag=1)
def delete_of_what_is_owned(world: World) -> Act:
    _, properties = _owned(world)
    return lambda: done(world.resource().delete(properties))


@costs(describe=2, tag=1, update=1, untag=1)
def delete_where_all_seems_as_before(world: World) -> Act:
    """It is written all the same: the one read may be from before the settings were taken (decision 8)."""
    agent = world.agent("dense")
    properties = agent.declare(AutoAcceptConfigs=[auto_accept("TASK", True)])
    done(world.resource().create(properties))
    return lambda: done(world.resource().delete(properties))


@costs(describe=2, tag=1, untag=1)
def delete_where_nothing_can_be_given_back(world: World) -> Act:
    agent = world.agent("desk")
    properties = agent.declare(PhoneNumberConfigs=phone("DESK_PHONE", DECLARED_NUMBER))
    done(world.resource().create(properties))
    return lambda: done(world.resource().delete(properties))


@costs(describe=5)
def delete_that_finds_nothing(world: World) -> Act:
    """Looked at four times more: a create that was cut off seconds ago may have claimed (decision 8)."""
    properties = _first(world.agent("dense"))
    return lambda: found_nothing(world.resource().delete(properties))


@costs(describe=1)
def delete_of_what_another_owns(world: World) -> Act:
    _, properties = _owned(world)
    return lambda: found_nothing(world.resource("support-stack").delete(properties), "sales-stack/Agent")


@costs(describe=1)
def delete_of_a_user_that_is_gone(world: World) -> Act:
    properties = _gone(world)
    return lambda: found_nothing(world.resource().delete(properties), "There is no user")


# -- read
# ------------------------------------------------------------------------------------------------------------------------


@costs(describe=1)
def read_of_what_is_owned(world: World) -> Act:
    _, properties = _owned(world)
    return lambda: done(world.resource().read(properties))


@costs(describe=1)
def read_where_nothing_is_owned(world: World) -> Act:
    _owned(world)
    properties = _first(world.agent("dense"))
    return lambda: refused(world.resource().driver.read(properties), "NotFound")


@costs(describe=1)
def read_of_a_user_that_is_gone(world: World) -> Act:
    properties = _gone(world)
    return lambda: refused(world.resource().driver.read(properties), "NotFound", "There is no user")


def _gone(world: World) -> Properties:
    agent, properties = _owned(world)
    world.agents.remove(agent)
    world.connect.backend().delete_user(world.instance_id, agent.user_id)
    return properties


READS_AT_ONCE = [
    each for each in every_read_write_combination() if not each.stale_reads and not each.accept_arns
]


WHERE_TWO_MEET = where_every_two_switches_meet(stale_reads=0, accept_arns=False, refused_channels=frozenset())


def _cases(front_end: str) -> list[str]:
    return [name for name, case in CASES.items() if front_end in case.front_ends]


def _count(world: World, case: Case) -> None:
    operation = case.prepare(world)
    world.connect.forget_calls()
    operation()
    made = Counter(call.operation for call in world.connect.calls)
    assert made == case.calls
    assert {call.outcome for call in world.connect.calls} <= {"ok", "ResourceNotFoundException"}


@pytest.mark.parametrize("behaviour", READS_AT_ONCE, ids=str)
@pytest.mark.parametrize("case", _cases(REGISTRY))
def test_calls_of_the_registry(case: str, world: World) -> None:
    _count(world, CASES[case])


@pytest.mark.parametrize("front_end", [CUSTOM], indirect=True)
@pytest.mark.parametrize("behaviour", WHERE_TWO_MEET, ids=str)
@pytest.mark.parametrize("case", _cases(CUSTOM))
def test_calls_of_a_custom_resource(case: str, world: World) -> None:
    _count(world, CASES[case])


@pytest.mark.parametrize("users", [0, 1, 100, 101, 250])
def test_a_list_makes_one_call_a_page(world: World, users: int) -> None:
    for number in range(users):
        tags = {
            "connect-user-config": "managed",
            "connect-user-config:owner": "v1 0123456789abcdef id.id - sales/Agent",
        }
        world.connect.create_user(world.instance_id, f"user-{number}", tags=tags)
    stack, token, pages = RegistryStack(world.clock), None, 0
    while token or not pages:
        token = stack.once("LIST", {"InstanceId": world.instance_id}, nextToken=token).get("nextToken")
        pages += 1
    assert pages == max(1, -(-users // 100))
    assert Counter(call.operation for call in world.connect.calls) == {SEARCH: pages}
