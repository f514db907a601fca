"""The record on the user: who owns, what was before, its form as tags, and that a damaged one is never guessed at."""

import re

import pytest
from unit.examples import (
    CALLBACK_ACCEPT,
    CHAT_ACCEPT,
    CHAT_ACW,
    IDENTITY,
    INSTANCE,
    INSTANCE_ARN,
    NUMBER,
    OTHER_OWNER,
    OWNER,
    PLACE,
    STACK,
    USER,
    USER_ARN,
    VOICE_ACCEPT,
)

from custom_connect_userconfig.core.arrays import ARRAYS, PHONE_NUMBER_KEY, PHONE_TYPE_KEY
from custom_connect_userconfig.core.errors import RecordDamaged
from custom_connect_userconfig.core.identifiers import Identity, Spelling
from custom_connect_userconfig.core.kinds import Boolean, OneOf, PriorValue, Seconds, Withheld
from custom_connect_userconfig.core.ownership import MARKER_KEY, MAX_TAG_VALUE, Owner, OwnershipRecord, our_keys, tag_key

ALLOWED = re.compile(r"[\w .:/=+\-@]{0,256}")
OWNER_KEY = f"{MARKER_KEY}:owner"
RECORD = OwnershipRecord(OWNER, {CHAT_ACCEPT: True, CALLBACK_ACCEPT: False, VOICE_ACCEPT: False, CHAT_ACW: 0})


def test_the_record_stands_in_tags_that_a_person_can_read() -> None:
    assert RECORD.to_tags() == {
        "connect-user-config": "managed",
        "connect-user-config:owner": f"v1 {OWNER.digest} id.id sales/Agent",
        "connect-user-config:auto-accept": "v1 VOICE=false VOICE.agent-first-callback=false CHAT=true",
        "connect-user-config:after-contact-work": "v1 CHAT=0",
    }


def test_the_record_reads_back_among_the_tags_of_others() -> None:
    tags = {**RECORD.to_tags(), "team": "sales", "connect-user-configuration": "theirs", "Connect-User-Config:owner": "theirs"}
    assert OwnershipRecord.from_tags(tags) == RECORD


@pytest.mark.parametrize("tags", [{}, {"team": "sales"}, {"connect-user-configuration": "x"}, {"connect-user-config-owner": "x"}])
def test_tags_of_others_are_no_record(tags: dict[str, str]) -> None:
    assert OwnershipRecord.from_tags(tags) is None
    assert our_keys(tags) == ()


def test_our_keys_are_the_marker_and_what_follows_its_colon_sorted() -> None:
    assert our_keys(("team", f"{MARKER_KEY}:z", MARKER_KEY, f"{MARKER_KEY}:a", f"{MARKER_KEY}s")) == (
        MARKER_KEY,
        f"{MARKER_KEY}:a",
        f"{MARKER_KEY}:z",
    )


@pytest.mark.parametrize(("prior", "word"), [(None, "none"), (Withheld.NUMBER, "withheld")])
def test_of_a_number_only_its_existence_is_recorded(prior: PriorValue, word: str) -> None:
    record = OwnershipRecord(OWNER, {PHONE_NUMBER_KEY: prior, PHONE_TYPE_KEY: "SOFT_PHONE"})
    assert record.to_tags()["connect-user-config:phone-number"] == f"v1 VOICE=SOFT_PHONE VOICE.number={word}"
    assert OwnershipRecord.from_tags(record.to_tags()) == record


def test_a_record_of_everything_at_its_longest_fits_into_tags() -> None:
    longest: dict[type, PriorValue] = {Boolean: False, Seconds: 2_000_000, OneOf: "NOISE_SUPPRESSION"}
    prior = {
        array.key(channel, field): longest.get(type(field.kind), Withheld.NUMBER)
        for array in ARRAYS
        for channel in array.channels
        for field in array.fields_of(channel)
    }
    tags = OwnershipRecord(Owner.of(IDENTITY, f"arn:x:stack/{'s' * 128}/1", "L" * 255), prior).to_tags()
    assert len(tags) == 2 + len(ARRAYS)
    assert all(ALLOWED.fullmatch(value) for value in tags.values())
    found = OwnershipRecord.from_tags(tags)
    assert found is not None
    assert found.prior == prior


@pytest.mark.parametrize("key", sorted(RECORD.to_tags().keys() - {OWNER_KEY}))
def test_a_record_that_has_lost_a_tag_is_still_one(key: str) -> None:
    tags = RECORD.to_tags()
    del tags[key]
    found = OwnershipRecord.from_tags(tags)
    assert found is not None
    assert found.owned_by(OWNER)


def test_a_record_without_its_owner_s_tag_is_owned_by_nobody_known() -> None:
    found = OwnershipRecord.from_tags({k: v for k, v in RECORD.to_tags().items() if k != OWNER_KEY})
    assert found == OwnershipRecord(None, RECORD.prior)
    assert not found.owned_by(OWNER)
    assert OWNER_KEY not in found.to_tags()


ACCEPT_KEY = tag_key(ARRAYS[0])
DAMAGED: dict[str, tuple[str, str]] = {
    "empty": (ACCEPT_KEY, ""),
    "newer version": (ACCEPT_KEY, "v2 VOICE=true"),
    "no version": (ACCEPT_KEY, "VOICE=true"),
    "unknown channel": (ACCEPT_KEY, "v1 FAX=true"),
    "unknown field": (ACCEPT_KEY, "v1 VOICE.colour=true"),
    "field of another channel": (ACCEPT_KEY, "v1 CHAT.agent-first-callback=true"),
    "no value": (ACCEPT_KEY, "v1 VOICE"),
    "empty value": (ACCEPT_KEY, "v1 VOICE="),
    "wrong value": (ACCEPT_KEY, "v1 VOICE=maybe"),
    "value of another kind": (tag_key(ARRAYS[1]), "v1 VOICE=true"),
    "owner empty": (OWNER_KEY, ""),
    "owner of a newer version": (OWNER_KEY, f"v2 {OWNER.digest} id.id sales/Agent"),
    "owner's digest too short": (OWNER_KEY, "v1 0123 id.id sales/Agent"),
    "owner's digest in capitals": (OWNER_KEY, "v1 0123456789ABCDEF id.id sales/Agent"),
    "owner's spelling unknown": (OWNER_KEY, f"v1 {OWNER.digest} id.name sales/Agent"),
    "owner without spelling": (OWNER_KEY, f"v1 {OWNER.digest} sales/Agent"),
    "a tag of a newer version": (f"{MARKER_KEY}:hologram", "v1 VOICE=true"),
}


@pytest.mark.parametrize(("key", "value"), list(DAMAGED.values()), ids=list(DAMAGED))
def test_a_damaged_record_is_refused_with_the_tag_its_value_and_the_way_out(key: str, value: str) -> None:
    with pytest.raises(RecordDamaged) as refused:
        OwnershipRecord.from_tags({**RECORD.to_tags(), key: value})
    message = str(refused.value)
    assert message.startswith(f"The tag {key} of the user has the value {value!r}, ")
    assert "newer version" in message
    assert message.endswith(f"remove all its tags that start with {MARKER_KEY}.")


def test_a_setting_recorded_twice_is_damage() -> None:
    with pytest.raises(RecordDamaged):
        OwnershipRecord.from_tags({**RECORD.to_tags(), ACCEPT_KEY: "v1 VOICE=true VOICE=false"})


def test_a_number_that_somebody_wrote_into_a_tag_is_not_repeated() -> None:
    tags = {**RECORD.to_tags(), "connect-user-config:phone-number": f"v1 VOICE=DESK_PHONE VOICE.number={NUMBER}"}
    with pytest.raises(RecordDamaged) as refused:
        OwnershipRecord.from_tags(tags)
    assert NUMBER not in str(refused.value)


@pytest.mark.parametrize(
    ("instance", "user", "spelled"),
    [
        (INSTANCE, USER, "id.id"),
        (INSTANCE_ARN, USER, "arn.id"),
        (INSTANCE, USER_ARN, "id.arn"),
        (INSTANCE_ARN, USER_ARN, "arn.arn"),
    ],
)
def test_an_owner_remembers_how_the_identifiers_are_spelled(instance: str, user: str, spelled: str) -> None:
    owner = Owner.of(Identity.parse(instance, user, PLACE), STACK, "Agent")
    assert owner.to_tag().split()[2] == spelled
    assert Owner.from_tag(owner.to_tag()) == owner
    assert OwnershipRecord.owner_of({OWNER_KEY: owner.to_tag()}) == owner


@pytest.mark.parametrize("tags", [{}, {OWNER_KEY: ""}, {OWNER_KEY: "v2 x"}])
def test_an_owner_that_cannot_be_understood_is_none_where_only_asked_for(tags: dict[str, str]) -> None:
    assert OwnershipRecord.owner_of(tags) is None


def test_the_digest_tells_apart_all_that_makes_a_resource() -> None:
    by_arn = Identity.parse(INSTANCE, USER_ARN, PLACE)
    digests = {
        OWNER.digest,
        OTHER_OWNER.digest,
        Owner.of(IDENTITY, STACK, "Other").digest,
        Owner.of(by_arn, STACK, "Agent").digest,
        Owner.of(Identity.parse(INSTANCE_ARN, USER, PLACE), STACK, "Agent").digest,
        Owner.of(IDENTITY, None, "Agent").digest,
        Owner.of(IDENTITY, None, "Agent", "t1").digest,
        Owner.of(IDENTITY, None, "Agent", "t2").digest,
    }
    assert len(digests) == 8
    assert all(re.fullmatch("[0-9a-f]{16}", digest) for digest in digests)


def test_retries_of_a_request_are_the_same_owner_whatever_their_token() -> None:
    assert Owner.of(IDENTITY, STACK, "Agent", "t1") == Owner.of(IDENTITY, STACK, "Agent", "t2") == OWNER
    assert Owner.of(IDENTITY, None, None, "t1") == Owner.of(IDENTITY, None, None, "t1")


@pytest.mark.parametrize(
    ("stack", "logical", "label", "has_stack"),
    [
        (STACK, "Agent", "sales/Agent", True),
        ("not-an-arn", "Agent", "not-an-arn/Agent", True),
        (None, "Agent", "-/Agent", False),
        ("", None, "-/-", False),
        (STACK, None, "sales/-", True),
        (STACK, "Ag[e]nt, 1", "sales/Ag_e_nt__1", True),
    ],
)
def test_the_label_is_readable_and_clean(stack: str | None, logical: str | None, label: str, has_stack: bool) -> None:
    owner = Owner.of(IDENTITY, stack, logical)
    assert (owner.label, owner.has_stack) == (label, has_stack)
    assert Owner.from_tag(owner.to_tag()).has_stack is has_stack


def test_a_long_label_is_cut_to_fit_and_the_owner_stays_the_same() -> None:
    owner = Owner.of(IDENTITY, STACK, "L" * 300)
    assert len(owner.to_tag()) == MAX_TAG_VALUE
    found = Owner.from_tag(owner.to_tag())
    assert OwnershipRecord(found, {}).owned_by(owner)
    assert found.spellings == (Spelling.ID, Spelling.ID)


def test_only_the_digest_says_who_owns() -> None:
    assert OwnershipRecord(Owner(OWNER.digest, "renamed/x", OWNER.spellings), {}).owned_by(OWNER)
    assert not OwnershipRecord(Owner(OTHER_OWNER.digest, OWNER.label, OWNER.spellings), {}).owned_by(OWNER)
