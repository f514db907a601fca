"""`make release`: what it refuses, and which notes it takes from the list of changes."""

import subprocess
from pathlib import Path

import pytest

from tools.release import ROOT, NotReady, check_tree, main, notes_of, version_of

CHANGELOG = """# Changelog

## [Unreleased]

## [0.2.0] - 2026-12-24

### Added

- A thing.

## [0.1.0] - 2026-11-26

- The first one.

[0.2.0]: https://example.org
"""


def test_the_notes_are_the_section_of_the_version() -> None:
    assert notes_of(CHANGELOG, "0.2.0") == "### Added\n\n- A thing.\n"


@pytest.mark.parametrize(
    ("changelog", "version", "words"),
    [
        (CHANGELOG, "0.1.0", "the latest is 0.2.0"),
        ("# Changelog\n\n## [Unreleased]\n\n- A thing.\n", "0.1.0", "there is none"),
        (CHANGELOG.replace("## [Unreleased]\n", "## [Unreleased]\n\n- New.\n"), "0.2.0", "[Unreleased]"),
        (CHANGELOG.replace("### Added\n\n- A thing.\n", ""), "0.2.0", "says nothing"),
        (CHANGELOG.replace(" - 2026-12-24", ""), "0.2.0", "the latest is 0.1.0"),
    ],
)
def test_a_list_of_changes_that_is_not_ready_is_refused(changelog: str, version: str, words: str) -> None:
    with pytest.raises(NotReady, match=words.replace("[", r"\[").replace("]", r"\]")):
        notes_of(changelog, version)


def test_this_version_has_notes() -> None:
    version = version_of((ROOT / "pyproject.toml").read_text("utf-8"))
    assert f"\n## [{version}] - " in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for words in (
        ("init", "--quiet"),
        ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--allow-empty", "-m", "One"),
    ):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    return tmp_path


def test_a_clean_tree_with_a_free_tag_is_ready(repository: Path) -> None:
    check_tree("0.1.0", repository)


def test_a_change_is_refused_by_its_file(repository: Path) -> None:
    (repository / "left.txt").touch()
    with pytest.raises(NotReady, match=r"left\.txt"):
        check_tree("0.1.0", repository)


def test_a_taken_tag_is_refused(repository: Path) -> None:
    subprocess.run(["git", "tag", "v0.1.0"], cwd=repository, check=True)
    with pytest.raises(NotReady, match=r"v0\.1\.0 exists"):
        check_tree("0.1.0", repository)


def test_a_refusal_is_an_exit_status_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tools.release.version_of", lambda _: "9.9.9")
    assert main(["--dry-run"]) == 1
    assert "9.9.9" in capsys.readouterr().err
