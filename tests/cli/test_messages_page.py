"""The page of all messages: none that the code can say is missing, none is there that it cannot say, and each
has its remedy.
"""

import re
from pathlib import Path

from custom_connect_userconfig.core import errors
from custom_connect_userconfig.handlers import ERROR_CODES
from support.message_texts import problems, texts
from support.page_outputs import renew

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "guide" / "messages.md"
IN_LAMBDA = ROOT / "src" / "custom_connect_userconfig"
CONSTRUCTS = tuple(ROOT / "src" / "connect_user_config" / room for room in ("cdk", "declaring"))
COMMANDS = ROOT / "src" / "connect_user_config"
LAST = "All others, with the advice that they print:\n"

NO_MESSAGES = {
    "credentials of the event that is being served",  # a variable's name, for debuggers
    "log group does not exist",  # what the registry's log answers
    "a phone number is never recorded",  # raised by a record in a test only: tags hold none
    "a setting is named twice",  # the record is damaged, which has a message
    "is not a name",  # the same
    "user … of instance …",  # part of many
    "… … (… characters left out) … …",  # what a long message is cut to
    "… … ….… … …",  # the owner's tag
}

NO_MESSAGES_OF_CONSTRUCTS = {
    # Acknowledgments of cdk-nag, and descriptions in templates.
    "agents come and go; the rest of the ARN is as narrow as the instances given",
    "agents come and go every day; every other part of the ARN is as narrow as the instances given",
    "CloudFormation looks for the group by itself; metrics have no ARN, so the namespace limits them",
    "the package holds bytecode of Python 3.12, the runtime that it is tested with",
    "connect-user-config - owns declared settings of Amazon Connect agents",
    "What the function that configures Amazon Connect agents may do",
    "What the handlers of … may do",
    "What writing log and metrics of the handlers of … needs",
    "…: shard … of …",
    # The rule in shards.json.
    "sha256(user id) mod shards",
}


def said_on_the_page(section: str) -> list[list[str]]:
    """Return the cells of each row of the section's tables."""
    rows = re.findall(r"^\| (.*) \|$", section, re.MULTILINE)
    return [[cell.strip() for cell in row.split(" | ")] for row in rows]


def section(first: str, beyond: str) -> str:
    return PAGE.read_text("utf-8").partition(f"\n## {first}\n")[2].partition(f"\n## {beyond}\n")[0]


def of_handlers() -> str:
    return section("The declaration", "Constructs")


def of_constructs() -> str:
    return section("Constructs", "Commands")


def shown_in(text: str) -> set[str]:
    return {said.strip() for cells in said_on_the_page(text) for said in re.findall(r"`([^`]+)`", cells[0])}


def test_every_text_of_the_handlers_is_on_the_page_and_no_other() -> None:
    shown = shown_in(of_handlers())
    said = {
        text for text in texts(IN_LAMBDA) if text not in NO_MESSAGES and not re.search(r"\(\?P<|\\w", text)
    }
    assert len(said) > 100
    assert (said - shown, shown - said) == (set(), set())


def test_every_text_of_the_constructs_is_on_the_page_and_no_other() -> None:
    shown = shown_in(of_constructs())
    found = {" ".join(text.split()) for room in CONSTRUCTS for text in texts(room)}
    said = found - NO_MESSAGES_OF_CONSTRUCTS
    assert found >= NO_MESSAGES_OF_CONSTRUCTS
    assert len(said) > 40
    assert (said - shown, shown - said) == (set(), set())


def test_every_message_has_a_remedy() -> None:
    for cells in said_on_the_page(of_handlers() + of_constructs()):
        assert len(cells) == 2
        assert cells[1], cells


def test_every_kind_of_failure_is_on_the_page_with_its_code() -> None:
    table = PAGE.read_text("utf-8").partition("## Which kind of failure")[2].partition("\n## ")[0]
    shown = dict(re.findall(r"^\| `(\w+)` \| `(\w+)` \| .+ \|$", table, re.MULTILINE))
    assert shown == {kind.__name__: code.name for kind, code in ERROR_CODES.items()}
    concrete = {
        each.__name__
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, errors.SettingsError) and not each.__subclasses__()
    }
    # What is only waited for ends as `final`.
    assert concrete - shown.keys() == {"NotReadableYet", "NotClaimedYet", "NotSettledYet"}


def row(code: str, message: str, advice: str) -> str:
    return f"| `{code}` | {message.strip()} | {advice} |".replace("…………", "…").replace("……", "…")


def test_every_problem_of_the_commands_is_on_the_page() -> None:
    text = PAGE.read_text("utf-8")
    told = problems(COMMANDS)
    assert len({each.code for each in told}) > 50
    head = text.partition(LAST)[0] + LAST
    rows = [row(each.code, each.message, each.advice) for each in told if each.advice]
    renew(PAGE, "\n".join([head, "| code | message | what to do |", "|---|---|---|", *rows]) + "\n")
    without = set(re.findall(r"^\| `([\w-]+)` \|", head.partition("## Commands")[2], re.MULTILINE))
    assert without == {each.code for each in told if not each.advice} | {"interrupted"}
