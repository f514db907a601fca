"""Breaks the rules in one place at a time and runs the tests that must notice: `python -m tools.mutants`.

`make test-all` ends with it. A line may be covered by tests that say nothing about it; a mutant that survives
shows such a line. Exit status: 0 when every mutant was killed, 1 otherwise.

The same seed gives the same sample: the text of a mutant decides whether it is drawn, so that a change in one
function exchanges no mutants of others. Libraries for it (mutmut, cosmic-ray) draw no samples, bring a dozen
packages or more into the lock, and know only the bodies of functions or change the working tree in place.
"""

import argparse
import ast
import hashlib
import os
import queue
import re
import resource
import shutil
import subprocess  # nosec B404  # runs pytest, with arguments of our own
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PACKAGE: Final = Path("src/custom_connect_userconfig")
SUBJECTS: Final = (
    "core/*.py",
    "retry/*.py",
    "service.py",
    "operation.py",
    "reconcile.py",
    "undo.py",
    "release.py",
)
TESTS: Final = ("tests/unit", "tests/custom_resource")
SEED: Final = 1
SAMPLE: Final = 60
TIMES_AS_LONG: Final = 3
"""Processor time that a mutant gets, in times of what the sound code takes: one that goes round for ever is
killed by that.
"""

EQUIVALENT: Final[dict[tuple[str, str, str], str]] = {}
"""Mutants that no test can kill, as (function, before, after), each with the reason."""


@dataclass(frozen=True)
class Mutant:
    """One change of one file."""

    path: Path
    function: str
    """The dotted name of where it stands, the module's last name first."""
    line: int
    span: tuple[int, int]
    """The bytes that are replaced."""
    before: str
    after: str
    number: int
    """Which one of those that are alike in the same function."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.before}  ->  {self.after}  (in {self.function})"

    def applied_to(self, source: bytes) -> bytes:
        """Return the source with the change."""
        start, end = self.span
        return source[:start] + self.after.encode() + source[end:]

    def rank(self, seed: int) -> str:
        """Return what orders mutants at random, the same each time."""
        name = f"{seed} {self.function} {self.before} {self.after} {self.number}"
        return hashlib.sha256(name.encode()).hexdigest()


_OPPOSITES: Final[dict[type[ast.AST], type[ast.AST]]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}


def changes(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Yield what can be done to a node: the part of it that is replaced, and the text that replaces it."""
    yield from _other_operators(node)
    yield from _other_values(node)


def _other_operators(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    match node:
        case ast.Compare(left, ops, comparators):
            for index, op in enumerate(ops):
                if opposite := _OPPOSITES.get(type(op)):
                    others = [*ops[:index], opposite(), *ops[index + 1 :]]
                    yield node, ast.unparse(ast.Compare(left, others, comparators))  # type: ignore[arg-type]  # an operator of the same kind
        case ast.BoolOp(op, values):
            yield node, ast.unparse(ast.BoolOp(_OPPOSITES[type(op)](), values))  # type: ignore[arg-type]  # an operator of the same kind
        case ast.BinOp(left, op, right) if opposite := _OPPOSITES.get(type(op)):
            yield node, ast.unparse(ast.BinOp(left, opposite(), right))  # type: ignore[arg-type]  # an operator of the same kind
        case ast.UnaryOp(ast.Not(), operand):
            yield node, ast.unparse(operand)
        case ast.If(test) | ast.While(test) | ast.IfExp(test) if isinstance(
            test, ast.Name | ast.Attribute | ast.Call
        ):
            yield test, f"not {ast.unparse(test)}"


def _other_values(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    match node:
        case ast.Constant(bool(value)):
            yield node, str(not value)
        case ast.Constant(int(value) | float(value)):
            yield node, str(value + 1)
        # What counts as false is as good as nothing.
        case ast.Return(ast.expr() as value) if not (isinstance(value, ast.Constant) and not value.value):
            yield value, "None"
        case ast.Expr(ast.Call()):
            yield node, "pass"


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a node that can be broken.

    Types and decorators are not among them, because the linters check those; nor the insides of messages,
    whose places Python 3.11 does not know.
    """
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST) and not isinstance(part, ast.JoinedStr):
                yield part


def mutants_of(path: Path, source: bytes) -> list[Mutant]:
    """Return every mutant of a file."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found: list[Mutant] = []
    alike = Counter[tuple[str, str, str]]()

    def walk(node: ast.AST, function: str) -> None:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            function = f"{function}.{node.name}"
        for part, after in changes(node):
            start = starts[part.lineno - 1] + part.col_offset
            end = starts[(part.end_lineno or 0) - 1] + (part.end_col_offset or 0)
            kind = (function, ast.unparse(part), after)
            text = after if isinstance(part, ast.stmt) else f"({after})"
            found.append(Mutant(path, function, part.lineno, (start, end), kind[1], text, alike[kind]))
            alike[kind] += 1
        for inner in _parts(node):
            walk(inner, function)

    walk(ast.parse(source), path.stem)
    return found


def drawn(root: Path, seed: int, size: int) -> list[Mutant]:
    """Return a sample of the mutants of all subjects, in the order of files and lines."""
    every = [
        mutant
        for pattern in SUBJECTS
        for path in sorted((root / PACKAGE).glob(pattern))
        for mutant in mutants_of(path.relative_to(root), path.read_bytes())
        if (mutant.function, mutant.before, mutant.after) not in EQUIVALENT
    ]
    sample = sorted(every, key=lambda mutant: mutant.rank(seed))[:size]
    return sorted(sample, key=lambda mutant: (mutant.path, mutant.span))


def nearest_tests(root: Path, path: Path) -> list[str]:
    """Return the unit tests that import a file by its name or, where there are none, those of the service:
    most mutants of it die there.
    """
    module = re.escape(".".join(path.with_suffix("").parts[1:]))
    folder = root / TESTS[0]
    by_name = [
        test
        for test in folder.glob("test_*.py")
        if re.search(rf"^from {module} import", test.read_text("utf-8"), re.MULTILINE)
    ]
    return [str(test.relative_to(root)) for test in sorted(by_name or folder.glob("test_service_*.py"))]


@dataclass(frozen=True)
class Tree:
    """A copy of the project, in which files are broken and mended."""

    root: Path

    @classmethod
    def copied(cls, root: Path, to: Path) -> "Tree":
        """Copy what the tests need."""
        ignored = shutil.ignore_patterns(".git", ".venv*", "build", "__pycache__", ".*cache", ".hypothesis")
        return cls(Path(shutil.copytree(root, to, symlinks=True, ignore=ignored)))

    def passes(self, tests: Sequence[str], seconds: int | None = None) -> bool:
        """Return whether the tests pass, within so many seconds of the processor if they are limited."""
        kept = {
            name: value for name, value in os.environ.items() if name not in ("PYTEST_ADDOPTS", "EXHAUSTIVE")
        }
        # Without compiled files: their date has whole seconds, in which a file may change twice.
        environment = {**kept, "PYTHONPATH": str(self.root / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        pytest = [
            sys.executable,
            "-m",
            "pytest",
            "-x",
            "-q",
            "--no-header",
            "--tb=no",
            "-p",
            "no:cacheprovider",
        ]
        limited = ["sh", "-c", 'ulimit -t "$0" && exec "$@"', str(seconds or "unlimited"), *pytest, *tests]
        try:
            done = subprocess.run(  # noqa: S603  # nosec B603  # our own tests
                limited,
                cwd=self.root,
                env=environment,
                capture_output=True,
                check=False,
                timeout=seconds and 100 * seconds,
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    def kills(self, mutant: Mutant, seconds: int) -> bool:
        """Return whether a test fails that passes without the mutant."""
        path = self.root / mutant.path
        sound = path.read_bytes()
        path.write_bytes(mutant.applied_to(sound))
        try:
            near = nearest_tests(self.root, mutant.path)
            return bool(near and not self.passes(near, seconds)) or not self.passes(TESTS, seconds)
        finally:
            path.write_bytes(sound)


def survivors(root: Path, mutants: Sequence[Mutant], processes: int) -> Iterable[Mutant]:
    """Return the mutants that no test notices; RuntimeError if a test fails without any."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(processes) as pool:
        trees: queue.SimpleQueue[Tree] = queue.SimpleQueue()
        first = Tree.copied(root, Path(folder, "0"))
        if not first.passes(TESTS):
            raise RuntimeError(f"{' '.join(TESTS)} must pass before anything is broken")
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = TIMES_AS_LONG * (1 + int(used.ru_utime + used.ru_stime))
        trees.put(first)
        for number in range(1, processes):
            trees.put(Tree.copied(root, Path(folder, str(number))))

        def survives(mutant: Mutant) -> bool:
            tree = trees.get()
            try:
                killed = tree.kills(mutant, seconds)
            finally:
                trees.put(tree)
            print("killed  " if killed else "SURVIVED", mutant, flush=True)
            return not killed

        return [mutant for mutant, lives in zip(mutants, pool.map(survives, mutants), strict=True) if lives]


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw, break, and say who survived."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.mutants", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--seed", type=int, default=SEED, help=f"another sample; default: {SEED}")
    parser.add_argument("--size", type=int, default=SAMPLE, help=f"how many are drawn; default: {SAMPLE}")
    parser.add_argument("--processes", type=int, default=2, help="how many run beside each other; default: 2")
    chosen = parser.parse_args(arguments)
    mutants = drawn(ROOT, chosen.seed, chosen.size)
    living = list(survivors(ROOT, mutants, chosen.processes))
    print(f"\n{len(mutants) - len(living)} of {len(mutants)} mutants were killed (seed {chosen.seed})")
    for mutant in living:
        print(f"survived: {mutant}")
    return 1 if living else 0


if __name__ == "__main__":
    sys.exit(main())
