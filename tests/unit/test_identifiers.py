"""Ids and ARNs: taken apart for the API, echoed as given, refused when malformed or of another place."""

import pytest
from botocore.session import Session
from unit.examples import ACCOUNT, ENVIRONMENT, INSTANCE, INSTANCE_ARN, REGION, USER, USER_ARN

from custom_connect_userconfig.core.errors import InvalidRequest
from custom_connect_userconfig.core.identifiers import (
    Environment,
    Identity,
    InstanceRef,
    Spelling,
    partition_of,
    respell,
)

SESSION = Session()
PARTITIONS = {
    r: partition
    for partition in SESSION.get_available_partitions()
    for r in SESSION.get_available_regions("ec2", partition)
}
BOTH = [(INSTANCE, USER), (INSTANCE_ARN, USER), (INSTANCE, USER_ARN), (INSTANCE_ARN, USER_ARN)]


@pytest.mark.parametrize(("instance", "user"), BOTH)
def test_the_api_gets_bare_ids_and_the_template_its_own_spelling(instance: str, user: str) -> None:
    identity = Identity.parse(instance, user, ENVIRONMENT)
    assert (identity.instance_id, identity.user_id) == (INSTANCE, USER)
    assert (identity.instance.given, identity.user_given) == (instance, user)
    assert str(identity) == f"user {USER} of instance {INSTANCE}"


@pytest.mark.parametrize(("instance", "user"), BOTH)
def test_a_found_user_is_spelled_as_its_owner_spells_it(instance: str, user: str) -> None:
    identity = Identity.parse(instance, user, ENVIRONMENT)
    assert identity.spellings == (Spelling.of(instance), Spelling.of(user))
    assert respell(USER, USER_ARN, identity.spellings) == (instance, user)


@pytest.mark.parametrize(
    ("partition", "region"),
    [
        ("aws", "us-east-1"),
        ("aws-cn", "cn-north-1"),
        ("aws-us-gov", "us-gov-west-1"),
        ("aws-iso-b", "us-isob-east-1"),
    ],
)
def test_arns_of_every_partition_are_understood(partition: str, region: str) -> None:
    arn = f"arn:{partition}:connect:{region}:{ACCOUNT}:instance/{INSTANCE}"
    identity = Identity.parse(arn, f"{arn}/agent/{USER}", Environment(region, ACCOUNT))
    assert (identity.instance_id, identity.user_id) == (INSTANCE, USER)


@pytest.mark.parametrize(
    ("partition", "region", "right"),
    [
        ("aws-nonsense", REGION, "aws"),
        ("aws-cn", REGION, "aws"),
        ("aws", "us-gov-west-1", "aws-us-gov"),
        ("aws-gov", "us-gov-east-1", "aws-us-gov"),
        ("aws", "cn-northwest-1", "aws-cn"),
        ("aws", "us-iso-east-1", "aws-iso"),
        ("aws-iso", "us-isob-east-1", "aws-iso-b"),
        ("aws", "eu-isoe-west-1", "aws-iso-e"),
        ("aws", "us-isof-south-1", "aws-iso-f"),
        ("aws", "eusc-de-east-1", "aws-eusc"),
    ],
)
@pytest.mark.parametrize("is_known", [True, False])
def test_an_arn_of_another_partition_is_refused(
    partition: str, region: str, right: str, is_known: bool
) -> None:
    instance = f"arn:{partition}:connect:{region}:{ACCOUNT}:instance/{INSTANCE}"
    place = Environment(region, ACCOUNT) if is_known else Environment()
    for name, parse in (
        ("InstanceId", lambda: InstanceRef.parse(instance, place)),
        ("UserId", lambda: Identity.parse(INSTANCE, f"{instance}/agent/{USER}", place)),
    ):
        with pytest.raises(InvalidRequest) as refused:
            parse()
        assert str(refused.value).startswith(f"{name}: {instance}")
        assert str(refused.value).endswith(
            f" is of partition {partition}, but region {region} is in partition {right}."
        )


@pytest.mark.parametrize("region", PARTITIONS)
def test_the_partition_of_every_region_that_botocore_knows_is_known(region: str) -> None:
    assert partition_of(region) == PARTITIONS[region]


@pytest.mark.parametrize("region", ["us-isog-east-1", "moon-base-1", "us-east", ""])
def test_a_region_that_is_newer_than_the_table_is_of_any_partition(region: str) -> None:
    assert partition_of(region) is None
    if region:
        arn = f"arn:aws-moon:connect:{region}:{ACCOUNT}:instance/{INSTANCE}"
        assert InstanceRef.parse(arn, Environment(region, ACCOUNT)).bare == INSTANCE


@pytest.mark.parametrize("elsewhere", [("us-east-1", "us-west-2"), (ACCOUNT, "210987654321")])
def test_two_arns_that_contradict_each_other_are_refused_where_the_place_is_not_known(
    elsewhere: tuple[str, str],
) -> None:
    other = INSTANCE_ARN.replace(*elsewhere)
    with pytest.raises(InvalidRequest) as refused:
        Identity.parse(INSTANCE_ARN, f"{other}/agent/{USER}", Environment())
    assert f"but InstanceId names {INSTANCE_ARN}." in str(refused.value)


def test_an_id_that_could_be_a_phone_number_is_not_said() -> None:
    assert "15555550123" not in str(Identity.parse(INSTANCE, "15555550123", ENVIRONMENT))


def test_where_the_place_is_not_known_no_place_is_wrong() -> None:
    assert Identity.parse(INSTANCE_ARN, USER_ARN, Environment()).user_id == USER


@pytest.mark.parametrize(
    ("place", "rule"),
    [
        (Environment("eu-west-1", ACCOUNT), f"is of region {REGION}, but the stack is in region eu-west-1."),
        (
            Environment(REGION, "999999999999"),
            f"is of account {ACCOUNT}, but the stack is in account 999999999999.",
        ),
    ],
)
@pytest.mark.parametrize(
    ("name", "instance", "user"), [("InstanceId", INSTANCE_ARN, USER), ("UserId", INSTANCE, USER_ARN)]
)
def test_an_arn_of_another_place_is_refused(
    place: Environment, rule: str, name: str, instance: str, user: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        Identity.parse(instance, user, place)
    assert str(refused.value).startswith(f"{name}: {instance if name == 'InstanceId' else user} {rule}")


@pytest.mark.parametrize("instance", ["33333333", f"arn:aws:connect:{REGION}:{ACCOUNT}:instance/33333333"])
def test_a_user_of_another_instance_is_refused_and_both_are_named(instance: str) -> None:
    with pytest.raises(
        InvalidRequest,
        match=rf"^UserId: {USER_ARN} is a user of instance {INSTANCE}, but InstanceId names 33333333\.",
    ):
        Identity.parse(instance, USER_ARN, ENVIRONMENT)


@pytest.mark.parametrize(
    "given",
    [
        "",
        " ",
        "a b",
        "-a",
        "_a",
        "a/b",
        "a:b",
        "a" * 101,
        f"{INSTANCE}\n",
        f" {INSTANCE_ARN}",
        INSTANCE_ARN.upper(),
        "ü",
    ],
)
def test_what_is_neither_an_id_nor_an_arn_is_refused_and_shown(given: str) -> None:
    for name, parse in (
        ("InstanceId", lambda: InstanceRef.parse(given, ENVIRONMENT)),
        ("UserId", lambda: Identity.parse(INSTANCE, given, ENVIRONMENT)),
    ):
        with pytest.raises(InvalidRequest) as refused:
            parse()
        assert (
            str(refused.value)
            == f"{name}: {given!r} is neither an id (1 to 100 letters, digits, - and _) nor an ARN."
        )


MALFORMED = [
    "arn:",
    "arn:aws:connect:us-east-1:123456789012:instance/",
    "arn:aws:connect:us-east-1:12345:instance/i",
    "arn:aws:connect::123456789012:instance/i",
    "arn:aws:connect:us-east-1::instance/i",
    "arn:aws:s3:us-east-1:123456789012:instance/i",
    "arn:gcp:connect:us-east-1:123456789012:instance/i",
    "arn:aws:connect:us-east-1:123456789012:queue/i",
    "arn:aws:connect:us-east-1:123456789012:instance/i/queue/q",
    "arn:aws:connect:us-east-1:123456789012:instance/i/agent/",
    "arn:aws:connect:us-east-1:123456789012:instance/i/agent/u/x",
    "arn:aws:connect:us-east-1:123456789012:instance/i\n",
]


@pytest.mark.parametrize("given", [*MALFORMED, USER_ARN])
def test_a_malformed_arn_of_an_instance_is_refused_with_the_form(given: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        InstanceRef.parse(given, ENVIRONMENT)
    assert str(refused.value) == (
        f"InstanceId: {given!r} is not the ARN of an Amazon Connect instance"
        " (arn:PARTITION:connect:REGION:ACCOUNT:instance/ID)."
    )


@pytest.mark.parametrize("given", [*MALFORMED, INSTANCE_ARN])
def test_a_malformed_arn_of_a_user_is_refused_with_the_form(given: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        Identity.parse(INSTANCE, given, ENVIRONMENT)
    assert str(refused.value) == (
        f"UserId: {given!r} is not the ARN of an Amazon Connect user"
        " (arn:PARTITION:connect:REGION:ACCOUNT:instance/ID/agent/ID)."
    )


def test_a_very_long_identifier_is_cut_in_the_message() -> None:
    with pytest.raises(InvalidRequest) as refused:
        InstanceRef.parse("a" * 5000, ENVIRONMENT)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize("given", ["a", "a" * 100, "A-b_9"])
def test_ids_of_every_allowed_length_and_character_are_accepted(given: str) -> None:
    assert InstanceRef.parse(given, ENVIRONMENT).bare == given
