"""The corpus: templates in files, each with what must be found in it, and where.

In YAML a comment ``#! rule, rule`` stands on the line of the problems; JSON has a file ``.expected`` beside
it.
"""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent / "corpus"
_MARK = "#!"


@dataclass(frozen=True)
class Case:
    """One template."""

    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @property
    def expected(self) -> set[tuple[int, str]]:
        """Line and rule of each problem."""
        beside = self.path.with_suffix(".expected")
        if beside.exists():
            pairs = (line.split() for line in beside.read_text("utf-8").splitlines())
            return {(int(line), rule) for line, rule in pairs}
        return {
            (number, rule.strip())
            for number, line in enumerate(self.text.splitlines(), 1)
            if _MARK in line
            for rule in line.partition(_MARK)[2].split(",")
        }

    def __str__(self) -> str:
        return f"{self.path.parent.name}/{self.path.name}"


def cases(kind: str) -> list[Case]:
    """Every template of a kind, `good` or `bad`."""
    found = [path for path in sorted((ROOT / kind).iterdir()) if path.suffix in (".yaml", ".json")]
    return [Case(path) for path in found]


BAD, GOOD = cases("bad"), cases("good")
ALL = [*BAD, *GOOD]
