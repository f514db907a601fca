"""Which agents a command is about: one grammar, alternatives within an option, all options together."""

import pytest
from agents.contact_centre import ContactCentre


@pytest.fixture
def staff(centre: ContactCentre) -> ContactCentre:
    """Four agents in two routing profiles, two security profiles and three groups."""
    for name in ("Sales", "Support"):
        centre.connect.create_routing_profile(centre.instance_id, name, f"r-{name}")
    for name in ("Clerk", "Lead"):
        centre.connect.create_security_profile(centre.instance_id, name, f"s-{name}")
    centre.connect.create_hierarchy_group(centre.instance_id, "EMEA", "g-emea")
    centre.connect.create_hierarchy_group(centre.instance_id, "Berlin", "g-berlin", "g-emea")
    centre.connect.create_hierarchy_group(centre.instance_id, "APAC", "g-apac")
    for name, routing, security, group, team in (
        ("ada", "Sales", ["Clerk"], "g-emea", "One"),
        ("Bert", "Sales", ["Clerk", "Lead"], "g-berlin", "Two"),
        ("cleo", "Support", ["Lead"], "g-apac", "One"),
        ("dora", "Support", ["Clerk"], "", ""),
    ):
        centre.agent(
            name,
            RoutingProfileId=f"r-{routing}",
            SecurityProfileIds=[f"s-{each}" for each in security],
            **({"HierarchyGroupId": group} if group else {}),
            tags={"Team": team} if team else {},
        )
    return centre


@pytest.mark.parametrize(
    ("options", "selected"),
    [
        ("", "Bert ada cleo dora"),
        ("--user ada --user id-cleo", "ada cleo"),
        ("--name b*", "Bert"),
        ("--name *A", "ada dora"),
        ("--name [bc]*", "Bert cleo"),
        ("--routing-profile Sales", "Bert ada"),
        ("--routing-profile sales --routing-profile r-Support", "Bert ada cleo dora"),
        ("--security-profile Lead", "Bert cleo"),
        ("--routing-profile Support --security-profile Lead", "cleo"),
        ("--hierarchy-group EMEA", "ada"),
        ("--hierarchy-group EMEA/**", "Bert ada"),
        ("--hierarchy-group EMEA/** --hierarchy-group APAC", "Bert ada cleo"),
        ("--tag Team=One", "ada cleo"),
        ("--tag Team=One --tag Team=Two", "Bert ada cleo"),
        ("--tag Team=One --routing-profile Support", "cleo"),
        ("--user ada --tag Team=Two", ""),
        ("--user ada --user cleo --routing-profile Support", "cleo"),
        ("--user ada --user Bert --security-profile Lead", "Bert"),
        ("--user ada --user dora --hierarchy-group EMEA", "ada"),
        ("--user Bert --user cleo --hierarchy-group EMEA/**", "Bert"),
        ("--name a* --name d*", "ada dora"),
    ],
)
def test_options_select(staff: ContactCentre, options: str, selected: str) -> None:
    answer = staff.run("agents", "--json", *options.split()).json
    assert sorted(each["username"] for each in answer["agents"]) == selected.split()


def test_an_arn_is_a_user_as_well(staff: ContactCentre) -> None:
    answer = staff.run("agents", "--json", "--user", f"{staff.arn}/agent/id-ada").json
    assert [each["username"] for each in answer["agents"]] == ["ada"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--routing-profile Nobody", ("routing profile 'Nobody'", "Sales, Support")),
        ("--security-profile Nobody", ("security profile 'Nobody'", "Clerk")),
        ("--hierarchy-group Nobody/**", ("hierarchy group 'Nobody'", "APAC, Berlin, EMEA")),
        ("--user nobody", ("no agent 'nobody'", "--find nobody")),
        ("--tag Team", ("'Team' is not KEY=VALUE", "--tag Team=Sales")),
        ("--array phone", ("no array 'phone'", "phone-number")),
        ("--channel FAX", ("FAX", "voice")),
    ],
)
def test_what_does_not_exist_is_named_with_what_does(
    staff: ContactCentre, options: str, words: tuple[str, ...]
) -> None:
    ended = staff.run("agents", *options.split())
    assert ended.exit_code == 2
    for word in words:
        assert word in ended.stderr


def test_columns_show_profiles_and_groups_by_name(staff: ContactCentre) -> None:
    columns = "agent,routing-profile,security-profiles,hierarchy-group"
    shown = staff.run("agents", "--csv", "--user", "Bert", "--columns", columns).stdout
    assert shown.splitlines()[1] == 'Bert,Sales,"Clerk, Lead",Berlin'
