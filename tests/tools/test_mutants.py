"""The tool that breaks the rules: what it breaks, what it leaves alone, and whom it calls a survivor."""

from pathlib import Path

import pytest

from support.exhaustive import EXHAUSTIVE
from tools import mutants
from tools.mutants import PACKAGE, ROOT, SAMPLE, SEED, drawn, mutants_of, nearest_tests, survivors

CHANGES = {
    "a == b": ["(a != b)"],
    "a < b <= c": ["(a <= b <= c)", "(a < b < c)"],
    "a not in b": ["(a in b)"],
    "a is None": ["(a is not None)"],
    "a and b and c": ["(a or b or c)"],
    "not a": ["(a)"],
    "a + b": ["(a - b)"],
    "a[True]": ["a[(False)]"],
    "a[0]": ["a[(1)]"],
    "a(b=2.5)": ["pass", "a(b=(3.5))"],
    "a if b else c": ["a if (not b) else c"],
    "if a():\n    b": ["if (not a()):\n    b"],
    "def f():\n    return a": ["def f():\n    return (None)"],
    "def f():\n    return None": [],
    "a: Final[b[0]]": [],
    "@a(True)\ndef f(b: c[0]) -> d[0]: ...": [],
    "'text'": [],
    "b = f'{a == 1}'": [],
}


@pytest.mark.parametrize("source", CHANGES)
def test_what_is_broken(source: str) -> None:
    found = mutants_of(Path("a.py"), source.encode())
    broken = [each.applied_to(source.encode()).decode() for each in found]
    assert broken == CHANGES[source]


def test_a_mutant_is_put_in_its_place_after_letters_of_several_bytes() -> None:
    source = "a = 'für'; b = 'für' == c\n"
    (mutant,) = mutants_of(Path("a.py"), source.encode())
    assert mutant.applied_to(source.encode()).decode() == "a = 'für'; b = ('für' != c)\n"


def test_every_mutant_of_the_subjects_can_be_read_by_python() -> None:
    every = drawn(ROOT, SEED, 10**6)
    assert len(every) > 10 * SAMPLE
    assert {path.name for path in (ROOT / PACKAGE / "core").glob("*.py")} - {m.path.name for m in every} <= {
        "__init__.py",
        "errors.py",
    }
    # Compiled is, by day, a part of them.
    for mutant in every if EXHAUSTIVE else every[::8]:
        compile(mutant.applied_to((ROOT / mutant.path).read_bytes()), str(mutant.path), "exec")


RULE = """
def limit(seconds):
    if seconds > 10:
        return 10
    while seconds < 0:
        seconds += 1
    return seconds
"""
WEAK = """
from custom_connect_userconfig.core.rule import limit

def test_limit():
    assert limit(11) == 10
    assert limit(-1) == 0
    assert limit(3) == 3
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for file, text in {
        "src/custom_connect_userconfig/core/rule.py": RULE,
        "tests/unit/test_rule.py": WEAK,
        "tests/custom_resource/test_more.py": "def test_more(): pass",
    }.items():
        (tmp_path / "project" / file).parent.mkdir(parents=True)
        (tmp_path / "project" / file).write_text(text, "utf-8")
    return tmp_path / "project"


def test_a_mutant_that_no_test_notices_survives_and_one_that_never_ends_does_not(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    every = drawn(project, SEED, 100)
    chosen = [each for each in every if each.after in ("(seconds >= 10)", "(seconds <= 0)", "(11)")]
    assert [each.before for each in chosen] == ["seconds > 10", "10", "10", "seconds < 0"]
    living = survivors(project, chosen, processes=2)
    assert [str(each).partition(":")[2] for each in living] == [
        "3: seconds > 10  ->  (seconds >= 10)  (in rule.limit)"
    ]
    assert capsys.readouterr().out.count("killed  ") == len(chosen) - 1
    assert (project / "src/custom_connect_userconfig/core/rule.py").read_text("utf-8") == RULE


def test_nothing_is_broken_where_a_test_fails_already(project: Path) -> None:
    (project / "tests/custom_resource/test_more.py").write_text("def test_more(): assert False", "utf-8")
    with pytest.raises(RuntimeError, match="must pass before"):
        survivors(project, drawn(project, SEED, 1), processes=1)


def test_a_sample_is_the_same_each_time_and_a_change_elsewhere_exchanges_nothing(project: Path) -> None:
    before = drawn(project, SEED, 4)
    assert before == drawn(project, SEED, 4) != drawn(project, SEED + 1, 4)
    (project / "src/custom_connect_userconfig/core/rule.py").write_text(f"{RULE}\nOTHER = 1\n", "utf-8")
    assert len(set(before) - set(drawn(project, SEED, 4))) <= 1


def test_the_tests_that_are_asked_first_are_those_that_import_the_file() -> None:
    assert "tests/unit/test_planning.py" in nearest_tests(ROOT, PACKAGE / "core/planning.py")
    assert "tests/unit/test_service_delete.py" in nearest_tests(ROOT, PACKAGE / "release.py")


@pytest.mark.parametrize("lives", [True, False])
def test_survivors_fail_the_command_and_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lives: bool
) -> None:
    monkeypatch.setattr(mutants, "survivors", lambda root, drawn, processes: drawn[:1] if lives else [])
    assert mutants.main(["--size", "3"]) == int(lives)
    said = capsys.readouterr().out
    assert f"{3 - lives} of 3 mutants were killed" in said
    assert ("survived: src/" in said) == lives


def test_every_exception_is_of_a_mutant_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    excepted = dict(mutants.EQUIVALENT)
    monkeypatch.setattr(mutants, "EQUIVALENT", {})
    every = {(each.function, each.before, each.after) for each in drawn(ROOT, SEED, 10**6)}
    assert not excepted.keys() - every
