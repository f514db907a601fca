"""The checks of the demo: every kind of wrong result ends it with a reason that names the agent."""

from dataclasses import dataclass, field

import pytest

from demo.checks import Ledger, NotAsDeclared
from demo.settings import Setting, Values, settings_of
from functional.settings import acw, auto_accept

VOICE, EMAIL = (("AutoAcceptConfigs", channel, ("AutoAccept",)) for channel in ("VOICE", "EMAIL"))
LIMIT: Setting = ("AfterContactWorkConfigs", "VOICE", ("AfterContactWorkConfig", "AfterContactWorkTimeLimit"))
DECLARED = {"AutoAcceptConfigs": [auto_accept("VOICE", True)], "AfterContactWorkConfigs": [acw("VOICE", 30)]}
RECORD = {"connect-user-config": "managed", "connect-user-config:owner": "v1 0 0 - contact-centre/Sales"}


@dataclass
class Bob:
    """An agent whose settings and tags a test sets."""

    name: str = "Bob"
    values: dict[Setting, object] = field(default_factory=lambda: {VOICE: False, EMAIL: True, LIMIT: 90})
    all_tags: dict[str, str] = field(default_factory=lambda: {"team": "sales"})

    def settings(self) -> Values:
        return dict(self.values)

    def tags(self) -> dict[str, str]:
        return dict(self.all_tags)


@pytest.fixture
def bob() -> Bob:
    return Bob()


@pytest.fixture
def ledger(bob: Bob) -> Ledger:
    """The ledger of Bob, whose settings a stack has just taken."""
    ledger = Ledger(bob)  # type: ignore[arg-type]  # of an agent, settings and tags
    ledger.declares(settings_of(DECLARED))
    bob.values |= settings_of(DECLARED)
    bob.all_tags |= RECORD
    ledger.check()
    return ledger


def test_a_setting_that_is_not_owned_must_stay(bob: Bob, ledger: Ledger) -> None:
    bob.values[EMAIL] = False
    with pytest.raises(NotAsDeclared, match=r"^Bob: AutoAcceptConfigs\[EMAIL\]\.AutoAccept \(not owned\): "):
        ledger.check()


def test_an_owned_setting_must_be_as_declared(bob: Bob, ledger: Ledger) -> None:
    bob.values[VOICE] = False
    with pytest.raises(NotAsDeclared, match=r"^Bob: Auto-accept VOICE: must be yes, is no\.$"):
        ledger.check()


def test_a_setting_that_is_no_longer_declared_must_be_given_back(bob: Bob, ledger: Ledger) -> None:
    ledger.declares(settings_of({"AutoAcceptConfigs": DECLARED["AutoAcceptConfigs"]}))
    with pytest.raises(NotAsDeclared, match=r"After-contact VOICE \(not owned\): must be 90 s, is 30 s"):
        ledger.check()
    bob.values[LIMIT] = 90
    ledger.check()


def test_a_delete_must_give_back_what_has_drifted_and_remove_the_record(bob: Bob, ledger: Ledger) -> None:
    bob.values |= {LIMIT: 300, EMAIL: False}
    ledger.changed_by_others()
    assert ledger.drifted == {LIMIT}
    ledger.check()
    ledger.declares({})
    with pytest.raises(NotAsDeclared, match="must be 90 s, is 300 s"):
        ledger.check()
    bob.values |= {VOICE: False, LIMIT: 90}
    with pytest.raises(NotAsDeclared, match="the record of ownership is there"):
        ledger.check()
    bob.all_tags = {"team": "sales"}
    ledger.check()


def test_the_record_must_stand_while_something_is_owned(bob: Bob, ledger: Ledger) -> None:
    assert ledger.owner == "contact-centre/Sales"
    bob.all_tags = {"team": "sales"}
    assert ledger.owner == ""
    with pytest.raises(NotAsDeclared, match="the record of ownership is missing"):
        ledger.check()


def test_the_owner_must_be_who_is_expected(bob: Bob, ledger: Ledger) -> None:
    ledger.check_owner("contact-centre/Sales")
    with pytest.raises(NotAsDeclared, match=r"^Bob must be owned by nobody, and is by contact-centre/Sales"):
        ledger.check_owner("")
    bob.all_tags = {"team": "sales"}
    with pytest.raises(NotAsDeclared, match=r"^Bob must be owned by contact-centre/Sales, and is by nobody"):
        ledger.check_owner("contact-centre/Sales")


def test_foreign_tags_must_stay(bob: Bob, ledger: Ledger) -> None:
    bob.all_tags["team"] = "support"
    with pytest.raises(NotAsDeclared, match="tags that are not the resource's have changed"):
        ledger.check()


@pytest.mark.parametrize(
    ("read", "reason"),
    [
        ({"AutoAcceptConfigs": DECLARED["AutoAcceptConfigs"]}, "READ hides After-contact VOICE"),
        (
            {**DECLARED, "AutoAcceptConfigs": [auto_accept("VOICE", True), auto_accept("TASK", True)]},
            "READ shows Auto-accept TASK, which is not owned",
        ),
        (
            {**DECLARED, "AfterContactWorkConfigs": [acw("VOICE", 31)]},
            "READ shows an old After-contact VOICE",
        ),
    ],
)
def test_a_read_must_show_exactly_what_is_owned(ledger: Ledger, read: dict[str, object], reason: str) -> None:
    ledger.check_read(DECLARED)
    with pytest.raises(NotAsDeclared, match=reason):
        ledger.check_read(read)
