"""The freshness check of the lock, on the real lock and on trees whose three files disagree."""

import shutil
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tools import check_lock

ROOT = Path(__file__).resolve().parents[2]
FILES = ("pyproject.toml", "requirements.txt", "requirements-dev.txt")


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

    assert check_lock.check(tree) == ["tabulate==0.9.0 is needed but not locked"]


def test_a_requirement_dropped_with_what_it_brought_along(tree: Path) -> None:
    replace(tree / "pyproject.toml", '    "bandit==1.9.4",\n', "")

    assert check_lock.check(tree) == [
        "bandit is locked but nothing needs it",
        "stevedore is locked but nothing needs it",
    ]


def test_an_index_address(tree: Path) -> None:
    replace(tree / "requirements-dev.txt", "attrs==", "--index-url https://registry.example/simple\nattrs==")

    assert len(check_lock.check(tree)) == 1


def test_what_ships_is_pinned_in_full() -> None:
    # The packager resolves requirements.txt anew: whatever it does not pin would change under our feet.
    shipped = list(check_lock.stated((ROOT / "requirements.txt").read_text("utf-8")))

    needed = {canonicalize_name(need.name) for need in check_lock.closure(shipped)}

    assert needed == {pin.name for pin in shipped}
    assert all(str(pin.specifier).startswith("==") for pin in shipped)


def test_the_lock_of_ministack_is_watched_too(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[dependency-groups]\nministack = ["ministack==2"]\n', "utf-8")
    (tmp_path / "requirements-ministack.txt").write_text("ministack==1 \\\n    --hash=sha256:00\n", "utf-8")
    assert check_lock.check_ministack(tmp_path) == ["ministack==2 is needed but not locked"]
    (tmp_path / "requirements-ministack.txt").write_text("--index-url https://registry.example\nministack==2\n", "utf-8")
    assert len(check_lock.check_ministack(tmp_path)) == 1
    assert check_lock.check_ministack(check_lock.ROOT) == []
