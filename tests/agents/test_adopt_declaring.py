"""What a template declares of one agent, from what DescribeUser shows."""

from typing import Any

import pytest
from agents.contact_centre import NUMBER
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_user_config.agents.adopting.declaring import Adopted, Finding, LeftOut, WouldChange, declare
from connect_user_config.agents.adopting.documents import Flavour, Form, Part, document
from connect_user_config.agents.adopting.text import FORMATS
from connect_user_config.agents.agent import ALL_KEYS, from_description
from connect_user_config.reading.document import read
from connect_user_config.reading.template import Template
from custom_connect_userconfig.core.arrays import (
    ARRAYS,
    AUTO_ACCEPT,
    VOICE,
    VOICE_ENHANCEMENT,
    SettingKey,
)
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.identifiers import Environment, Identity
from custom_connect_userconfig.core.ownership import Owner, OwnershipRecord
from custom_connect_userconfig.core.planning import plan_take

INSTANCE = "10000000-0000-4000-8000-000000000001"
ARN = f"arn:aws:connect:eu-west-1:111122223333:instance/{INSTANCE}/agent/ada"
ENTRY = "AgentFirstCallbackAutoAccept"


def finding(keys: tuple[SettingKey, ...] = ALL_KEYS, *, with_numbers: bool = True, **shown: Any) -> Finding:
    """Return what becomes of an agent whom DescribeUser shows so."""
    agent = from_description({"Id": "ada", "Arn": ARN, "Username": "ada", **shown})
    return declare(agent, keys, INSTANCE, with_numbers=with_numbers)


def arrays(keys: tuple[SettingKey, ...] = ALL_KEYS, *, with_numbers: bool = True, **shown: Any) -> Any:
    found = finding(keys, with_numbers=with_numbers, **shown)
    assert isinstance(found, Adopted)
    return found.arrays


def remarks(**shown: Any) -> tuple[str, ...]:
    found = finding(**shown)
    assert isinstance(found, Adopted)
    return found.remarks


def test_an_agent_who_shows_nothing_is_declared_with_the_values_of_absent_fields() -> None:
    assert arrays() == {
        "AutoAcceptConfigs": [
            {"Channel": channel, "AutoAccept": False} for channel in ("VOICE", "CHAT", "TASK", "EMAIL")
        ],
        "AfterContactWorkConfigs": [
            {"Channel": channel, "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 0}}
            for channel in ("VOICE", "CHAT", "TASK", "EMAIL")
        ],
        "PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "SOFT_PHONE"}],
        "PersistentConnectionConfigs": [{"Channel": "VOICE", "PersistentConnection": False}],
        "VoiceEnhancementConfigs": [{"Channel": "VOICE", "VoiceEnhancementMode": "NONE"}],
    }


def test_the_older_phone_settings_count_where_no_entry_is_shown() -> None:
    older = {"AutoAccept": True, "AfterContactWorkTimeLimit": 30, "PhoneType": "SOFT_PHONE"}
    found = arrays(PhoneConfig=older)
    assert {entry["AutoAccept"] for entry in found["AutoAcceptConfigs"]} == {True}
    assert found["AfterContactWorkConfigs"][2]["AfterContactWorkConfig"] == {"AfterContactWorkTimeLimit": 30}


@pytest.mark.parametrize(("shown", "is_declared"), [(None, False), (False, True), (True, True)])
def test_an_optional_field_is_declared_if_it_is_shown(shown: bool | None, is_declared: bool) -> None:
    entry = {"Channel": VOICE, "AutoAccept": True, **({} if shown is None else {ENTRY: shown})}
    assert (ENTRY in arrays(AutoAcceptConfigs=[entry])["AutoAcceptConfigs"][0]) is is_declared


def test_only_the_chosen_settings_are_declared() -> None:
    chosen = AUTO_ACCEPT.key("TASK", AUTO_ACCEPT.fields[0])
    assert arrays((chosen,)) == {"AutoAcceptConfigs": [{"Channel": "TASK", "AutoAccept": False}]}


DESK = [{"Channel": VOICE, "PhoneType": "DESK_PHONE", "PhoneNumber": NUMBER}]


def test_a_phone_number_is_a_reference_to_a_parameter() -> None:
    found = finding(PhoneNumberConfigs=DESK)
    assert isinstance(found, Adopted)
    reference = {"Ref": "Phoneada"}
    assert found.arrays["PhoneNumberConfigs"] == [{**DESK[0], "PhoneNumber": reference}]
    assert (found.number, found.remarks) == (NUMBER, ())


def test_a_desk_phone_is_left_out_with_its_number_and_a_soft_phone_without() -> None:
    found = finding(with_numbers=False, PhoneNumberConfigs=DESK)
    assert isinstance(found, Adopted)
    assert "PhoneNumberConfigs" not in found.arrays
    assert found.number == ""
    assert NUMBER not in str(found)
    soft = [{**DESK[0], "PhoneType": "SOFT_PHONE"}]
    assert arrays(with_numbers=False, PhoneNumberConfigs=soft)["PhoneNumberConfigs"] == [
        {"Channel": VOICE, "PhoneType": "SOFT_PHONE"}
    ]


def test_a_desk_phone_without_a_number_is_left_out_and_named() -> None:
    found = remarks(PhoneNumberConfigs=[{"Channel": VOICE, "PhoneType": "DESK_PHONE"}])
    assert found == ("phone-number VOICE is a desk phone without a number: left out",)


def test_a_number_that_no_template_can_declare_is_named_without_itself() -> None:
    (remark,) = remarks(PhoneNumberConfigs=[{**DESK[0], "PhoneNumber": "030 123456"}])
    assert "phone-number VOICE number" in remark
    assert "E.164" in remark
    assert "123456" not in remark


@pytest.mark.parametrize(
    ("shown", "remark"),
    [
        (
            {"VoiceEnhancementConfigs": [{"Channel": VOICE, "VoiceEnhancementMode": "CLARITY"}]},
            (
                "voice-enhancement VOICE is CLARITY, which no template can declare:"
                " it must be VOICE_ISOLATION or NOISE_SUPPRESSION or NONE"
            ),
        ),
        (
            {"AutoAcceptConfigs": [{"Channel": "SMS", "AutoAccept": True}]},
            "auto-accept SMS is of a channel that is not known here",
        ),
        (
            {"PhoneConfig": {"AfterContactWorkTimeLimit": 7200, "PhoneType": "SOFT_PHONE"}},
            "after-contact-work CHAT is 7,200 s, but Connect ends after-contact work on CHAT after 5,400 s",
        ),
    ],
)
def test_a_value_that_no_template_should_have_is_left_out_and_named(
    shown: dict[str, Any], remark: str
) -> None:
    assert remarks(**shown) == (remark,)


def test_an_agent_of_whom_nothing_can_be_declared_is_left_out_with_the_reason() -> None:
    key = VOICE_ENHANCEMENT.key(VOICE, VOICE_ENHANCEMENT.fields[0])
    mode = [{"Channel": VOICE, "VoiceEnhancementMode": "CLARITY"}]
    found = finding((key,), VoiceEnhancementConfigs=mode)
    assert isinstance(found, LeftOut)
    assert "CLARITY" in found.why


def test_an_agent_without_room_for_the_record_is_left_out_with_the_reason() -> None:
    found = finding(Tags={f"tag{number}": "" for number in range(45)})
    assert isinstance(found, LeftOut)
    assert "holds 50 at most" in found.why


def test_an_agent_of_whom_a_deployment_would_give_a_setting_back_is_found_by_the_planner() -> None:
    chosen, owned = (AUTO_ACCEPT.key(channel, AUTO_ACCEPT.fields[0]) for channel in ("TASK", "EMAIL"))
    identity = Identity.parse(INSTANCE, "ada", Environment())
    owner = Owner.of(identity, "arn:aws:cloudformation:x:1:stack/agent-settings-1/x", "Agentada")
    record = OwnershipRecord(owner, {chosen: True, owned: True}, {chosen: False, owned: False})
    accepts = [{"Channel": channel, "AutoAccept": True} for channel in ("TASK", "EMAIL")]
    shown: dict[str, Any] = {"AutoAcceptConfigs": accepts, "Tags": record.to_tags()}
    assert isinstance(finding((chosen, owned), **shown), Adopted)
    found = finding((chosen,), **shown)
    assert isinstance(found, WouldChange)
    assert found.what == ("AutoAcceptConfigs[EMAIL].AutoAccept: wanted false, found true",)


_LIMITS = st.integers(0, 7_200)
_VALUES = {
    "AutoAccept": st.booleans(),
    "AgentFirstCallbackAutoAccept": st.booleans(),
    "AfterContactWorkConfig": st.builds(lambda limit: {"AfterContactWorkTimeLimit": limit}, _LIMITS),
    "AgentFirstCallbackAfterContactWorkConfig": st.builds(
        lambda limit: {"AfterContactWorkTimeLimit": limit}, _LIMITS
    ),
    "PhoneType": st.sampled_from(["SOFT_PHONE", "DESK_PHONE", "SIP_PHONE"]),
    "PhoneNumber": st.sampled_from([NUMBER, "", "030"]),
    "PersistentConnection": st.booleans(),
    "VoiceEnhancementMode": st.sampled_from(["NONE", "VOICE_ISOLATION", "CLARITY"]),
}
_LEGACY = {
    "PhoneType": _VALUES["PhoneType"],
    "DeskPhoneNumber": _VALUES["PhoneNumber"],
    "AutoAccept": st.booleans(),
    "AfterContactWorkTimeLimit": _LIMITS,
    "PersistentConnection": st.booleans(),
}


@st.composite
def shown_users(draw: st.DrawFn) -> dict[str, Any]:
    """What DescribeUser may show: any entries with any members, known values and others."""
    user: dict[str, Any] = {"PhoneConfig": draw(st.fixed_dictionaries({}, optional=_LEGACY))}
    for array in ARRAYS:
        entries = []
        for channel in draw(st.sets(st.sampled_from(array.channels))):
            members = {field.path[0]: _VALUES[field.path[0]] for field in array.fields_of(channel)}
            entries.append({"Channel": channel, **draw(st.fixed_dictionaries({}, optional=members))})
        user[array.name] = entries
    return user


@settings(deadline=None)  # a busy machine must not fail a test
@given(shown_users(), st.booleans(), st.sampled_from(list(FORMATS)), st.booleans())
def test_whatever_is_shown_the_written_template_writes_nothing(
    shown: dict[str, Any], with_numbers: bool, form: str, is_grouped: bool
) -> None:
    """From the text of the template, by the reader of templates, to the planner of the handlers."""
    user_id = "00000001-0000-4000-8000-00000000000a"
    live = from_description({"Id": user_id, "Arn": ARN, **shown})
    found = declare(live, ALL_KEYS, INSTANCE, with_numbers=with_numbers)
    assert isinstance(found, Adopted)
    other = Adopted("00000002-0000-4000-8000-00000000000a", "bob", found.arrays, found.number)
    about = {"Parts": 1, "Instance": INSTANCE}
    flavour = Flavour("Acme::Connect::UserConfig")
    tree = document(Part([found, other], 1, about), Form(flavour, form, is_grouped))
    written = read(FORMATS[form](tree, {}))
    assert isinstance(written, dict)
    values = dict.fromkeys(tree.get("Parameters", {}), found.number)
    first = Template(written, values).resources(lambda _: True, lambda _: False)[0]
    declaration = Declaration.parse(first.properties({}), Environment())
    assert declaration.identity.user_id == user_id
    owner = Owner.of(declaration.identity, "arn:aws:cloudformation:x:1:stack/s/1", first.logical_id)
    assert plan_take(declaration.settings, owner, None, live.live).arrays == {}
    assert with_numbers or NUMBER not in str(tree)
