"""The differences between live and declared values, and the settings that count as owned."""

from unit.examples import CHAT_ACCEPT, CHAT_ACW, NUMBER, OTHER_NUMBER, OWNER, VOICE_ACCEPT, live, recorded

from custom_connect_userconfig.core.arrays import PHONE_NUMBER_KEY, SOFT_PHONE
from custom_connect_userconfig.core.drift import Difference, differences
from custom_connect_userconfig.core.kinds import Unrecorded
from custom_connect_userconfig.core.ownership import OwnershipRecord


def test_what_is_being_given_back_is_not_owned() -> None:
    """A delete or an update that was cut off finishes the giving back; nobody declares the setting."""
    record = OwnershipRecord(OWNER, {CHAT_ACCEPT: True}, {CHAT_ACCEPT: False, VOICE_ACCEPT: False})
    user = live({CHAT_ACCEPT: True, VOICE_ACCEPT: True})
    assert list(differences({CHAT_ACCEPT: True}, record, user.settings)) == []
    declared = {CHAT_ACCEPT: True, VOICE_ACCEPT: True}
    assert list(differences(declared, record, user.settings)) == [
        Difference(VOICE_ACCEPT, True, True, is_owned=False)
    ]


def test_an_owned_number_that_is_not_declared_is_a_difference_even_if_there_is_none() -> None:
    record = recorded(OWNER, {PHONE_NUMBER_KEY: (Unrecorded.VALUE, None)})
    found = list(differences({}, record, live({}, legacy={"PhoneType": SOFT_PHONE}).settings))
    assert found == [Difference(PHONE_NUMBER_KEY, None, None, is_owned=True)]


def test_a_number_of_a_template_agrees_with_itself_only_and_one_of_a_record_with_any() -> None:
    record = recorded(OWNER, {PHONE_NUMBER_KEY: (Unrecorded.VALUE, None)})
    settings = live({PHONE_NUMBER_KEY: NUMBER}).settings
    assert list(differences({PHONE_NUMBER_KEY: NUMBER}, record, settings)) == []
    assert list(differences(record.declared, record, settings)) == []
    other = differences({PHONE_NUMBER_KEY: OTHER_NUMBER}, record, settings)
    assert [each.live for each in other] == [NUMBER]
    assert [each.live for each in differences(record.declared, record, live({}).settings)] == [None]


def test_what_the_service_makes_of_a_value_agrees_with_it() -> None:
    record = recorded(OWNER, {CHAT_ACW: (6_000, 0)})
    assert list(differences({CHAT_ACW: 6_000}, record, live({CHAT_ACW: 5_400}).settings)) == []
    assert [
        each.live for each in differences({CHAT_ACW: 6_000}, record, live({CHAT_ACW: 5_000}).settings)
    ] == [5_000]
