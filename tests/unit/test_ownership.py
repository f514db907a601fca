"""The record on the user: its form as tags; a damaged one is refused, never guessed at."""

import re

import pytest
from unit.examples import (
    CALLBACK_ACCEPT,
    CHAT_ACCEPT,
    CHAT_ACW,
    ENVIRONMENT,
    INSTANCE_ARN,
    LATER,
    NUMBER,
    OWNER,
    USER_ARN,
    VOICE_ACCEPT,
    recorded,
)

from custom_connect_userconfig.core.arrays import (
    ARRAYS,
    PHONE_NUMBER_KEY,
    PHONE_TYPE_KEY,
    SettingKey,
    field_of,
)
from custom_connect_userconfig.core.errors import RecordDamaged
from custom_connect_userconfig.core.identifiers import Identity
from custom_connect_userconfig.core.kinds import Boolean, OneOf, RecordedValue, Seconds, Unrecorded, Value
from custom_connect_userconfig.core.ownership import (
    MARKER_KEY,
    MAX_REQUESTS,
    OWNER_KEY,
    Marker,
    Owner,
    OwnershipRecord,
    as_recorded,
    our_keys,
    tag_key,
)

ALLOWED = re.compile(r"[\w .:/=+\-@]{0,256}")


RECORD = recorded(
    OWNER,
    {
        CHAT_ACCEPT: (False, True),
        CALLBACK_ACCEPT: (True, False),
        VOICE_ACCEPT: (True, False),
        CHAT_ACW: (30, 0),
    },
    LATER,
)


ACCEPT_KEY = tag_key(ARRAYS[0])


EVERY_SETTING = [
    array.key(channel, field)
    for array in ARRAYS
    for channel in array.channels
    for field in array.fields_of(channel)
]


def test_the_record_stands_in_tags_that_a_person_can_read() -> None:
    assert RECORD.to_tags() == {
        "connect-user-config": "managed",
        "connect-user-config:owner": f"v1 {OWNER.digest} id.id {OWNER.request}.{LATER.request} sales/Agent",
        "connect-user-config:auto-accept": "v1 VOICE=true VOICE.agent-first-callback=true CHAT=false"
        " was VOICE=false VOICE.agent-first-callback=false CHAT=true",
        "connect-user-config:after-contact-work": "v1 CHAT=30 was CHAT=0",
    }


def test_a_setting_that_is_being_given_back_has_an_earlier_value_only() -> None:
    record = OwnershipRecord(
        OWNER, {VOICE_ACCEPT: True}, {VOICE_ACCEPT: False, CHAT_ACCEPT: True, CHAT_ACW: 0}
    )
    tags = record.to_tags()
    assert tags[ACCEPT_KEY] == "v1 VOICE=true was VOICE=false CHAT=true"
    assert tags[tag_key(ARRAYS[1])] == "v1 was CHAT=0"
    assert OwnershipRecord.from_tags(tags) == record


def test_the_record_reads_back_among_the_tags_of_others() -> None:
    tags = {
        **RECORD.to_tags(),
        "team": "sales",
        "connect-user-configuration": "theirs",
        "Connect-User-Config:owner": "theirs",
    }
    assert OwnershipRecord.from_tags(tags) == RECORD


@pytest.mark.parametrize(
    "tags", [{}, {"team": "sales"}, {"connect-user-configuration": "x"}, {"connect-user-config-owner": "x"}]
)
def test_tags_of_others_are_no_record(tags: dict[str, str]) -> None:
    assert OwnershipRecord.from_tags(tags) is None
    assert our_keys(tags) == ()


def test_our_keys_are_the_marker_and_what_follows_its_colon_sorted() -> None:
    assert our_keys(("team", f"{MARKER_KEY}:z", MARKER_KEY, f"{MARKER_KEY}:a", f"{MARKER_KEY}s")) == (
        MARKER_KEY,
        f"{MARKER_KEY}:a",
        f"{MARKER_KEY}:z",
    )


@pytest.mark.parametrize(("prior", "word"), [(None, "none"), (Unrecorded.VALUE, "unrecorded")])
def test_of_a_number_only_its_existence_is_recorded(prior: RecordedValue, word: str) -> None:
    record = recorded(
        OWNER, {PHONE_NUMBER_KEY: (Unrecorded.VALUE, prior), PHONE_TYPE_KEY: ("DESK_PHONE", "SOFT_PHONE")}
    )
    assert record.to_tags()["connect-user-config:phone-number"] == (
        f"v1 VOICE=DESK_PHONE VOICE.number=unrecorded was VOICE=SOFT_PHONE VOICE.number={word}"
    )
    assert OwnershipRecord.from_tags(record.to_tags()) == record


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        (PHONE_NUMBER_KEY, NUMBER, Unrecorded.VALUE),
        (PHONE_NUMBER_KEY, None, None),
        (PHONE_TYPE_KEY, "DESK_PHONE", "DESK_PHONE"),
        (VOICE_ACCEPT, False, False),
    ],
)
def test_a_record_says_of_a_number_that_there_is_one_and_of_any_other_value_itself(
    key: SettingKey, value: Value | None, found: RecordedValue
) -> None:
    assert as_recorded(key, value) == found


def test_an_earlier_value_that_nobody_knows_reads_back_whatever_its_kind() -> None:
    record = OwnershipRecord(OWNER, {}, dict.fromkeys(EVERY_SETTING, Unrecorded.VALUE))
    names = ("VOICE", "VOICE.agent-first-callback", "CHAT", "TASK", "EMAIL")
    assert record.to_tags()[ACCEPT_KEY] == " ".join(("v1 was", *(f"{name}=unrecorded" for name in names)))
    assert OwnershipRecord.from_tags(record.to_tags()) == record


NINETEEN_DIGITS = int("9" * 19)


@pytest.mark.parametrize(
    "earlier",
    [
        {Boolean: False, Seconds: 2_000_000, OneOf: "NOISE_SUPPRESSION"},
        {Boolean: False, Seconds: NINETEEN_DIGITS, OneOf: "X" * 40},
        {Boolean: False, Seconds: -NINETEEN_DIGITS, OneOf: "X" * 40},
        {},
    ],
    ids=["today's rules", "what a service once showed", "with signs", "unrecorded"],
)
def test_a_record_of_everything_at_its_longest_fits_into_tags(earlier: dict[type, RecordedValue]) -> None:
    longest: dict[type, RecordedValue] = {Boolean: False, Seconds: 2_000_000, OneOf: "NOISE_SUPPRESSION"}
    owner = Owner.of(
        Identity.parse(INSTANCE_ARN, USER_ARN, ENVIRONMENT), f"arn:x:stack/{'s' * 128}/1", "L" * 255
    )
    record = OwnershipRecord(
        owner,
        {key: longest.get(type(field_of(key).kind), Unrecorded.VALUE) for key in EVERY_SETTING},
        {key: earlier.get(type(field_of(key).kind), Unrecorded.VALUE) for key in EVERY_SETTING},
        tuple(f"{n:08x}" for n in range(MAX_REQUESTS)),
    )
    tags = record.to_tags()
    assert len(tags) == 2 + len(ARRAYS)
    assert all(ALLOWED.fullmatch(value) for value in tags.values()), {k: len(v) for k, v in tags.items()}
    found = OwnershipRecord.from_tags(tags)
    assert found is not None
    assert (found.declared, found.prior, found.requests) == (record.declared, record.prior, record.requests)
    assert found.owned_by(owner)


@pytest.mark.parametrize("key", sorted(RECORD.to_tags().keys() - {OWNER_KEY}))
def test_a_record_that_has_lost_a_tag_is_still_one(key: str) -> None:
    tags = RECORD.to_tags()
    del tags[key]
    found = OwnershipRecord.from_tags(tags)
    assert found is not None
    assert found.owned_by(OWNER)
    assert not found.is_ending


def test_a_record_without_its_owner_s_tag_is_owned_by_nobody_known() -> None:
    found = OwnershipRecord.from_tags({k: v for k, v in RECORD.to_tags().items() if k != OWNER_KEY})
    assert found == OwnershipRecord(None, RECORD.declared, RECORD.prior)
    assert not found.owned_by(OWNER)
    assert OWNER_KEY not in found.to_tags()


def test_a_record_without_owner_and_marker_is_what_a_release_has_left() -> None:
    tags = {key: value for key, value in RECORD.to_tags().items() if key not in (OWNER_KEY, MARKER_KEY)}
    found = OwnershipRecord.from_tags(tags)
    assert found == OwnershipRecord(None, RECORD.declared, RECORD.prior, marker=Marker.RELEASING)
    assert found.is_ending


DAMAGED: dict[str, tuple[str, str]] = {
    "empty": (ACCEPT_KEY, ""),
    "newer version": (ACCEPT_KEY, "v2 VOICE=true was VOICE=false"),
    "no version": (ACCEPT_KEY, "VOICE=true was VOICE=false"),
    "nothing but a version": (ACCEPT_KEY, "v1"),
    "no earlier values": (ACCEPT_KEY, "v1 VOICE=true"),
    "no earlier value of one": (ACCEPT_KEY, "v1 VOICE=true CHAT=true was VOICE=false"),
    "earlier values twice": (ACCEPT_KEY, "v1 VOICE=true was VOICE=false was VOICE=false"),
    "unknown channel": (ACCEPT_KEY, "v1 was FAX=true"),
    "unknown field": (ACCEPT_KEY, "v1 was VOICE.colour=true"),
    "field of another channel": (ACCEPT_KEY, "v1 was CHAT.agent-first-callback=true"),
    "no value": (ACCEPT_KEY, "v1 was VOICE"),
    "empty value": (ACCEPT_KEY, "v1 was VOICE="),
    "wrong value": (ACCEPT_KEY, "v1 was VOICE=maybe"),
    "wrong declared value": (ACCEPT_KEY, "v1 VOICE=maybe was VOICE=false"),
    "value of another kind": (tag_key(ARRAYS[1]), "v1 was VOICE=true"),
    "owner empty": (OWNER_KEY, ""),
    "owner of a newer version": (OWNER_KEY, f"v2 {OWNER.digest} id.id - sales/Agent"),
    "owner's digest too short": (OWNER_KEY, "v1 0123 id.id - sales/Agent"),
    "owner's digest in capitals": (OWNER_KEY, "v1 0123456789ABCDEF id.id - sales/Agent"),
    "owner's spelling unknown": (OWNER_KEY, f"v1 {OWNER.digest} id.name - sales/Agent"),
    "owner without spelling": (OWNER_KEY, f"v1 {OWNER.digest} - sales/Agent"),
    "owner without requests": (OWNER_KEY, f"v1 {OWNER.digest} id.id sales/Agent"),
    "a request too short": (OWNER_KEY, f"v1 {OWNER.digest} id.id 0123456 sales/Agent"),
    "a request too long": (OWNER_KEY, f"v1 {OWNER.digest} id.id 012345678 sales/Agent"),
    "a request in capitals": (OWNER_KEY, f"v1 {OWNER.digest} id.id 0123ABCD sales/Agent"),
    "too many requests": (OWNER_KEY, f"v1 {OWNER.digest} id.id {'.'.join(['01234567'] * 9)} sales/Agent"),
    "a tag of a newer version": (f"{MARKER_KEY}:hologram", "v1 VOICE=true was VOICE=false"),
}


@pytest.mark.parametrize(("key", "value"), list(DAMAGED.values()), ids=list(DAMAGED))
def test_a_damaged_record_is_refused_with_the_tag_its_value_and_the_way_out(key: str, value: str) -> None:
    with pytest.raises(RecordDamaged) as refused:
        OwnershipRecord.from_tags({**RECORD.to_tags(), key: value})
    message = str(refused.value)
    assert message.startswith(f"The tag {key} of the user has the value {value!r}, ")
    assert "newer version" in message
    assert message.endswith(f"remove all its tags that start with {MARKER_KEY}.")


@pytest.mark.parametrize(
    "value", ["v1 was VOICE=true VOICE=false", "v1 VOICE=true VOICE=true was VOICE=true"]
)
def test_a_setting_recorded_twice_is_damage(value: str) -> None:
    with pytest.raises(RecordDamaged):
        OwnershipRecord.from_tags({**RECORD.to_tags(), ACCEPT_KEY: value})


def test_a_number_that_somebody_wrote_into_a_tag_is_not_repeated() -> None:
    tags = {
        **RECORD.to_tags(),
        "connect-user-config:phone-number": f"v1 was VOICE=DESK_PHONE VOICE.number={NUMBER}",
    }
    with pytest.raises(RecordDamaged) as refused:
        OwnershipRecord.from_tags(tags)
    assert NUMBER not in str(refused.value)
