"""Templates that somebody has edited by hand before `adopt` brings them up to date."""

from pathlib import Path

import pytest
from agents.contact_centre import ContactCentre


@pytest.fixture
def template(centre: ContactCentre, tmp_path: Path) -> Path:
    """The template of one agent."""
    centre.agent("ada")
    assert centre.run("adopt", "--to", str(tmp_path)).exit_code == 0
    return tmp_path / "part-1-of-1.yaml"


@pytest.mark.parametrize(
    "user", ["!Ref Ada", "!Sub '${Ada}'", "null", "'a b'", "12345", "INSTANCE/agent/id-ada"]
)
def test_an_agent_who_is_not_named_by_id_is_not_dropped(
    centre: ContactCentre, template: Path, user: str
) -> None:
    """Such an agent cannot be read, and must not get the earlier settings back for it."""
    edited = template.read_text().replace(
        "UserId: id-ada  # ada", f"UserId: {user.replace('INSTANCE', centre.arn)}"
    )
    template.write_text(edited)
    ended = centre.run("adopt", "--to", str(template.parent))
    assert ended.exit_code == 4
    assert "which is not an id that adopt writes" in ended.stderr
    assert template.read_text() == edited


@pytest.mark.parametrize("parts", ["999999999999", "-1", "many"])
def test_a_number_of_parts_that_no_run_writes_is_refused_at_once(
    centre: ContactCentre, template: Path, parts: str
) -> None:
    template.write_text(template.read_text().replace("Parts: 1", f"Parts: {parts}"))
    ended = centre.run("adopt", "--to", str(template.parent))
    assert ended.exit_code == 4
    assert f"{template} was not written by adopt" in ended.stderr
