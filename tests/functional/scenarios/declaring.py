"""Take, change, see drift and give back, with agents that carry settings of their own."""

from ..agents import OTHER_DESK_NUMBER
from ..settings import CHAT_ACW, acw, auto_accept, enhancement, persistent, phone, settings_of
from ..world import World, done
from . import anywhere, everywhere

EVERY_ARRAY = {
    "AutoAcceptConfigs": [auto_accept("CHAT", True), auto_accept("VOICE", True, callback=False)],
    "AfterContactWorkConfigs": [acw("VOICE", 30, callback=15), acw("TASK", 60)],
    "PhoneNumberConfigs": phone("SOFT_PHONE"),
    "PersistentConnectionConfigs": persistent(False),
    "VoiceEnhancementConfigs": enhancement("VOICE_ISOLATION"),
}


def _take_read_give_back(world: World, kind: str, *, arns: bool) -> None:
    agent, resource = world.agent(kind, arns=arns), world.resource()
    properties = agent.declare(**EVERY_ARRAY)
    done(resource.create(properties))
    if world.front_end.reads:
        done(resource.read(properties))
    done(resource.delete(properties))


@everywhere
def take_and_give_back_over_dense_settings(world: World) -> None:
    _take_read_give_back(world, "dense", arns=True)


@anywhere
def take_and_give_back_over_sparse_settings(world: World) -> None:
    _take_read_give_back(world, "sparse", arns=False)


@anywhere
def take_and_give_back_over_legacy_settings(world: World) -> None:
    _take_read_give_back(world, "legacy", arns=False)


@anywhere
def take_and_give_back_over_a_legacy_desk_phone(world: World) -> None:
    _take_read_give_back(world, "legacy desk", arns=True)


@everywhere
def update_adds_changes_and_drops(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    first = agent.declare(AutoAcceptConfigs=[auto_accept("VOICE", False), auto_accept("TASK", False)])
    second = agent.declare(
        AutoAcceptConfigs=[auto_accept("VOICE", True, callback=False), auto_accept("CHAT", True)],
        AfterContactWorkConfigs=[acw(world.rare_channel, 90), acw("VOICE", 0)],
    )
    third = agent.declare(
        AfterContactWorkConfigs=[acw(world.rare_channel, 91)], VoiceEnhancementConfigs=enhancement("NONE")
    )
    done(resource.create(first))
    done(resource.update(second, first))
    done(resource.update(third, second))
    world.connect.forget_calls()
    done(resource.update(third, third))
    calls = [call.operation for call in world.connect.calls]
    assert calls == ["DescribeUser"], "an unchanged update costs one read"
    done(resource.delete(third))


@everywhere
def drift_is_seen_and_repaired(world: World) -> None:
    agent, resource = world.agent("legacy"), world.resource()
    properties = agent.declare(
        AutoAcceptConfigs=[auto_accept("CHAT", False)],
        AfterContactWorkConfigs=[acw("VOICE", 30), acw("CHAT", 60)],
    )
    done(resource.create(properties))
    agent.overwrite_phone_config(PhoneType="SOFT_PHONE", AutoAccept=False, AfterContactWorkTimeLimit=77)
    assert agent.effective()[CHAT_ACW] == 77
    if world.front_end.reads:
        done(resource.read(properties))
    done(resource.update(properties, properties))
    done(resource.delete(properties))


@anywhere
def delete_gives_back_what_has_drifted(world: World) -> None:
    ann, cara = world.agent("dense"), world.agent("desk")
    first, second = world.resource(logical_id="Ann"), world.resource(logical_id="Cara")
    declared = {
        "AfterContactWorkConfigs": [acw("VOICE", 30), acw("CHAT", 60)],
        "PhoneNumberConfigs": phone("SOFT_PHONE"),
    }
    pairs = ((first, ann.declare(**declared)), (second, cara.declare(**declared)))
    for resource, properties in pairs:
        done(resource.create(properties))
    ann.overwrite_phone_config(PhoneType="SOFT_PHONE", AfterContactWorkTimeLimit=15)
    cara.change(PhoneNumberConfigs=phone("DESK_PHONE", OTHER_DESK_NUMBER))
    for resource, properties in pairs:
        if world.front_end.reads:
            done(resource.read(properties))
        done(resource.delete(properties))


@anywhere
def unowned_settings_keep_an_administrators_changes(world: World) -> None:
    agent, resource = world.agent("sparse"), world.resource()
    properties = agent.declare(AutoAcceptConfigs=[auto_accept("VOICE", True)])
    wider = agent.declare(
        AutoAcceptConfigs=[auto_accept("VOICE", False)], PersistentConnectionConfigs=persistent(True)
    )
    done(resource.create(properties))
    agent.change(
        AutoAcceptConfigs=[auto_accept("CHAT", False), auto_accept(world.rare_channel, True)],
        AfterContactWorkConfigs=[acw(world.rare_channel, 12)],
    )
    done(resource.update(wider, properties))
    agent.change(AutoAcceptConfigs=[auto_accept(world.rare_channel, False)])
    done(resource.delete(wider))


@anywhere
def two_agents_of_one_stack_are_independent(world: World) -> None:
    ann, bob = world.agent("dense"), world.agent("dense")
    first, second = world.resource(logical_id="Ann"), world.resource(logical_id="Bob")
    for resource, agent in ((first, ann), (second, bob)):
        done(resource.create(agent.declare(**EVERY_ARRAY)))
    done(first.delete(ann.declare(**EVERY_ARRAY)))
    if world.front_end.reads:
        done(second.read(bob.identifier))
    done(second.delete(bob.declare(**EVERY_ARRAY)))


@anywhere
def scalars_as_strings_mean_the_same(world: World) -> None:
    agent, resource = world.agent("bare"), world.resource()
    limit = {"AfterContactWorkTimeLimit": "30"}
    spelled = agent.declare(
        AutoAcceptConfigs=[{"Channel": "VOICE", "AutoAccept": "true"}],
        AfterContactWorkConfigs=[{"Channel": "VOICE", "AfterContactWorkConfig": limit}],
    )
    plain = agent.declare(
        AutoAcceptConfigs=[auto_accept("VOICE", True)], AfterContactWorkConfigs=[acw("VOICE", 30)]
    )
    done(world.resource().driver.create(spelled))
    world.connect.forget_calls()
    agent.expectation.taken(settings_of(plain), agent.expectation.values)
    done(resource.update(plain, spelled))
    assert not world.writes, "the strings count as other values"
