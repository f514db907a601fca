"""The command `adopt`: whom the templates declare, and what a second run makes of them."""

import difflib
import json
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from agents.contact_centre import (
    AUTO_ACCEPT_VOICE,
    NUMBER,
    WORK_VOICE,
    ContactCentre,
    Run,
    auto_accept,
    work,
)
from click.testing import CliRunner

from connect_local import Behaviour, Reads
from connect_user_config.cli import cli
from connect_user_config.reading.document import read
from connect_user_config.reading.template import Template

CUSTOM = "Custom::ConnectUserConfig"
TYPE = "Acme::Connect::UserConfig"
DESK: dict[str, Any] = {
    "PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": NUMBER}]
}
Adopt = Callable[..., Run]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "agents"


@pytest.fixture
def adopt(centre: ContactCentre, folder: Path) -> Adopt:
    return lambda *options: centre.run("adopt", "--to", str(folder), *options)


def declared(folder: Path, values: Mapping[str, str] | None = None) -> dict[str, Mapping[str, Any]]:
    """Return the properties of every resource in the templates, as a deployment resolves them."""
    found: dict[str, Mapping[str, Any]] = {}
    for path in sorted(folder.glob("part-*")):
        tree = read(path.read_text("utf-8"))
        assert isinstance(tree, dict)
        ours = Template(tree, values or {}).resources(lambda name: name in (CUSTOM, TYPE), lambda _: False)
        for each in ours:
            assert each.logical_id not in found
            (world,) = each.worlds
            found[each.logical_id] = each.properties(world)
    return found


def users(folder: Path) -> set[str]:
    return {properties["UserId"] for properties in declared(folder).values()}


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def create(centre: ContactCentre, number: int, **arrays: Any) -> str:
    """Create an agent whose id is a UUID, as the service makes them; return the id."""
    user_id = create_id(number)
    return centre.connect.create_user(centre.instance_id, f"agent{number}", user_id, **arrays)[0]


def test_the_effective_values_are_declared(centre: ContactCentre, adopt: Adopt, folder: Path) -> None:
    centre.agent("ada", AfterContactWorkConfigs=work(45, "CHAT"))
    ended = adopt("--array", "after-contact-work", "--channel", "CHAT")
    assert ended.exit_code == 0, ended.stderr
    (properties,) = declared(folder).values()
    assert {name: value for name, value in properties.items() if name != "ServiceToken"} == {
        "InstanceId": centre.instance_id,
        "UserId": "id-ada",
        "AfterContactWorkConfigs": work(45, "CHAT"),
    }
    assert "!ImportValue ConnectUserConfigServiceToken" in (folder / "part-1-of-1.yaml").read_text()
    assert centre.calls.count("UpdateUserConfig") == centre.calls.count("TagResource") == 0


def test_a_type_of_the_registry_has_no_token(centre: ContactCentre, adopt: Adopt, folder: Path) -> None:
    centre.agent("ada")
    assert adopt("--type-name", TYPE).exit_code == 0
    (properties,) = declared(folder).values()
    assert "ServiceToken" not in properties
    assert f"Type: {TYPE}" in (folder / "part-1-of-1.yaml").read_text()


SHAPES = [(), ("--group",), ("--format", "json"), ("--group", "--format", "json")]


@pytest.mark.parametrize("behaviour", [Behaviour(), Behaviour(reads=Reads.SPARSE)], ids=["dense", "sparse"])
@pytest.mark.parametrize("shape", SHAPES, ids=" ".join)
@pytest.mark.parametrize("flavour", [(), ("--type-name", TYPE)], ids=["custom", "registry"])
def test_every_form_declares_the_same_and_passes_the_check(
    centre: ContactCentre, adopt: Adopt, folder: Path, shape: tuple[str, ...], flavour: tuple[str, ...]
) -> None:
    for number in range(6):
        accepts = auto_accept(*("VOICE", "CHAT")[: number % 3])
        more = DESK if number == 5 else {}
        user_id = f"0000000{number}-0000-4000-8000-00000000000a"
        centre.connect.create_user(
            centre.instance_id, f"agent{number}", user_id, AutoAcceptConfigs=accepts, **more
        )
    ended = adopt("--phone-numbers", "--parts", "2", *shape, *flavour)
    assert ended.exit_code == 0, ended.stderr
    values = _values(folder)
    for properties in declared(folder, values).values():
        live = centre.connect.effective(centre.instance_id, properties["UserId"])
        assert _settings(properties).items() <= live.items()
        assert len(_settings(properties)) >= 11
    given = [f"--parameter={name}={value}" for name, value in values.items()]
    checked = CliRunner().invoke(cli, ["check", *map(str, folder.glob("part-*")), *given])
    assert checked.exit_code == 0, checked.output


def _values(folder: Path) -> dict[str, str]:
    pairs = [pair for path in folder.glob("values/*.json") for pair in json.loads(path.read_text())]
    return dict(pair.split("=", 1) for pair in pairs)


def _settings(properties: Mapping[str, Any]) -> dict[tuple[str, str, tuple[str, ...]], Any]:
    return {
        (array, entry["Channel"], path): value
        for array, entries in properties.items()
        if array.endswith("Configs")
        for entry in entries
        for path, value in _leaves(entry)
    }


def _leaves(entry: Mapping[str, Any], *path: str) -> list[tuple[tuple[str, ...], Any]]:
    found = []
    for name, value in entry.items():
        if isinstance(value, dict):
            found += _leaves(value, *path, name)
        elif name != "Channel":
            found.append(((*path, name), value))
    return found


@pytest.mark.parametrize("shape", SHAPES, ids=" ".join)
def test_diff_finds_nothing_that_deploying_would_change(
    centre: ContactCentre, adopt: Adopt, folder: Path, shape: tuple[str, ...]
) -> None:
    for number in range(6):
        create(centre, number, AutoAcceptConfigs=auto_accept(*("VOICE", "CHAT")[: number % 3]))
    assert adopt(*shape).exit_code == 0
    (path,) = folder.glob("part-*")
    compared = centre.run("diff", str(path), "--json").json["resources"]
    assert [each["changesSettings"] for each in compared] == [False] * 6
    assert [each["changesRecord"] for each in compared] == [True] * 6


def test_cfn_lint_accepts_every_form(centre: ContactCentre, adopt: Adopt, tmp_path: Path) -> None:
    for number in range(24):
        create(centre, number, **(DESK if number == 5 else {}))
    paths = []
    for name, shape in enumerate([*SHAPES, ("--type-name", TYPE)]):
        to = tmp_path / str(name)
        ended = centre.run("adopt", "--to", str(to), "--phone-numbers", *shape)
        assert ended.exit_code == 0, ended.stderr
        paths += list(to.glob("part-*"))
    linted = subprocess.run(
        [
            Path(sys.executable).with_name("cfn-lint"),
            "--append-rules=connect_user_config.lint",
            "--",
            *paths,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (linted.returncode, linted.stdout, linted.stderr) == (0, "", "")


def test_a_second_run_writes_the_same_bytes(centre: ContactCentre, adopt: Adopt, folder: Path) -> None:
    for number in range(12):
        create(centre, number)
    first = adopt("--parts", "3")
    before = files(folder)
    assert before.keys() == {f"part-{number}-of-3.yaml" for number in (1, 2, 3)}
    again = adopt()
    assert files(folder) == before
    assert again.stdout == first.stdout


def test_a_changed_setting_and_a_new_login_change_their_lines_alone(
    centre: ContactCentre, adopt: Adopt, folder: Path
) -> None:
    for number in range(12):
        create(centre, number)
    adopt("--parts", "3")
    before = _lines(folder)
    centre.edit(create_id(3), AutoAcceptConfigs=auto_accept("TASK"))
    create(centre, 100)
    adopt()
    changes = list(difflib.ndiff(before, _lines(folder)))
    gone = [line for line in changes if line.startswith("- ") and "DependsOn" not in line]
    assert gone == ["-       - {Channel: TASK, AutoAccept: false}"]
    assert sum(line.startswith("- ") for line in changes) <= 2


def create_id(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-00000000000a"


def _lines(folder: Path) -> list[str]:
    return [line for path in sorted(folder.glob("part-*")) for line in path.read_text().splitlines()]


def test_an_agent_whom_our_stack_owns_stays_in_the_templates(
    centre: ContactCentre, adopt: Adopt, folder: Path
) -> None:
    user_id = centre.agent("ada")
    centre.agent("bob")
    adopt("--array", "auto-accept")
    before = files(folder)
    centre.own(user_id, {AUTO_ACCEPT_VOICE: False}, stack="agent-settings-1", exists=False)
    ended = adopt("--array", "auto-accept")
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert files(folder) == before


def test_an_agent_in_the_templates_whom_another_stack_has_taken_is_named(
    centre: ContactCentre, adopt: Adopt, folder: Path
) -> None:
    user_id = centre.agent("ada")
    adopt("--array", "auto-accept")
    before = files(folder)
    centre.own(user_id, {AUTO_ACCEPT_VOICE: False}, exists=False)
    ended = adopt("--array", "auto-accept")
    assert ended.stderr == (
        "owned by stack sales, which refuses the deployment unless the agent was imported: ada (1 agent)\n"
    )
    assert files(folder) == before


def test_the_printed_commands_name_the_profile(
    centre: ContactCentre, adopt: Adopt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    keys = "aws_access_key_id = key\naws_secret_access_key = key\n"
    config.write_text(f'[profile "our team"]\nregion = us-east-1\n{keys}')
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    centre.agent("ada")
    assert "--region us-east-1 --profile 'our team' --stack-name" in adopt("--profile", "our team").stdout


def test_a_run_for_some_agents_leaves_the_others_in_the_templates(
    centre: ContactCentre, adopt: Adopt, folder: Path
) -> None:
    for name in ("ada", "bob"):
        centre.agent(name)
    adopt("--user", "ada")
    adopt("--user", "bob")
    assert users(folder) == {"id-ada", "id-bob"}


def test_an_agent_who_has_left_is_taken_out_and_named(
    centre: ContactCentre, adopt: Adopt, folder: Path
) -> None:
    gone = centre.agent("ada")
    centre.agent("bob")
    adopt()
    centre._client.delete_user(InstanceId=centre.instance_id, UserId=gone)
    ended = adopt()
    assert ended.exit_code == 0
    assert "left out, no longer in the instance: id-ada (1 agent)" in ended.stderr
    assert users(folder) == {"id-bob"}


def test_the_agents_of_other_stacks_are_left_out_and_named(
    centre: ContactCentre, adopt: Adopt, folder: Path
) -> None:
    for name in ("ada", "bob", "eve"):
        centre.agent(name)
    for name in ("ada", "eve"):
        centre.own(f"id-{name}", {AUTO_ACCEPT_VOICE: True}, exists=False)
    ended = adopt()
    assert "left out, owned by stack sales: ada, eve (2 agents)" in ended.stderr
    assert users(folder) == {"id-bob"}


def test_a_damaged_record_is_left_out_and_named(centre: ContactCentre, adopt: Adopt, folder: Path) -> None:
    centre.tag(centre.agent("ada"), {"connect-user-config:auto-accept": "v9 nonsense"})
    ended = adopt()
    assert ended.exit_code == 0
    assert "v9 nonsense" in ended.stderr
    assert ": ada (1 agent)\n" in ended.stderr
    assert files(folder) == {}


def test_an_agent_who_was_handed_over_is_adopted(centre: ContactCentre, adopt: Adopt, folder: Path) -> None:
    user_id = centre.agent("ada")
    centre.own(user_id, {AUTO_ACCEPT_VOICE: True})
    centre.run("release", "ada", "--hand-over", "--yes")
    assert adopt().exit_code == 0
    assert users(folder) == {user_id}


def test_what_would_be_given_back_is_refused_and_nothing_is_written(
    centre: ContactCentre, adopt: Adopt, folder: Path
) -> None:
    user_id = centre.agent("ada")
    centre.own(user_id, {AUTO_ACCEPT_VOICE: True, WORK_VOICE: 30})
    centre.run("release", "ada", "--hand-over", "--yes")
    ended = adopt("--array", "auto-accept")
    assert ended.exit_code == 4
    assert "deploying would write settings of ada" in ended.stderr
    assert "AfterContactWorkTimeLimit: wanted 0, found 30" in ended.stderr
    assert not list(folder.glob("part-*"))
    assert adopt().exit_code == 0


def test_an_import_takes_the_agents_with_a_record_and_names_the_resources(
    centre: ContactCentre, adopt: Adopt, folder: Path
) -> None:
    user_id = create(centre, 1)
    create(centre, 2)
    centre.own(user_id, {AUTO_ACCEPT_VOICE: True})
    ended = adopt("--import", "--type-name", TYPE)
    assert ended.exit_code == 0, ended.stderr
    assert users(folder) == {user_id}
    (logical_id,) = declared(folder)
    assert json.loads((folder / "resources-to-import-1.json").read_text()) == [
        {
            "ResourceType": TYPE,
            "LogicalResourceId": logical_id,
            "ResourceIdentifier": {"InstanceId": centre.instance_id, "UserId": user_id},
        }
    ]
    assert "DeletionPolicy: Delete" in (folder / "part-1-of-1.yaml").read_text()
    assert "nothing to import: adopted without --import: agent2" in ended.stderr
    assert "--change-set-type IMPORT" in ended.stdout
    assert adopt("--type-name", TYPE).exit_code == 0
    assert users(folder) == {user_id, create_id(2)}


def test_an_agent_whom_our_stack_owns_is_imported_no_second_time(
    centre: ContactCentre, adopt: Adopt, folder: Path
) -> None:
    ours, theirs = create(centre, 1), create(centre, 2)
    for user_id, stack in ((ours, "agent-settings-1"), (theirs, "sales")):
        centre.own(user_id, {AUTO_ACCEPT_VOICE: True}, stack=stack)
    assert adopt("--import", "--type-name", TYPE).exit_code == 0
    named = json.loads((folder / "resources-to-import-1.json").read_text())
    assert [each["ResourceIdentifier"]["UserId"] for each in named] == [theirs]
    assert users(folder) == {ours, theirs}


def test_the_values_of_numbers_stand_in_a_file_of_their_own_that_only_the_caller_can_read(
    centre: ContactCentre, adopt: Adopt, folder: Path
) -> None:
    user_id = create(centre, 1, **DESK)
    ended = adopt("--phone-numbers")
    name = f"Phone{user_id.replace('-', '')}"
    path = folder / "values" / "part-1.json"
    assert json.loads(path.read_text()) == [f"{name}={NUMBER}"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (folder / "values" / ".gitignore").read_text() == "*\n"
    assert f"--parameter-overrides file://{path}" in ended.stdout
    assert NUMBER not in (folder / "part-1-of-1.yaml").read_text() + ended.stdout + ended.stderr


def test_files_of_an_earlier_run_that_hold_nothing_any_more_go(
    centre: ContactCentre, adopt: Adopt, folder: Path
) -> None:
    user_id = create(centre, 1, **DESK)
    centre.own(user_id, {AUTO_ACCEPT_VOICE: True})
    adopt("--type-name", TYPE, "--import", "--phone-numbers")
    assert files(folder).keys() == {
        "part-1-of-1.yaml",
        "resources-to-import-1.json",
        "values/.gitignore",
        "values/part-1.json",
        "values/part-1-to-import.json",
    }
    adopt("--type-name", TYPE)
    assert files(folder).keys() == {"part-1-of-1.yaml", "values/.gitignore"}


def test_without_numbers_a_desk_phone_is_left_out_and_nothing_holds_its_number(
    centre: ContactCentre, adopt: Adopt, folder: Path
) -> None:
    create(centre, 1, **DESK)
    ended = adopt()
    assert "phone-number VOICE number is left out (--phone-numbers declares it)" in ended.stderr
    assert "agent1" in ended.stderr
    assert NUMBER.encode() not in b"".join(files(folder).values())
    assert "PhoneNumberConfigs" not in next(iter(declared(folder).values()))


def test_a_login_with_control_characters_breaks_no_line(
    centre: ContactCentre, adopt: Adopt, folder: Path
) -> None:
    centre.connect.create_user(centre.instance_id, "eve\x1b[2J\nResources: {}", "eve", **DESK)
    ended = adopt()
    assert ended.exit_code == 0
    assert "eve?[2J?Resources: {} (1 agent)\n" in ended.stderr
    assert "UserId: eve  # eve?[2J?Resources: {}\n" in (folder / "part-1-of-1.yaml").read_text()
    assert users(folder) == {"eve"}


def test_an_empty_instance_leaves_no_file(adopt: Adopt, folder: Path) -> None:
    ended = adopt()
    assert (ended.exit_code, ended.stdout) == (0, "")
    assert ended.stderr == "No agent is left to adopt.\n"
    assert files(folder) == {}
