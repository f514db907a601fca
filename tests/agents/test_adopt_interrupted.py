"""The command `adopt` when something comes between: Ctrl-C, refused calls, folders and files."""

import errno
import fcntl
import json
import math
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from agents.contact_centre import NUMBER, ContactCentre, Run

from connect_local import Fault, FaultKind
from connect_user_config.agents.adopting import parts
from connect_user_config.agents.instance import Instance

DESK = {"PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": NUMBER}]}
Adopt = Callable[..., Run]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "agents"


@pytest.fixture
def adopt(centre: ContactCentre, folder: Path) -> Adopt:
    return lambda *options: centre.run("adopt", "--to", str(folder), *options)


@pytest.fixture
def ten(centre: ContactCentre) -> ContactCentre:
    for number in range(10):
        centre.agent(f"agent{number}", **(DESK if number == 0 else {}))
    return centre


def interrupt_after(monkeypatch: pytest.MonkeyPatch, count: int, error: BaseException) -> None:
    """Raise `error` once, after `count` agents were read."""
    describe = Instance.describe
    read: list[str] = []

    def describing(self: Instance, user_id: str, *more: Any) -> Any:
        if len(read) == count:
            read.append("the error")
            raise error
        read.append(user_id)
        return describe(self, user_id, *more)

    monkeypatch.setattr(Instance, "describe", describing)


def test_after_ctrl_c_the_same_command_reads_the_rest_alone(
    ten: ContactCentre, adopt: Adopt, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = folder.with_name("whole")
    ten.run("adopt", "--to", str(whole))
    interrupt_after(monkeypatch, 4, KeyboardInterrupt())
    ended = adopt()
    assert ended.exit_code == 130
    assert "4 of 10 agents are read; the same command goes on from there." in ended.stderr
    assert "interrupted before it was done" in ended.stderr
    assert [path.name for path in folder.iterdir()] == [".adopt.jsonl"]
    ended = adopt()
    assert ended.exit_code == 0, ended.stderr
    assert "4 of 10 agents were read by an earlier run that did not end." in ended.stderr
    assert ten.calls.count("DescribeUser") == 6
    (written,) = folder.iterdir()
    assert written.read_bytes() == (whole / written.name).read_bytes()


@pytest.mark.parametrize("numbers", [(), ("--phone-numbers",)])
def test_what_an_interrupted_run_leaves_is_for_the_caller_alone(
    ten: ContactCentre, adopt: Adopt, folder: Path, monkeypatch: pytest.MonkeyPatch, numbers: tuple[str, ...]
) -> None:
    interrupt_after(monkeypatch, 4, KeyboardInterrupt())
    adopt(*numbers)
    left = folder / ".adopt.jsonl"
    assert stat.S_IMODE(left.stat().st_mode) == 0o600
    assert (NUMBER in left.read_text()) is bool(numbers)


def _cut(lines: list[str]) -> str:
    return "".join(lines)[:-20]


def _without_end(lines: list[str]) -> str:
    return "".join(lines).rstrip("\n")


def _nonsense(lines: list[str]) -> str:
    return "".join([*lines[:3], "nonsense\n", *lines[3:]])


def _old(lines: list[str]) -> str:
    head = json.loads(lines[0])
    return "".join([json.dumps({**head, "begun": time.time() - 15_000}) + "\n", *lines[1:]])


def _empty(_: list[str]) -> str:
    return ""


@pytest.mark.parametrize(
    ("damage", "read_again"),
    [(_cut, 1), (_without_end, 1), (_nonsense, 2), (_old, 4), (_empty, 4)],
    ids=["cut", "without end", "nonsense", "old", "empty"],
)
def test_of_a_damaged_or_old_journal_only_what_holds_is_kept(
    ten: ContactCentre,
    adopt: Adopt,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[list[str]], str],
    read_again: int,
) -> None:
    interrupt_after(monkeypatch, 4, KeyboardInterrupt())
    adopt()
    left = folder / ".adopt.jsonl"
    left.write_text(damage(left.read_text().splitlines(keepends=True)))
    assert adopt().exit_code == 0
    assert ten.calls.count("DescribeUser") == 6 + read_again
    assert (folder / "part-1-of-1.yaml").read_text().count("UserId") == 10


def test_another_task_begins_anew(ten: ContactCentre, adopt: Adopt, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt_after(monkeypatch, 4, KeyboardInterrupt())
    adopt()
    assert adopt("--array", "auto-accept").exit_code == 0
    assert ten.calls.count("DescribeUser") == 10


def test_a_second_run_in_the_same_folder_is_refused_while_one_is_at_work(
    ten: ContactCentre, adopt: Adopt, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    describe = Instance.describe
    seconds: list[Run] = []

    def describing(self: Instance, user_id: str, *more: Any) -> Any:
        if not seconds:
            monkeypatch.setattr(Instance, "describe", describe)
            seconds.append(adopt("--array", "auto-accept"))
        return describe(self, user_id, *more)

    monkeypatch.setattr(Instance, "describe", describing)
    assert adopt().exit_code == 0
    (second,) = seconds
    assert second.exit_code == 4
    assert f"another run of adopt is at work in {folder}" in second.stderr
    (written,) = folder.iterdir()
    assert written.read_text().count("VoiceEnhancementConfigs") == 10
    assert adopt().exit_code == 0


def test_where_folders_cannot_be_locked_a_run_goes_on(
    ten: ContactCentre, adopt: Adopt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    monkeypatch.setattr(fcntl, "flock", flock)
    assert adopt().exit_code == 0


@pytest.mark.parametrize("number", [1, 2])
def test_an_interruption_between_two_files_is_made_good_without_reading_again(
    ten: ContactCentre, adopt: Adopt, folder: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    adopt("--parts", "3")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    ten.agent("new")
    replace = Path.replace
    done: list[Path] = []

    def replacing(path: Path, target: Path) -> Path:
        if len(done) == number:
            done.append(path)
            raise KeyboardInterrupt
        done.append(path)
        return replace(path, target)

    ten.edit("id-agent1", AutoAcceptConfigs=[{"Channel": "TASK", "AutoAccept": True}])
    for each in range(2, 8):
        ten.edit(f"id-agent{each}", AutoAcceptConfigs=[{"Channel": "CHAT", "AutoAccept": True}])
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", replacing)
        assert adopt().exit_code == 130
    assert {path.name for path in folder.iterdir()} == {*before, ".adopt.jsonl"}
    assert adopt().exit_code == 0
    assert "DescribeUser" not in ten.calls
    whole = folder.with_name("whole")
    ten.run("adopt", "--to", str(whole), "--parts", "3")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        path.name: path.read_bytes() for path in whole.iterdir()
    }


def test_a_caller_who_may_read_nobody_is_told_and_nothing_is_written(
    ten: ContactCentre, adopt: Adopt, folder: Path
) -> None:
    ten.connect.plant(Fault("DescribeUser", FaultKind.ACCESS_DENIED, times=math.inf))
    ended = adopt()
    assert ended.exit_code == 5
    assert "connect:DescribeUser" in ended.stderr
    assert list(folder.iterdir()) == []


@pytest.fixture
def denied(ten: ContactCentre) -> Fault:
    """One agent may not be read."""
    return Fault("DescribeUser", FaultKind.ACCESS_DENIED, times=math.inf, user_id="id-agent3")


def test_an_agent_who_may_not_be_read_is_left_out_and_changes_the_exit_code(
    ten: ContactCentre, adopt: Adopt, folder: Path, denied: Fault
) -> None:
    ten.connect.plant(denied)
    ended = adopt()
    assert ended.exit_code == 5
    assert "left out, not to be read by this caller: id-agent3 (1 agent)" in ended.stderr
    assert "1 agent could not be read" in ended.stderr
    assert (folder / "part-1-of-1.yaml").read_text().count("UserId") == 9


def test_an_agent_in_the_templates_who_may_not_be_read_now_is_not_dropped(
    ten: ContactCentre, adopt: Adopt, folder: Path, denied: Fault
) -> None:
    adopt()
    before = (folder / "part-1-of-1.yaml").read_bytes()
    ten.connect.plant(denied)
    ended = adopt()
    assert ended.exit_code == 4
    assert "id-agent3 is in the templates, but cannot be declared now" in ended.stderr
    assert (folder / "part-1-of-1.yaml").read_bytes() == before
    ten.connect.clear_faults()
    assert adopt().exit_code == 0
    assert ten.calls.count("DescribeUser") == 1


def test_agents_who_leave_meanwhile_are_named(
    ten: ContactCentre, adopt: Adopt, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = Instance.search

    def searching(self: Instance, criteria: Any) -> Iterator[Any]:
        yield from search(self, criteria)
        ten._client.delete_user(InstanceId=ten.instance_id, UserId="id-agent3")

    monkeypatch.setattr(Instance, "search", searching)
    ended = adopt()
    assert ended.exit_code == 0
    assert "left out, no longer in the instance: id-agent3 (1 agent)" in ended.stderr
    assert "id-agent3" not in (folder / "part-1-of-1.yaml").read_text()


def test_a_folder_that_cannot_be_written_to_is_named_before_anything_is_read(
    ten: ContactCentre, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    ended = ten.run("adopt", "--to", str(tmp_path / "file" / "agents"))
    assert ended.exit_code == 2
    assert f"{tmp_path / 'file' / 'agents'} cannot be written to: Not a directory" in ended.stderr
    assert ten.calls == []


@pytest.mark.parametrize("on_call", [1, 2])
def test_a_full_disk_is_told_and_leaves_no_half_file(
    ten: ContactCentre, adopt: Adopt, folder: Path, monkeypatch: pytest.MonkeyPatch, on_call: int
) -> None:
    """The first file to be opened is the journal, the second a template."""
    opened: list[int] = []
    fdopen = os.fdopen

    def full(descriptor: int, *words: Any, **more: Any) -> Any:
        opened.append(descriptor)
        if len(opened) == on_call:
            raise OSError(28, "No space left on device")
        return fdopen(descriptor, *words, **more)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fdopen", full)
        ended = adopt()
    assert ended.exit_code == 1
    assert "cannot be written: No space left on device" in ended.stderr
    assert {path.name for path in folder.iterdir()} <= {".adopt.jsonl"}
    assert adopt().exit_code == 0


@pytest.mark.parametrize("text", ["", "Resources: {}", "[1]", "}{", "Metadata: {ConnectUserConfig: 7}"])
def test_a_file_of_somebody_else_is_not_overwritten(
    ten: ContactCentre, adopt: Adopt, folder: Path, text: str
) -> None:
    folder.mkdir()
    theirs = folder / "part-1-of-1.yaml"
    theirs.write_text(text)
    ended = adopt()
    assert ended.exit_code == 4
    assert str(theirs) in ended.stderr
    assert theirs.read_text() == text
    assert ten.calls == []


@pytest.mark.parametrize("name", ["part-1-of-1.yaml~", "part-1-of-1.yaml.orig", "README.md", "notes.yaml"])
def test_other_files_in_the_folder_stay_as_they_are(
    ten: ContactCentre, adopt: Adopt, folder: Path, name: str
) -> None:
    folder.mkdir()
    (folder / name).write_text("theirs")
    assert adopt().exit_code == 0
    assert (folder / name).read_text() == "theirs"


def test_a_missing_part_is_told(ten: ContactCentre, adopt: Adopt, folder: Path) -> None:
    adopt("--parts", "3")
    (folder / "part-2-of-3.yaml").unlink()
    ended = adopt()
    assert ended.exit_code == 4
    assert "part-2-of-3.yaml is missing" in ended.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--parts", "2"), "the templates have 3 parts, and --parts says 2"),
        (("--type-name", "Acme::Connect::UserConfig"), "Type of the templates is Custom::ConnectUserConfig"),
        (("--install-name", "Other"), "Export of the templates is ConnectUserConfigServiceToken"),
        (("--format", "json"), "are yaml"),
        (("--stack", "other"), "Stack of the templates is agent-settings, and would be other"),
    ],
)
def test_what_would_move_agents_is_refused_later(
    ten: ContactCentre, adopt: Adopt, options: tuple[str, ...], words: str
) -> None:
    adopt("--parts", "3")
    ended = adopt(*options)
    assert ended.exit_code == 2
    assert words in ended.stderr


def test_too_few_parts_are_refused_with_the_number_that_will_do(
    ten: ContactCentre, adopt: Adopt, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MOST_RESOURCES", 4)
    ended = adopt("--parts", "2")
    assert ended.exit_code == 4
    assert "resources of 4" in ended.stderr
    (least,) = re.findall(r"leave --parts out, or let it be (\d+) or more", ended.stderr)
    assert [path.name for path in folder.iterdir()] == [".adopt.jsonl"]
    assert adopt("--parts", least).exit_code == 0
    assert "DescribeUser" not in ten.calls


def test_a_part_that_grows_too_full_is_refused_with_the_recipe(
    ten: ContactCentre, adopt: Adopt, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopt()
    before = (folder / "part-1-of-1.yaml").read_bytes()
    ten.agent("new")
    monkeypatch.setattr(parts, "MOST_RESOURCES", 10)
    ended = adopt()
    assert ended.exit_code == 4
    assert "part 1 of 1 does not fit into a template: it needs 11 resources of 10" in ended.stderr
    assert "guide/adopt.md tells how to move a fleet to more parts" in ended.stderr
    assert (folder / "part-1-of-1.yaml").read_bytes() == before


def test_without_the_library_for_yaml_the_line_that_installs_it_is_told_and_json_will_do(
    ten: ContactCentre, adopt: Adopt, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "yaml", None)
        ended = adopt()
        assert ended.exit_code == 2
        assert "pip install" in ended.stderr
        assert ten.calls == []
        assert adopt("--format", "json").exit_code == 0
        assert adopt("--format", "json").exit_code == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--parts", "0"), "0 is not in the range 1<=x<=999"),
        (("--import",), "only a type of the registry can be imported"),
        (("--type-name", "Acme"), "not three"),
        (("--stack", "my_stack"), "'my_stack' is not a letter, then"),
        (("--install-name", "-"), "is not a name for the function"),
    ],
)
def test_a_wrong_command_line_calls_nobody(
    ten: ContactCentre, adopt: Adopt, options: tuple[str, ...], words: str
) -> None:
    ended = adopt(*options)
    assert ended.exit_code == 2
    assert words in ended.stderr
    assert ten.calls == []
