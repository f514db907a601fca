"""Names of stacks and resources that a tag cannot hold in full: shown in part, never confused."""

from typing import Any

import pytest
from functional.settings import acw, auto_accept
from functional.world import World, done, found_nothing, refused

from support.registry import stack_id

STACK, LOGICAL = 128, 255
"""Characters of the longest stack name and the longest logical id."""

NAMES = {
    "longest": ("s" * STACK, "L" * LOGICAL),
    "longest, not ASCII": ("ß" * STACK, "値" * LOGICAL),
    "longest, beyond the basic plane": ("🚀" * STACK, "🎧" * LOGICAL),
    "signs": ("a,b;c[d]{e}", "x'\"<&>|\\%*?!#$^~`()"),
    "white space": (" two words ", "tab\tline\nreturn\r\N{NO-BREAK SPACE}\N{LINE SEPARATOR}"),
    "control characters": ("nul\0bell\7", "\x1b[31mred\x7f"),
    "combining": ("Zoe\u0308", "e\u0301\u200d\ufeff"),
    "of the record's own form": ("v1 0123456789abcdef id.id - x", "none"),
}
SAME_AS_SHOWN = {
    "in a sign that is replaced": (("sales stack", "Agent"), ("sales,stack", "Agent")),
    "in a letter that is replaced": (("sales", "Agent-ö"), ("sales", "Agent-ü")),
    "by composition": (("sales", "Zo\u00eb"), ("sales", "Zoe\u0308")),
    "by what is cut off": (
        ("s" * STACK, "L" * (LOGICAL - 1) + "1"),
        ("s" * STACK, "L" * (LOGICAL - 1) + "2"),
    ),
    "in length only, beyond what is kept": (("s" * STACK, "L" * LOGICAL), ("s" * STACK, "L" * (LOGICAL - 1))),
    "by where the stack's name ends": (("a/b", "c"), ("a", "b/c")),
}

pytestmark = pytest.mark.parametrize("front_end", ["registry", "custom resource"], indirect=True)


def declared(accept: bool) -> dict[str, Any]:
    return {"AutoAcceptConfigs": [auto_accept("VOICE", accept)], "AfterContactWorkConfigs": [acw("CHAT", 5)]}


@pytest.mark.parametrize("name", NAMES)
def test_a_resource_may_have_any_name(world: World, name: str) -> None:
    stack, logical_id = NAMES[name]
    agent, resource = world.agent("sparse", arns=True), world.resource(stack, logical_id)
    first, second = agent.declare(**declared(True)), agent.declare(**declared(False))
    done(resource.create(first))
    assert len(agent.record()["connect-user-config:owner"]) <= 256
    done(resource.update(second, first))
    done(resource.read(second))
    found_nothing(world.resource("support-stack").delete(second))
    done(resource.delete(second))


@pytest.mark.parametrize("name", NAMES)
def test_a_refusal_shows_the_owner_whatever_its_name(world: World, name: str) -> None:
    stack, logical_id = NAMES[name]
    agent = world.agent("sparse")
    done(world.resource(stack, logical_id).create(agent.declare(**declared(True))))
    shown = agent.record()["connect-user-config:owner"].split(" ", 4)[4]
    refused(world.resource("support-stack").create(agent.declare(**declared(False))), "AlreadyExists", shown)


@pytest.mark.parametrize("difference", SAME_AS_SHOWN)
def test_names_that_look_alike_in_a_tag_are_told_apart(world: World, difference: str) -> None:
    (stack, logical_id), (other_stack, other_id) = SAME_AS_SHOWN[difference]
    agent = world.agent("dense")
    mine, other = world.resource(stack, logical_id), world.resource(other_stack, other_id)
    properties = agent.declare(**declared(False))
    done(mine.create(properties))
    message = refused(other.create(properties), "AlreadyExists").message
    assert "spelled in another way" not in message, "it is another resource, spelled alike"
    found_nothing(other.delete(properties))
    done(mine.delete(properties))
    done(other.create(properties))
    done(other.delete(properties))


def test_a_stack_that_was_created_again_with_its_old_name_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old stack kept its settings (DeletionPolicy: Retain); only the stack id differs."""
    agent, resource = world.agent("dense"), world.resource()
    properties = agent.declare(**declared(False))
    done(resource.create(properties))
    for module in ("support.registry", "support.custom_resource"):
        monkeypatch.setattr(f"{module}.stack_id", lambda name: stack_id(name).replace("0a1b2c3d", "ffffffff"))
    message = refused(world.resource().create(properties), "AlreadyExists", "sales-stack/Agent").message
    assert "spelled in another way" not in message
    assert "remove the user's tags that start with connect-user-config" in message
    agent.hand_over()
    done(world.resource().create(properties))
    done(world.resource().delete(properties))
