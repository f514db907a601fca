"""The website of the guide: complete, searchable, and read without a network."""

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
_SPHINX = ROOT / ".venv-guide" / "bin" / "sphinx-build"
_OPTIONS = ("--quiet", "--fail-on-warning", "--keep-going", "--conf-dir", str(ROOT / "tools" / "guide"))


def build(source: Path, to: Path) -> "subprocess.CompletedProcess[str]":
    command = [str(_SPHINX), *_OPTIONS, "-b", "html", str(source), str(to)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = build(ROOT, folder)
    assert built.returncode == 0, built.stderr
    return folder


@pytest.mark.slow
def test_every_page_is_in_the_navigation(site: Path) -> None:
    navigation = (site / "README.html").read_text("utf-8").partition('<div class="sidebar-tree">')[2]
    linked = {href.partition("#")[0] for href in re.findall(r'href="([^"]+)"', navigation)}
    pages = {str(page.relative_to(ROOT).with_suffix(".html")) for page in (ROOT / "guide").rglob("*.md")}
    assert pages <= linked


@pytest.mark.slow
def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    loads = r'<(?:script|img|iframe|source)\b[^>]*\bsrc="(?:https?:)?//|<link\b[^>]*\bhref="(?:https?:)?//'
    styles = r"(?:@import|url\()\s*[\"']?(?:https?:)?//"
    for page in site.rglob("*.html"):
        assert not re.search(loads, page.read_text("utf-8")), page.name
    for style in site.rglob("*.css"):
        assert not re.search(styles, style.read_text("utf-8")), style.name


@pytest.mark.slow
def test_every_link_between_its_pages_leads_somewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        for link in re.findall(r'\bhref="([^"#:?]+)(?:[#?][^"]*)?"', page.read_text("utf-8")):
            assert (page.parent / unquote(link)).exists(), f"{page.name}: {link}"


@pytest.mark.slow
def test_its_search_finds_pages(site: Path) -> None:
    index = (site / "searchindex.js").read_text("utf-8")
    assert '"guide/owning"' in index
    assert re.search(r'"?handov', index)


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_link_that_leads_nowhere_fails(tmp_path: Path) -> None:
    (tmp_path / "guide").mkdir()
    (tmp_path / "README.md").write_text("# Project\n\n[nothing](guide/none.md)\n", "utf-8")
    (tmp_path / "guide" / "README.md").write_text("# Guide\n\n## Use\n\n[start](../README.md)\n", "utf-8")
    built = build(tmp_path, tmp_path / "site")
    assert built.returncode != 0
    assert "guide/none.md" in built.stderr
