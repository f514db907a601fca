"""What is wrong with the declaration of a construct: the core's rules, and those of templates."""

from collections.abc import Mapping
from dataclasses import dataclass

from connect_user_config.check.rules import PLAIN_PHONE_NUMBER
from custom_connect_userconfig.core.arrays import PHONE, PHONE_NUMBER
from custom_connect_userconfig.core.declaration import Examination, examine
from custom_connect_userconfig.core.identifiers import Environment
from custom_connect_userconfig.core.messages import numbered
from custom_connect_userconfig.core.problems import Problem, Severity, dotted

from .tokens import known


class InvalidUserConfig(ValueError):
    """What a construct declares is wrong. The text names the construct and every problem."""

    def __init__(self, path: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{path}: {numbered([each.message for each in problems])}")
        self.path = path
        self.problems = problems


@dataclass(frozen=True)
class Examined:
    """What a construct declares, as far as it is known, and what is worth a warning."""

    examination: Examination
    warnings: tuple[Problem, ...]


def examined(
    properties: Mapping[str, object], path: str, environment: Environment, *, resolves_secrets: bool = False
) -> Examined:
    """Return what `properties` declare; raises InvalidUserConfig, with the construct's path, if they are
    wrong.

    A value may be a token. `resolves_secrets`: CloudFormation resolves secure references, as it does under a
    registered type.
    """
    values = known(properties, resolves_secrets=resolves_secrets)
    found = examine(values, environment)
    if found.errors:
        raise InvalidUserConfig(path, tuple(found.errors))
    warnings = tuple(each for each in found.problems if each.severity is Severity.WARNING)
    return Examined(found, (*warnings, *_plain_numbers(values)))


def _plain_numbers(values: Mapping[str, object]) -> list[Problem]:
    entries = values.get(PHONE.name)
    paths = [
        (PHONE.name, index, PHONE_NUMBER.name)
        for index, entry in enumerate(entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and isinstance(entry.get(PHONE_NUMBER.name), str)
    ]
    said = "whoever reads the template reads the number: take it from a parameter with no_echo"
    return [Problem(path, PLAIN_PHONE_NUMBER, f"{dotted(path)}: {said}") for path in paths]
