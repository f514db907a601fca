"""The owner in a record: its digest, its label, and the marks of its requests."""

import re
from dataclasses import replace

import pytest
from unit.examples import (
    ENVIRONMENT,
    IDENTITY,
    INSTANCE,
    INSTANCE_ARN,
    OTHER_OWNER,
    OWNER,
    STACK,
    USER,
    USER_ARN,
)

from custom_connect_userconfig.core.identifiers import Identity, Spelling
from custom_connect_userconfig.core.ownership import (
    MAX_REQUESTS,
    MAX_TAG_VALUE,
    OWNER_KEY,
    Owner,
    OwnershipRecord,
    requests_with,
)

BARE = OwnershipRecord(OWNER, {}, {})


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
    owner = Owner.of(Identity.parse(instance, user, ENVIRONMENT), STACK, "Agent")
    tags = OwnershipRecord(owner, {}, {}).to_tags()
    assert tags[OWNER_KEY] == f"v1 {owner.digest} {spelled} - sales/Agent"
    assert OwnershipRecord.owner_of(tags) == owner
    assert OwnershipRecord.from_tags(tags) == OwnershipRecord(owner, {}, {})


@pytest.mark.parametrize("tags", [{}, {OWNER_KEY: ""}, {OWNER_KEY: "v2 x"}])
def test_an_owner_that_cannot_be_understood_is_none_where_only_asked_for(tags: dict[str, str]) -> None:
    assert OwnershipRecord.owner_of(tags) is None


def test_the_digest_tells_apart_all_that_makes_a_resource() -> None:
    by_arn = Identity.parse(INSTANCE, USER_ARN, ENVIRONMENT)
    digests = {
        OWNER.digest,
        OTHER_OWNER.digest,
        Owner.of(IDENTITY, STACK, "Other").digest,
        Owner.of(by_arn, STACK, "Agent").digest,
        Owner.of(Identity.parse(INSTANCE_ARN, USER, ENVIRONMENT), STACK, "Agent").digest,
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
        ("stack/lone", "Agent", "lone/Agent", True),
        (None, "Agent", "-/Agent", False),
        ("", None, "-/-", False),
        (STACK, None, "sales/-", True),
        (STACK, "Ag[e]nt, 1", "sales/Ag_e_nt__1", True),
    ],
)
def test_the_label_is_readable_and_clean(
    stack: str | None, logical: str | None, label: str, has_stack: bool
) -> None:
    owner = Owner.of(IDENTITY, stack, logical)
    assert (owner.label, owner.has_stack) == (label, has_stack)
    found = OwnershipRecord.owner_of(OwnershipRecord(owner, {}, {}).to_tags())
    assert found is not None
    assert found.has_stack is has_stack


def test_a_long_label_is_cut_to_fit_and_the_owner_stays_the_same() -> None:
    owner = Owner.of(IDENTITY, STACK, "L" * 300)
    tags = OwnershipRecord(owner, {}, {}).to_tags()
    assert len(tags[OWNER_KEY]) == MAX_TAG_VALUE
    found = OwnershipRecord.from_tags(tags)
    assert found is not None
    assert found.owned_by(owner)
    assert found.owner is not None
    assert found.owner.spellings == (Spelling.ID, Spelling.ID)


def test_only_the_digest_says_who_owns() -> None:
    assert replace(BARE, owner=Owner(OWNER.digest, "renamed/x", OWNER.spellings)).owned_by(OWNER)
    assert not replace(BARE, owner=Owner(OTHER_OWNER.digest, OWNER.label, OWNER.spellings)).owned_by(OWNER)


def test_the_mark_of_a_request_is_the_start_of_its_hash() -> None:
    """It is the start of sha256("request-1"). The request itself, which may be a token, is in no tag."""
    assert OWNER.request == "19f1064b"
    assert Owner.of(IDENTITY, STACK, "Agent").request == Owner.of(IDENTITY, STACK, "Agent", "").request == ""
    assert re.fullmatch("[0-9a-f]{8}", Owner.of(IDENTITY, STACK, "Agent", "\ud800").request)


def test_a_request_that_writes_stands_last_and_once() -> None:
    assert requests_with((), "a") == ("a",)
    assert requests_with(("a",), "b") == ("a", "b")
    assert requests_with(("a", "b"), "b") == ("a", "b")
    assert requests_with(("a",), "") == ("a",)


def test_the_oldest_of_eight_requests_is_forgotten() -> None:
    eight = tuple("abcdefgh")
    assert len(eight) == MAX_REQUESTS
    assert requests_with(eight, "i") == tuple("bcdefghi")


@pytest.mark.parametrize(
    ("mark", "overtaken"), [("a", True), ("b", True), ("c", False), ("d", False), ("", False)]
)
def test_a_request_is_overtaken_if_another_has_written_since(mark: str, overtaken: bool) -> None:
    assert replace(BARE, requests=("a", "b", "c")).has_overtaken(mark) is overtaken
    assert not BARE.has_overtaken(mark)
