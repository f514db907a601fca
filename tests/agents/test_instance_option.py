"""The option `--instance` of the agents' commands: what can be no instance is refused at once."""

from pathlib import Path

import pytest
from agents.contact_centre import ContactCentre
from agents.templates_of_agents import run_alone

ARN = "arn:aws:connect:us-east-1:111122223333:instance/"


@pytest.mark.parametrize("given", ["INSTANCE_ID", "acme", f"{ARN}INSTANCE_ID"])
@pytest.mark.parametrize("command", ["adopt", "agents", "diff", "drift", "release"])
def test_a_placeholder_or_an_alias_is_refused_with_where_to_find_the_id(
    centre: ContactCentre, tmp_path: Path, command: str, given: str
) -> None:
    template = tmp_path / "template.yaml"
    template.write_text("Resources: {}")
    more = {"adopt": ["--to", str(tmp_path / "new")], "diff": [str(template)], "release": ["ada"]}
    centre.connect.forget_calls()
    ended = run_alone(command, *more.get(command, []), "--instance", given)
    assert ended.exit_code == 2
    assert f"'{given.rpartition('/')[2]}'" in ended.stderr
    assert "aws connect list-instances" in " ".join(ended.stderr.split())
    assert (centre.calls, (tmp_path / "new").exists()) == ([], False)


def test_what_is_neither_an_id_nor_an_arn_is_told_where_to_find_them() -> None:
    ended = run_alone("agents", "--instance", "acme.my.connect.aws")
    assert ended.exit_code == 2
    assert "is neither an id" in ended.stderr
    assert "aws connect list-instances" in " ".join(ended.stderr.split())
