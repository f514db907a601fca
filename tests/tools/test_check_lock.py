"""The check of the locks, on the real files and on files that disagree."""

import re
import shutil
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import check_lock

ROOT = Path(__file__).resolve().parents[2]
FILES = (
    "pyproject.toml",
    "requirements.txt",
    "requirements-cdk.txt",
    "requirements-dev.txt",
    "requirements-ministack.txt",
    "requirements-guide.txt",
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy2(ROOT / name, tmp_path)
    return tmp_path


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_the_lock_is_fresh() -> None:
    assert check_lock.check(ROOT) == []


def test_another_version_for_development(tree: Path) -> None:
    replace(tree / "pyproject.toml", '"rich==15.0.0"', '"rich==14.0.0"')

    assert check_lock.check(tree) == ["rich==14.0.0 is needed but rich==15.0.0 is locked"]


def test_another_version_in_what_ships(tree: Path) -> None:
    replace(tree / "requirements.txt", "six==1.17.0", "six==1.16.0")

    assert check_lock.check(tree) == ["six==1.16.0 is needed but six==1.17.0 is locked"]


def test_a_new_requirement(tree: Path) -> None:
    replace(tree / "pyproject.toml", '"rich==15.0.0"', '"rich==15.0.0", "tabulate==0.9.0"')

    assert check_lock.check(tree) == [
        "tabulate==0.9.0 is needed but not locked",
        "tabulate==0.9.0 is not installed, so what it needs is not known",
    ]


def test_a_requirement_dropped_with_what_it_brought_along(tree: Path) -> None:
    replace(tree / "pyproject.toml", '    "bandit==1.9.4",\n', "")

    assert check_lock.check(tree) == [
        "bandit is locked but nothing needs it",
        "stevedore is locked but nothing needs it",
    ]


def test_an_index_address(tree: Path) -> None:
    replace(tree / "requirements-dev.txt", "attrs==", "--index-url https://registry.example/simple\nattrs==")

    assert len(check_lock.check(tree)) == 1


def test_requirements_txt_pins_every_dependency() -> None:
    # The packager resolves requirements.txt again: an unpinned package could change.
    shipped = list(check_lock.stated((ROOT / "requirements.txt").read_text("utf-8")))

    needed = {canonicalize_name(need.name) for need in check_lock.Installed.here().closure(shipped)}

    assert needed == {pin.name for pin in shipped}
    assert all(str(pin.specifier).startswith("==") for pin in shipped)


def test_a_package_that_only_an_extra_needs(tree: Path) -> None:
    """The lock must hold it too, as for `coverage[toml]` and `moto[server]`."""
    drop(tree / "requirements-dev.txt", "flask-cors")

    assert check_lock.check(tree) == ['flask-cors; extra == "server" is needed but not locked']


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("rich==15.0.0", "rich>=15.0.0", "rich>=15.0.0"),
        ("rich==15.0.0", "rich", "rich"),
        ("moto==", "moto[server]==", "moto[server]==5.2.5"),
        ("rich==15.0.0 \\\n", "rich==15.0.0\nattrs==26.1.0 \\\n", "rich==15.0.0"),
    ],
)
def test_a_line_that_leaves_a_choice_to_a_resolver(tree: Path, old: str, new: str, named: str) -> None:
    replace(tree / "requirements-dev.txt", old, new)

    assert check_lock.check(tree) == [f"{named}: is not one version with its hashes"]


def test_a_package_that_is_not_installed(tree: Path) -> None:
    replace(tree / "pyproject.toml", '"rich==15.0.0"', '"rich==15.0.0", "tabulate==0.9.0"')
    line = f"tabulate==0.9.0 --hash=sha256:{'0' * 64}"
    replace(tree / "requirements-dev.txt", "rich==15.0.0", f"{line}\nrich==15.0.0")

    assert check_lock.check(tree) == ["tabulate==0.9.0 is not installed, so what it needs is not known"]


def drop(lock: Path, name: str) -> None:
    """Remove a package and its hashes from a lock."""
    text = lock.read_text("utf-8")
    without = re.sub(rf"^{name}==(.*\\\n)*.*\n", "", text, flags=re.MULTILINE)
    assert without != text
    lock.write_text(without, "utf-8")


def test_the_lock_of_ministack_is_checked_too(tree: Path) -> None:
    assert check_lock.check_ministack(ROOT) == []
    drop(tree / "requirements-ministack.txt", "h2")
    replace(tree / "pyproject.toml", 'ministack = ["ministack==', 'ministack = ["ministack==9.')

    problems = check_lock.check_ministack(tree)

    missing = [problem for problem in problems if problem.startswith("h2")]
    assert [problem.endswith("is needed but not locked") for problem in missing] == [True], problems
    assert any(problem.startswith("ministack==9.") for problem in problems), problems


def test_the_lock_of_the_guide_is_checked_too(tree: Path) -> None:
    assert check_lock.check_guide(ROOT) == []
    drop(tree / "requirements-guide.txt", "docutils")

    problems = check_lock.check_guide(tree)

    assert problems
    assert all(problem.startswith("docutils") for problem in problems)


def test_the_lock_of_ministack_is_checked_for_its_own_python(tmp_path: Path) -> None:
    """Its Python may have another version than this one, and markers are about its version."""
    (tmp_path / "pyvenv.cfg").write_text("home = /python\nversion = 3.99.1\n", "utf-8")

    installed = check_lock.Installed.at(tmp_path)

    assert installed.applies(Requirement("one ; python_version >= '3.99'"))
    assert installed.applies(Requirement("one ; python_full_version == '3.99.1'"))
    assert not installed.applies(Requirement("one ; python_version < '3.99'"))


def test_the_lock_of_the_constructs_is_checked_too(tree: Path) -> None:
    assert check_lock.check_cdk(ROOT) == []
    replace(tree / "requirements-cdk.txt", "aws-cdk-lib==", "aws-cdk-lib>=")

    (problem,) = check_lock.check_cdk(tree)

    assert problem.startswith("aws-cdk-lib>=")


def test_the_lock_of_the_constructs_is_complete_where_it_is_installed(tree: Path, tmp_path: Path) -> None:
    """An empty environment has nothing of what the project asks for."""
    venv = tmp_path / "venv"
    venv.mkdir()
    (venv / "lock-installed").touch()
    (venv / "pyvenv.cfg").write_text("version = 3.12.1\n", "utf-8")

    problems = check_lock.check_cdk(tree, venv)

    assert "aws-cdk-lib<3,>=2.160 is not installed, so what it needs is not known" in problems
    drop(tree / "requirements-cdk.txt", "constructs")
    assert "constructs<11,>=10.3 is needed but not locked" in check_lock.check_cdk(tree, venv)


def test_the_command_checks_every_lock(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for lock in check_lock.LOCKS:
        with monkeypatch.context() as patch:
            patch.setitem(check_lock.LOCKS, lock, lambda _: ["broken"])
            assert check_lock.main() == 1
        assert f"{lock}: broken" in capsys.readouterr().out
    assert {file.name for file in ROOT.glob("requirements-*.txt")} == set(check_lock.LOCKS)
