"""Finds two resources of one template that declare settings of the same user, which the second one's create
refuses.
"""

from collections.abc import Iterator, Mapping

from connect_user_config.reading.template import Resource, Template
from connect_user_config.reading.values import World
from custom_connect_userconfig.core.declaration import INSTANCE_ID, USER_ID
from custom_connect_userconfig.core.messages import joined
from custom_connect_userconfig.core.problems import Unknown

from . import rules
from .findings import Finding, shown_name

_User = tuple[str, str]


def duplicate_users(template: Template, resources: list[Resource]) -> Iterator[Finding]:
    """Yield a finding for each resource whose user an earlier one has, if both can exist at once."""
    earlier: dict[_User, list[Resource]] = {}
    for resource in resources:
        users = {user for world in resource.worlds if (user := _user(resource, world))}
        others = [other for user in sorted(users) for other in earlier.get(user, ())]
        clash = next((other for other in others if _clash(template, other, resource)), None)
        if clash:
            at = resource.locate((USER_ID,), resource.worlds[0])
            name = shown_name(resource.logical_id)
            said = f"{name}: {USER_ID}: is the user of {shown_name(clash.logical_id)} too"
            advice = "Declare all settings of a user in one resource"
            yield Finding(name, at, rules.DUPLICATE_USER, joined(said, advice))
        for user in users:
            earlier.setdefault(user, []).append(resource)


def _clash(template: Template, one: Resource, other: Resource) -> bool:
    choices = template.conditions(template.used_conditions(one) | template.used_conditions(other))
    return any(
        all(
            one.exists(world)
            and other.exists(world)
            and (user := _user(one, world)) is not None
            and user == _user(other, world)
            for world in choice
        )
        for choice in choices or ()
    )


def _user(resource: Resource, world: World) -> _User | None:
    """Return instance and user in a form that can be compared, None if they are not known well enough."""
    properties: Mapping[str, object] = resource.properties(world)
    instance, user = _text(properties.get(INSTANCE_ID)), _text(properties.get(USER_ID))
    if user is None or not resource.exists(world):
        return None
    return user_key(instance, user)


def user_key(instance: str | None, user: str) -> tuple[str, str] | None:
    """Return instance and user as bare ids, whichever way they are spelled; None if the instance is not
    known.

    A user's ARN names its instance.
    """
    of_arn, is_arn, bare = user.rpartition("/agent/")
    instance = of_arn if is_arn and user.startswith("arn:") else instance
    return None if instance is None else (instance.rpartition(":instance/")[2], bare)


def _text(value: object) -> str | None:
    if isinstance(value, Unknown):
        # No id holds a brace or a null character, so the two kinds never meet.
        return f"\0{value.same_as}" if value.same_as else None
    return str(value) if isinstance(value, str | int) and value != "" else None
