"""The HTML report in a real Chromium: what a person sees, presses and hears, and what it costs."""

import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support import chromium
from support.agent_reports import ACCEPT, agent, many, report

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium.executable() is None, reason=chromium.MISSING),
]

SHOWN = (
    "[...document.querySelectorAll('#agents tbody tr th')]"
    ".map(e => [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join(''))"
)
COUNT = "document.getElementById('count').textContent"
FOCUS = "document.activeElement.id || document.activeElement.textContent"
STEPS = {
    "sort": "document.querySelector('#agents thead th:nth-child(5) button').click()",
    "filter": "document.getElementById('state').value = '1';"
    "document.getElementById('state').dispatchEvent(new Event('change'))",
    "search": "document.getElementById('find').value = 'lovelace';"
    "document.querySelector('form').requestSubmit()",
    "turn": "document.getElementById('next').click()",
}
# Text and what is behind it, as the browser has worked it out; the same formula as in WCAG.
CONTRASTS = """(() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (e) => {
    const colour = rgb(getComputedStyle(e).backgroundColor);
    return colour.length < 4 || colour[3] === 1 ? colour : ground(e.parentElement);
  };
  const found = [];
  for (const e of document.querySelectorAll("body *")) {
    if (!e.checkVisibility() || ![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    found.push([(a + 0.05) / (b + 0.05), e.outerHTML.slice(0, 80)]);
  }
  return found;
})()"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Page]:
    """One browser for all tests of a process."""
    with chromium.running(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of 250 agents."""
    path = tmp_path_factory.mktemp("report") / "agents.html"
    report(path, many(250))
    return path


@pytest.fixture
def page(browser: chromium.Page, file: Path) -> Iterator[chromium.Page]:
    """The report of 250 agents in a usual window; the page has nothing to complain of, whatever is done."""
    browser.emulate()
    browser.resize(1280)
    browser.open(file)
    yield browser
    assert browser.complaints() == []


def choose(page: chromium.Page, field: str, label: str) -> None:
    page.evaluate(
        f"(() => {{ const s = document.getElementById('{field}');"
        f"s.value = [...s.options].find((o) => o.text === '{label}').value;"
        "s.dispatchEvent(new Event('change')) })()"
    )


def tab_to(page: chromium.Page, what: str) -> None:
    for _ in range(60):
        page.press("Tab")
        if page.evaluate(FOCUS) == what:
            return
    pytest.fail(f"the key Tab never gets to {what}")


def test_a_page_shows_a_hundred_agents_and_says_so(page: chromium.Page) -> None:
    assert len(page.evaluate(SHOWN)) == 100
    assert page.evaluate(COUNT) == "250 agents, 1 to 100 shown"
    page.click("#next")
    page.click("#next")
    assert page.evaluate(COUNT) == "250 agents, 201 to 250 shown"
    assert page.evaluate("document.getElementById('place').textContent") == "Page 3 of 3"
    page.click("#next")
    assert len(page.evaluate(SHOWN)) == 50


def test_every_word_of_a_search_must_match(page: chromium.Page) -> None:
    page.click("#find")
    page.write("LOVELACE claims")
    page.wait(f"{COUNT}.includes('of 250')")
    shown = page.evaluate(SHOWN)
    expected = [each.username for each in many(250) if each.last_name == "Lovelace"]
    assert set(shown) < set(expected)
    assert page.evaluate(COUNT) == f"{len(shown)} of 250 agents: Search “LOVELACE claims”"
    page.click("button[type=reset]")
    page.wait(f"{COUNT} === '250 agents, 1 to 100 shown'")


def test_a_value_is_found_as_it_reads(page: chromium.Page) -> None:
    page.click("#find")
    page.write("45 s instead of 30 s")
    page.wait(f"{COUNT}.includes('of 250')")
    assert page.evaluate(SHOWN)


def test_nothing_found_is_said(page: chromium.Page) -> None:
    page.click("#find")
    page.write("nobody of that name")
    page.wait("!document.getElementById('nothing').hidden")
    assert page.evaluate(SHOWN) == []
    assert page.evaluate("document.getElementById('agents').hidden")


def test_filters_hold_together(page: chromium.Page) -> None:
    choose(page, "group", "Team Cork")
    choose(page, "profile", "Sales")
    choose(page, "state", "Differs")
    cells = page.evaluate(
        "[...document.querySelectorAll('#agents tbody tr')]"
        ".map(r => [r.cells[1].innerText, r.cells[2].innerText, r.dataset.s].join())"
    )
    assert cells
    assert set(cells) == {"Team Cork,Sales,1"}
    assert page.evaluate(COUNT).endswith(
        "of 250 agents: Hierarchy group “Team Cork”, Routing profile “Sales”, State “Differs”"
    )


def test_a_team_of_the_summary_filters_the_list(page: chromium.Page) -> None:
    choose(page, "state", "Differs")
    page.click(".teams tbody tr:nth-child(2) button")
    assert page.evaluate("document.getElementById('group').value") == "Team Cork"
    assert page.evaluate(FOCUS) == "list"
    counted = page.evaluate("document.querySelector('.teams tbody tr:nth-child(2)').cells[1].textContent")
    assert page.evaluate(COUNT) == f"{counted} of 250 agents: Hierarchy group “Team Cork”"


def test_columns_sort_up_and_down_by_the_keyboard(page: chromium.Page) -> None:
    head = "document.querySelector('#agents thead th:nth-child({})').ariaSort"
    assert page.evaluate(head.format(1)) == "ascending"
    tab_to(page, "State")
    page.press("Enter")
    states = "[...document.querySelectorAll('#agents tbody tr')].map(r => r.dataset.s)"
    assert page.evaluate(head.format(10)) == "ascending"
    assert page.evaluate(head.format(1)) is None
    assert set(page.evaluate(states)) == {"1"}
    page.press(" ")
    assert page.evaluate(head.format(10)) == "descending"
    assert page.evaluate(states)[0] == "4"
    assert page.evaluate(FOCUS) == "State"


def test_numbers_sort_as_numbers(page: chromium.Page) -> None:
    assert page.evaluate(SHOWN)[:2] == ["dijkstra.ada.40", "dijkstra.ada.104"]
    page.click("#agents thead th button")
    assert page.evaluate(f"{SHOWN}[0]").startswith("turing.radia.")
    page.click("#agents thead th button")
    names = page.evaluate(SHOWN)
    assert names.index("dijkstra.ada.40") < names.index("dijkstra.ada.104")


def test_the_first_key_leads_past_the_summary(page: chromium.Page) -> None:
    page.press("Tab")
    assert page.evaluate(FOCUS) == "Skip to the agents"
    page.press("Enter")
    assert page.evaluate(FOCUS) == "list"


def test_what_has_the_focus_is_marked(page: chromium.Page) -> None:
    tab_to(page, "find")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab_to(page, "Owner")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"


def test_a_screen_reader_finds_headings_tables_fields_and_the_count(page: chromium.Page) -> None:
    spoken = page.spoken()
    assert [name for role, name in spoken if role == "heading"] == ["Agent settings", "Summary", "Agents"]
    assert ("search", "Filter the agents") in spoken
    assert ("searchbox", "Search") in spoken
    assert {name for role, name in spoken if role == "combobox"} == {
        "Hierarchy group",
        "Routing profile",
        "State",
    }
    assert "status" in {role for role, _ in spoken}
    assert ("navigation", "Pages of agents") in spoken
    assert {name for role, name in spoken if role == "table"} == {
        "By hierarchy group",
        "By routing profile",
        "Settings in force of each agent; the buttons in the head sort",
    }
    assert {"Agent", "Owner", "State"} < {name for role, name in spoken if role == "columnheader"}
    assert any("owned by a stack" in name for _, name in spoken)
    assert not [name for _, name in spoken if "★" in name and "Bold" not in name]


@pytest.mark.parametrize("width", [1280, 400])
def test_a_narrow_page_is_a_table_for_a_screen_reader_too(page: chromium.Page, width: int) -> None:
    page.resize(width)
    roles = [role for role, _ in page.spoken()]
    assert roles.count("table") == 3
    assert roles.count("rowheader") == 100 + 4 + 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_every_text_stands_out_from_its_ground(page: chromium.Page, scheme: str, width: int) -> None:
    page.resize(width)
    page.emulate(prefers_color_scheme=scheme)
    found = page.evaluate(CONTRASTS)
    assert len(found) > 500
    assert min(found)[0] >= 4.5, min(found)


@pytest.mark.parametrize("width", [320, 400, 768, 1100, 1260, 1270, 1280, 1920])
def test_nothing_has_to_be_scrolled_sideways(page: chromium.Page, width: int) -> None:
    page.resize(width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    table, room = page.evaluate(
        "['#agents', 'main'].map(e => document.querySelector(e).getBoundingClientRect().right)"
    )
    assert table <= room


def test_nothing_moves_for_who_wants_no_motion(page: chromium.Page) -> None:
    page.emulate(prefers_reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="no pdftotext (Debian: poppler-utils)")
def test_paper_has_every_agent_that_matches_under_a_head_on_each_sheet(
    page: chromium.Page, tmp_path: Path
) -> None:
    page.paper(tmp_path / "all.pdf")
    sheets = sheets_of(tmp_path / "all.pdf")
    names = [f"{each.first_name} {each.last_name}" for each in many(250)]
    assert {name: "".join(sheets).count(name) for name in names} == Counter(names)
    assert len(sheets) > 10
    assert all("enhancement" in sheet for sheet in sheets)
    assert "1 to 100" not in sheets[0]
    assert len(page.evaluate(SHOWN)) == 100


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="no pdftotext (Debian: poppler-utils)")
def test_paper_says_what_was_left_out(page: chromium.Page, tmp_path: Path) -> None:
    choose(page, "group", "Team Cork")
    page.paper(tmp_path / "cork.pdf")
    assert "of 250 agents: Hierarchy group “Team Cork”" in sheets_of(tmp_path / "cork.pdf")[0]


def test_paper_has_no_controls(page: chromium.Page) -> None:
    page.emulate("print")
    for hidden in ("form", "nav", ".skip", ".range"):
        assert not page.evaluate(f"document.querySelector('{hidden}').checkVisibility()")


def sheets_of(file: Path) -> list[str]:
    done = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
    )
    return [sheet for sheet in done.stdout.split("\f") if sheet.strip()]


def test_names_of_others_run_nothing_and_load_nothing(browser: chromium.Page, tmp_path: Path) -> None:
    image = "<img src=http://127.0.0.1:9/x onerror=window.ran=2>"
    evil = f"</td></table></script><script>window.ran=1</script>{image}"
    shown = agent(evil, first=evil, group=evil, profile=evil, declared={ACCEPT: True})
    report(tmp_path / "evil.html", [shown], remark=lambda _: evil)
    browser.resize(1280)
    browser.open(tmp_path / "evil.html")
    choose(browser, "group", evil.replace("'", "\\'"))
    assert browser.evaluate(SHOWN) == [evil]
    assert browser.evaluate("window.ran") is None
    assert browser.requests() == [(tmp_path / "evil.html").as_uri()]
    assert browser.complaints() == []


def test_the_policy_stops_what_a_hole_would_let_in(
    browser: chromium.Page, file: Path, tmp_path: Path
) -> None:
    text = file.read_text("utf-8")
    hole = "<img src=http://127.0.0.1:9/x onerror='window.ran=1'><script>window.ran=2</script>"
    (tmp_path / "hole.html").write_text(text.replace("<header>", f"{hole}<header>"), "utf-8")
    browser.open(tmp_path / "hole.html")
    assert browser.evaluate("window.ran") is None
    assert len(browser.complaints()) >= 2
    assert [url for url in browser.requests() if url.startswith("http")] == []


def test_without_its_script_the_page_shows_every_agent(browser: chromium.Page, file: Path) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.resize(1280)
        browser.open(file)
        assert browser.evaluate(
            "[...document.querySelectorAll('#agents tbody tr')].every(r => r.checkVisibility())"
        )
        assert not browser.evaluate("document.querySelector('form').checkVisibility()")
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)


@pytest.mark.exhaustive
def test_ten_thousand_agents_do_not_keep_the_reader_waiting(
    browser: chromium.Page, tmp_path: Path, record_property: Any
) -> None:
    """The bounds are several times what an idle machine takes, so that a busy one does not fail."""
    path = tmp_path / "many.html"
    report(path, many(10_000))
    browser.resize(1280)
    browser.open(path)
    ready = browser.evaluate("performance.getEntriesByType('navigation')[0].domComplete")
    took = {
        name: browser.evaluate(
            f"(() => {{ const t = performance.now(); {step}; document.body.offsetHeight;"
            "return performance.now() - t })()"
        )
        for name, step in STEPS.items()
    }
    size = path.stat().st_size
    record_property(
        "counted",
        f"report of 10,000 agents: {size / 1e6:.1f} MB, ready in {ready:.0f} ms, "
        + ", ".join(f"{name} {ms:.0f} ms" for name, ms in took.items()),
    )
    assert size < 8_000_000
    assert ready < 10_000
    assert max(took.values()) < 3_000
