"""Every rule, once: its stable name, its severity, the code that cfn-lint knows it by, and what it is about.

The guide has a paragraph on each (`guide/checking.md`); a test compares.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from custom_connect_userconfig.core import problems
from custom_connect_userconfig.core.problems import Rule, Severity

DUPLICATE_USER: Final = Rule("duplicate-user")
OTHER_FLAVOUR: Final = Rule("other-flavour")
SERVICE_TOKEN: Final = Rule("service-token")
READ_ONLY_PROPERTY: Final = Rule("read-only-property")
TYPE_NAME: Final = Rule("type-name")
PLAIN_PHONE_NUMBER: Final = Rule("plain-phone-number", Severity.WARNING)
UNKNOWN_ATTRIBUTE: Final = Rule("unknown-attribute", Severity.WARNING)
LANES: Final = Rule("lanes", Severity.WARNING)
PARAMETER_DEFAULT: Final = Rule("parameter-default", Severity.WARNING)
DECLARED_ATTRIBUTE: Final = Rule("declared-attribute", Severity.WARNING)
UNDOCUMENTED_NAME: Final = Rule("undocumented-name", Severity.INFORMATION)
RETAINED: Final = Rule("retained", Severity.INFORMATION)
MACRO: Final = Rule("macro", Severity.INFORMATION)


@dataclass(frozen=True)
class Entry:
    """What is said of a rule where rules are listed."""

    rule: Rule
    code: str
    title: str


CATALOGUE: Final = (
    Entry(problems.REQUIRED, "E9701", "A property or member that is required is missing"),
    Entry(problems.UNKNOWN_PROPERTY, "E9702", "A property or member is not known"),
    Entry(problems.WRONG_VALUE, "E9703", "A value is none that the setting can have"),
    Entry(problems.WRONG_SHAPE, "E9704", "A list or an object stands where the other belongs"),
    Entry(problems.WRONG_CHANNEL, "E9705", "A channel does not exist, or has no such setting"),
    Entry(problems.DUPLICATE_CHANNEL, "E9706", "A channel has two entries in one array"),
    Entry(problems.NOTHING_DECLARED, "E9707", "The resource declares no setting"),
    Entry(problems.IDENTIFIER, "E9708", "An id or ARN is malformed or contradicts another one"),
    Entry(problems.UNRESOLVED_REFERENCE, "E9709", "A reference to a secure value is never resolved"),
    Entry(DUPLICATE_USER, "E9710", "Two resources declare settings of the same user"),
    Entry(OTHER_FLAVOUR, "E9711", "A property of custom resources stands under a registry name"),
    Entry(SERVICE_TOKEN, "E9712", "A custom resource has no ServiceToken"),
    Entry(READ_ONLY_PROPERTY, "E9713", "A read-only property is declared"),
    Entry(TYPE_NAME, "E9714", "No resource type can have this name"),
    Entry(problems.CHAT_WORK_LIMIT, "W9701", "After-contact work on CHAT ends after 5,400 seconds"),
    Entry(PLAIN_PHONE_NUMBER, "W9702", "A phone number stands in plain text"),
    Entry(UNKNOWN_ATTRIBUTE, "W9703", "An attribute does not exist"),
    Entry(LANES, "W9704", "Hundreds of resources start at once"),
    Entry(PARAMETER_DEFAULT, "W9705", "The default of a parameter does not fit"),
    Entry(problems.NAME_FOR_ID, "W9706", "An id looks like a name"),
    Entry(DECLARED_ATTRIBUTE, "W9707", "An attribute is declared as a property"),
    Entry(UNDOCUMENTED_NAME, "I9701", "AWS does not document this form of a type's name"),
    Entry(problems.NO_WORK_LIMIT, "I9702", "A limit of 0 is no limit"),
    Entry(RETAINED, "I9703", "A deleted resource leaves settings and record behind"),
    Entry(MACRO, "I9704", "A macro rewrites the template, so it was not checked"),
)
BY_RULE: Final[Mapping[Rule, Entry]] = {entry.rule: entry for entry in CATALOGUE}
BY_NAME: Final[Mapping[str, Entry]] = {entry.rule.name: entry for entry in CATALOGUE}
