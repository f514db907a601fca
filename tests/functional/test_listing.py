"""LIST: the owned users of one instance, page by page, as their owners spell them."""

from typing import Any

from connect_local import FaultKind
from functional.front_end import identifier_of
from functional.settings import auto_accept
from functional.world import World, done
from support.registry import RegistryStack

OWNED = {
    "connect-user-config": "managed",
    "connect-user-config:owner": "v1 0123456789abcdef id.id - sales-stack/Agent",
}


def _pages(world: World, instance_id: str) -> list[list[dict[str, Any]]]:
    stack = RegistryStack(world.clock)
    pages, token = [], None
    while True:
        answer = stack.once("LIST", {"InstanceId": instance_id}, nextToken=token)
        assert answer["status"] == "SUCCESS", answer
        pages.append(answer["resourceModels"])
        token = answer.get("nextToken")
        assert len(pages) < 10, "LIST never ends"
        if not token:
            return pages


def test_many_owned_users_among_others_come_page_by_page(world: World) -> None:
    wanted = []
    for number in range(160):
        owned = number % 4 != 3
        user_id, _ = world.connect.create_user(
            world.instance_id, f"user-{number}", tags=OWNED if owned else {"team": "x"}
        )
        wanted += [user_id] if owned else []
    other_instance, _ = world.connect.create_instance()
    world.connect.create_user(other_instance, "elsewhere", tags=OWNED)
    pages = _pages(world, world.instance_id)
    assert [len(page) for page in pages] == [100, 20]
    assert sorted(model["UserId"] for page in pages for model in page) == sorted(wanted)
    assert {model["InstanceId"] for page in pages for model in page} == {world.instance_id}


def test_users_are_spelled_as_their_owners_spell_them(world: World) -> None:
    by_id, by_arn, free = world.agent("dense"), world.agent("dense", arns=True), world.agent("dense")
    for logical_id, agent in (("One", by_id), ("Two", by_arn)):
        properties = agent.declare(AutoAcceptConfigs=[auto_accept("CHAT", True)])
        done(world.resource(logical_id=logical_id).create(properties))
    (page,) = _pages(world, world.instance_arn)
    assert [identifier_of(model) for model in page] == [by_id.identifier, by_arn.identifier]
    for listed in page:
        done(world.resource().read(listed))
    assert not free.record()


def test_empty_instance_has_an_empty_page(world: World) -> None:
    assert _pages(world, world.instance_id) == [[]]


def test_unknown_instance_is_not_found(world: World) -> None:
    unknown = {"InstanceId": "00000000-1111-4222-8333-444444444444"}
    RegistryStack(world.clock).refused("LIST", unknown, "NotFound")


def test_instance_is_required(world: World) -> None:
    assert "InstanceId" in RegistryStack(world.clock).refused("LIST", {}, "InvalidRequest")


def test_throttled_listing_tries_again_within_its_30_seconds(world: World) -> None:
    world.agent("dense")
    world.plant("SearchUsers", FaultKind.THROTTLING, times=2)
    assert _pages(world, world.instance_id) == [[]]
    world.plant("SearchUsers", FaultKind.TOO_MANY_REQUESTS, times=1000)
    began = world.clock.now()
    RegistryStack(world.clock).refused("LIST", {"InstanceId": world.instance_id}, "Throttling")
    assert world.clock.now() - began < 30


def test_denied_search_names_the_action_to_grant(world: World) -> None:
    world.plant("SearchUsers", FaultKind.ACCESS_DENIED)
    message = RegistryStack(world.clock).refused("LIST", {"InstanceId": world.instance_id}, "AccessDenied")
    assert "grant it connect:SearchUsers" in message


def test_a_user_whose_delete_has_failed_is_still_listed(world: World) -> None:
    agent = world.agent("dense")
    resource = world.resource()
    done(resource.create(agent.declare(AutoAcceptConfigs=[auto_accept("CHAT", True)])))
    world.plant("UpdateUserConfig", FaultKind.ACCESS_DENIED)
    assert resource.delete(agent.declare()).code == "AccessDenied"
    assert agent.record()["connect-user-config"] == "releasing"
    assert _pages(world, world.instance_id) == [[agent.identifier]]
