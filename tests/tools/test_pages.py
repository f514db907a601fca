"""Pages name tests, link to each other and to files: all of that exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    str(page.relative_to(ROOT))
    for page in (*ROOT.glob("*.md"), *(ROOT / "guide").rglob("*.md"), *(ROOT / "src").rglob("*.md"))
)
ABOUT_TESTS = "guide/tests.md"


def text_of(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def missing_tests(text: str) -> list[str]:
    """What a text names in `tests` and is not there: a folder, a file, or a function of a file."""
    return [
        f"{path}::{name}" if name else path
        for path, name in re.findall(r"`(tests/[\w/.]+)(?:::(\w+))?", text)
        if not (ROOT / path).exists()
        or (name and not re.search(rf"^def {name}\(", text_of(path), re.MULTILINE))
    ]


def test_every_page_is_looked_at() -> None:
    assert {"README.md", "CONTRIBUTING.md", "SECURITY.md", "guide/security.md", ABOUT_TESTS} <= set(PAGES)
    assert "src/connect_local/ASSUMPTIONS.md" in PAGES


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_a_page_names_exists(page: str) -> None:
    assert missing_tests(text_of(page)) == []


@pytest.mark.parametrize(
    "named", ["tests/none", "tests/tools/test_none.py", "tests/tools/test_pages.py::test_none"]
)
def test_a_test_that_does_not_exist_is_noticed(named: str) -> None:
    assert missing_tests(f"| a rule | README | `tests/tools`<br>`{named}` |") == [named]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if target.startswith("https://"):
            continue
        path, _, heading = target.partition("#")
        linked = (ROOT / page).parent / path if path else ROOT / page
        assert linked.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.+)$", linked.read_text("utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings}
            assert heading in anchors, target


def rules() -> list[list[str]]:
    """The rows of the page about tests: rule, where it is stated, tests."""
    table = text_of(ABOUT_TESTS).partition("|---|---|---|\n")[2]
    return [line.strip("|").split("|") for line in table.splitlines()]


def test_every_rule_is_stated_somewhere_and_tested() -> None:
    assert len(rules()) > 50
    for rule, stated_in, tests in rules():
        assert "](" in stated_in, rule
        assert "`tests/" in tests, rule


def test_every_decision_has_a_rule() -> None:
    stated_in = " ".join(cells[1] for cells in rules())
    decisions = {page.name for page in (ROOT / "guide" / "decisions").glob("0*.md")}
    assert {name for name in decisions if f"](decisions/{name})" not in stated_in} == set()


def test_every_folder_of_tests_has_a_rule() -> None:
    tests = " ".join(cells[2] for cells in rules())
    folders = {str(file.parent.relative_to(ROOT)) for file in (ROOT / "tests").rglob("test_*.py")}
    assert {folder for folder in folders if not re.search(rf"`{folder}[/`]", tests)} == set()


@pytest.mark.parametrize("folder", ["guide/decisions", "guide/benchmarks"])
def test_every_page_of_a_folder_is_in_its_index(folder: str) -> None:
    pages = {page.name for page in (ROOT / folder).glob("*.md")} - {"README.md"}
    assert set(re.findall(r"\]\((\S+\.md)\)", text_of(f"{folder}/README.md"))) == pages


def test_every_decision_has_a_number_of_its_own() -> None:
    pages = sorted((ROOT / "guide" / "decisions").glob("0*.md"))
    numbers = [int(page.name[:4]) for page in pages]
    assert numbers == list(range(1, len(pages) + 1))
    assert [int(page.read_text("utf-8").removeprefix("# ").partition(".")[0]) for page in pages] == numbers


def test_every_question_has_two_sentences_and_a_test() -> None:
    questions = text_of("guide/what-happens-when.md").split("\n## ")[1:]
    assert len(questions) >= 24
    for question in questions:
        title, happens, remedy, test = filter(None, question.splitlines())
        assert re.fullmatch(r"… .+\?", title)
        assert happens.endswith("."), title
        assert remedy.endswith("."), title
        assert re.fullmatch(r"Test: `tests/[\w/.]+::\w+`", test), title
