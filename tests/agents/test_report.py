"""The HTML report of agents: what it holds, that names of others are text in it, and how it is written."""

import base64
import gc
import hashlib
import re
import stat
import weakref
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner

from connect_local.local_connect import LocalConnect
from connect_user_config.agents.agent import ALL_KEYS, Agent
from connect_user_config.agents.instance import Instance
from connect_user_config.agents.options import Outside
from connect_user_config.agents.report import write_report
from connect_user_config.cli import cli
from connect_user_config.problems import Failed, UsageError
from custom_connect_userconfig.core.arrays import AUTO_ACCEPT, PHONE_NUMBER_KEY
from support.agent_reports import ACCEPT, AT, NUMBER, WORK, agent, many, report, view
from support.clock import FakeClock

EVIL = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>${x} $title </table><!--"


class Reader(HTMLParser):
    """The rows of the table of agents, as texts, and every tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self._is_in_table = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._is_in_table |= dict(attrs).get("id") == "agents"
        if self._is_in_table and tag == "tr":
            self.rows.append([])
        elif self._is_in_table and tag in {"td", "th"}:
            self.rows[-1].append("")
        elif self._is_in_table and tag in {"br", "li", "small"}:
            self.rows[-1][-1] += "; "

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._is_in_table and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.rstrip("\n")

    def handle_endtag(self, tag: str) -> None:
        self._is_in_table &= tag != "table"


def one(tmp_path: Path, only: Agent, **options: object) -> dict[str, str]:
    """The one row of a report, by title."""
    _, text = report(tmp_path / "one.html", [only], **options)
    titles, row = Reader(text).rows
    return dict(zip(titles, row, strict=True))


def test_a_row_says_in_words_what_is_in_force(tmp_path: Path) -> None:
    shown = agent("ada", first="Ada", last="Lovelace", group="hg1", profile="rp2", accept=True, work=30)
    assert one(tmp_path, shown) == {
        "Agent": "ada; Ada Lovelace",
        "Hierarchy group": "Team Cork",
        "Routing profile": "Claims",
        "Auto accept": "Voice:\u00a0on; Others:\u00a0off",
        "After contact work": "Voice:\u00a030\u00a0s; Others:\u00a0no\u00a0limit",
        "Phone number": "soft phone",
        "Persistent connection": "off",
        "Voice enhancement": "none",
        "Owner": "nobody",
        "State": "○ Not owned",
    }


def test_a_difference_is_told_with_both_values(tmp_path: Path) -> None:
    row = one(tmp_path, agent("ada", accept=False, work=45, declared={ACCEPT: True, WORK: 30}))
    assert row["Owner"] == "sales/Settings"
    assert row["State"] == (
        "▲ Differs; Auto accept, Voice: off instead of on;"
        " After contact work, Voice: 45\u00a0s instead of 30\u00a0s"
    )


def test_a_difference_in_a_setting_that_is_not_selected_is_left_out(tmp_path: Path) -> None:
    keys = tuple(key for key in ALL_KEYS if key.array == AUTO_ACCEPT.name)
    shown = agent("ada", accept=True, work=45, declared={ACCEPT: True, WORK: 30})
    row = one(tmp_path, shown, shown=view(keys=keys))
    assert row["State"] == "✓ As declared"
    assert "After contact work" not in row


def test_only_what_a_stack_owns_is_bold(tmp_path: Path) -> None:
    _, text = report(tmp_path / "r.html", [agent("ada", accept=True, declared={ACCEPT: True})])
    (row,) = [line for line in text.splitlines() if "<th scope=row>ada" in line]
    assert re.findall("<b>(.*?)</b>", row) == ["on"]


@pytest.mark.parametrize("with_numbers", [False, True])
def test_phone_numbers_are_there_only_if_asked_for(tmp_path: Path, with_numbers: bool) -> None:
    shown = agent("ada", number=NUMBER, declared={PHONE_NUMBER_KEY: "+15555550100"})
    _, text = report(tmp_path / "r.html", [shown], shown=view(with_numbers=with_numbers))
    assert (NUMBER in text) is with_numbers
    assert ("+15555550100" in text) is with_numbers
    assert ("number not shown" in text) is not with_numbers


def test_a_record_that_cannot_be_read_and_a_remark_are_told(tmp_path: Path) -> None:
    tags = {"connect-user-config": "1", "connect-user-config:owner": "who knows"}
    damaged = agent("ada", tags=tags)
    assert damaged.damage
    counts, text = report(
        tmp_path / "r.html",
        [damaged, agent("bob", declared={ACCEPT: False})],
        remark=lambda each: "Its stack is gone." if each.username == "bob" else "",
    )
    rows = [row[-1] for row in Reader(text).rows]
    assert rows == ["State", f"! Record unreadable; {damaged.damage}", "◆ Needs a look; Its stack is gone."]
    assert counts.owned == 2


def test_names_of_others_are_text(tmp_path: Path) -> None:
    shown = agent(EVIL, first=EVIL, last=EVIL, group=EVIL, profile=EVIL, declared={ACCEPT: True}, stack="s")
    _, text = report(tmp_path / "r.html", [shown], remark=lambda _: EVIL)
    _, plain = report(
        tmp_path / "p.html", [agent("ada", first="Ada", declared={ACCEPT: True})], remark=lambda _: EVIL[:0]
    )
    read, expected = Reader(text), Reader(plain)
    without_details = [tag for tag, _ in read.tags]
    assert without_details.count("script") == [tag for tag, _ in expected.tags].count("script") == 1
    assert "img" not in without_details
    assert EVIL in read.rows[1][0]
    assert not [name for _, attributes in read.tags for name in attributes if name.startswith("on")]


def test_values_of_others_are_text(tmp_path: Path) -> None:
    """A number comes from the service as a text, which nobody has checked."""
    shown = agent("ada", number=EVIL, declared={PHONE_NUMBER_KEY: "+15555550100"})
    _, text = report(tmp_path / "r.html", [shown], shown=view(with_numbers=True))
    assert [tag for tag, _ in Reader(text).tags].count("script") == 1
    assert Reader(text).rows[1][5] == f"desk phone; {EVIL}"
    assert f"{EVIL} instead of" in Reader(text).rows[1][-1]


def test_agents_who_could_not_be_read_are_missed(tmp_path: Path) -> None:
    shown = view()
    _, text = report(tmp_path / "r.html", many(3), shown=shown)
    assert "could not be read" not in text
    shown.instance.unreadable["id"] = "denied"
    _, text = report(tmp_path / "r.html", many(3), shown=shown)
    assert "1 agent could not be read, and is left out of this page." in Reader(text).text


def test_the_policy_allows_the_own_style_and_script_only(tmp_path: Path) -> None:
    _, text = report(tmp_path / "r.html", many(3))
    policy = dict(Reader(text).tags[3][1])["content"] or ""
    held = re.search("<style>(.*?)</style>\n<script>(.*?)</script>", text, re.DOTALL)
    assert held
    style, script = (
        base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in held.groups()
    )
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}';"
        " base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"https?:|url\(|@import|\bstyle=|\bhref=[^#]|\bsrc=", text)


def test_the_summary_counts_agents_by_team(tmp_path: Path) -> None:
    counts, text = report(tmp_path / "r.html", many(40))
    assert counts.agents == 40
    assert counts.owned == 32
    told = re.findall(r"<tr><th scope=row>(.*?)<td>(\d+)<td>(\d+)<td>(\d+)", text)
    groups, profiles = told[:4], told[4:]
    assert [name for name, *_ in groups] == ["Team Berlin", "Team Cork", "Team Lyon", "none"]
    assert [name for name, *_ in profiles] == ["Claims", "Sales", "Support"]
    for teams in (groups, profiles):
        assert sum(int(agents) for _, agents, _, _ in teams) == 40
        assert sum(int(owned) for _, _, owned, _ in teams) == 32


def test_two_teams_of_one_name_are_told_apart(tmp_path: Path) -> None:
    shown = view()
    shown.instance.hierarchy_groups = {"hg0": "Night", "hg1": "Night"}
    _, text = report(tmp_path / "r.html", [agent("a", group="hg0"), agent("b", group="hg1")], shown=shown)
    assert [row[1] for row in Reader(text).rows[1:]] == ["Night (hg0)", "Night (hg1)"]


def test_the_order_of_the_agents_makes_no_difference(tmp_path: Path) -> None:
    _, forth = report(tmp_path / "a.html", many(150))
    _, back = report(tmp_path / "b.html", reversed(list(many(150))))
    assert forth == back
    names = [row[0].split(";")[0] for row in Reader(forth).rows[1:]]
    numbers = [int(name.rpartition(".")[2]) for name in names if name.startswith("dijkstra.ada.")]
    assert numbers == sorted(numbers) == [40, 104]
    assert [name.rpartition(".")[0] for name in names] == sorted(name.rpartition(".")[0] for name in names)
    assert forth.count("<tr class=on") == 100


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("agents", "There is no such agent."),
        ("drift", "Every setting that a stack owns is as declared."),
    ],
)
def test_no_agent_at_all_is_a_report_too(tmp_path: Path, kind: str, said: str) -> None:
    counts, text = report(tmp_path / "r.html", [], kind=kind)
    assert counts.agents == 0
    assert len(Reader(text).rows) == 1
    assert f"<p id=nothing >{said}</p>" in text


def test_the_file_is_for_its_owner_only_and_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "r.html"
    path.write_text("earlier")
    path.chmod(0o644)
    report(path, many(3))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["r.html"]


def test_a_report_that_is_not_completed_leaves_the_earlier_one(tmp_path: Path) -> None:
    def broken() -> Iterator[Agent]:
        yield from many(3)
        raise KeyboardInterrupt

    path = tmp_path / "r.html"
    path.write_text("earlier")
    with pytest.raises(KeyboardInterrupt):
        report(path, broken())
    assert path.read_text() == "earlier"
    assert [each.name for each in tmp_path.iterdir()] == ["r.html"]


@pytest.mark.parametrize("name", ["no such folder/r.html", "/dev/null"])
def test_what_cannot_be_a_file_is_told_before_an_agent_is_read(tmp_path: Path, name: str) -> None:
    def read() -> Agent:
        pytest.fail("an agent was read")

    unread = (read() for _ in range(1))
    with pytest.raises(UsageError, match=re.escape(name)) as told:
        write_report(tmp_path / name, view(), unread, kind="agents", generated_at=AT)
    assert told.value.advice


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(Failed, match="No space left on device"):
        report(tmp_path / "r.html", many(3))
    assert not list(tmp_path.iterdir())


def test_the_command_writes_the_report_and_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Instance, "names", lambda *_: {})
    clock, path = FakeClock(), tmp_path / "agents.html"
    with LocalConnect(clock=clock) as connect:
        instance_id, arn = connect.create_instance()
        for name in ("ada", "bob"):
            connect.create_user(instance_id, name)
        done = CliRunner().invoke(
            cli, ["agents", "--instance", arn, "--html", str(path)], obj=Outside(clock, 1)
        )
    assert done.exit_code == 0, done.output
    assert f"{path}: 2 agents, 0 with an owner." in done.output
    text = path.read_text("utf-8")
    assert [row[0].split(";")[0] for row in Reader(text).rows[1:]] == ["ada", "bob"]
    assert instance_id in text


def test_memory_does_not_grow_with_what_agents_hold(tmp_path: Path) -> None:
    """Each agent is let go before the next but one is asked for."""
    alive: list[weakref.ref[Agent]] = []
    most = 0

    def watched() -> Iterator[Agent]:
        nonlocal most
        for each in islice(many(200), 200):
            alive.append(weakref.ref(each))
            yield each
            del each
            gc.collect(0)
            most = max(most, sum(ref() is not None for ref in alive))

    report(tmp_path / "r.html", watched())
    assert most <= 2


def test_the_name_of_the_file_may_be_as_long_as_any(tmp_path: Path) -> None:
    path = tmp_path / f"{'n' * 250}.html"
    report(path, [agent("ada")])
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
