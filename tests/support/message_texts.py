"""The texts that the code can say, read from its source: `…` stands for what is known only when it runs."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_WORDS: Final = 4
"""A text of fewer words is a name or a part of a message."""
PROBLEMS: Final = ("UsageError", "Failed", "Refused", "NoAccess")


@dataclass(frozen=True)
class Told:
    """A problem of a command; the advice is empty if its message says what to do."""

    code: str
    kind: str
    message: str
    advice: str


def texts(folder: Path) -> set[str]:
    """Return every text of several words in the modules below a folder, docstrings left out."""
    return {text for module in folder.rglob("*.py") for text in _texts(ast.parse(module.read_text("utf-8")))}


def problems(folder: Path) -> list[Told]:
    """Return every problem that the modules below a folder raise."""
    found = {
        told
        for module in folder.rglob("*.py")
        for function in _functions(ast.parse(module.read_text("utf-8")))
        for told in _problems(*function)
    }
    return sorted(found, key=lambda told: (told.code, told.message))


def template(node: ast.AST | None, names: dict[str, str]) -> str:
    """Return the text that an expression makes; `names` are the texts of variables."""
    said = "…"
    match node:
        case None:
            said = ""
        case ast.Constant(value=str(text)):
            said = text
        case ast.JoinedStr(values=parts):
            said = "".join(template(part, names) for part in parts)
        case ast.FormattedValue(value=inner):
            said = template(inner, names)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            said = template(left, names) + template(right, names)
        case ast.Name(id=name):
            said = names.get(name, said)
    return said


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.JoinedStr | ast.BinOp | ast.Constant):
        text = template(node, {}).strip()
        if len(text.split()) >= _WORDS:
            yield text
        if not isinstance(node, ast.BinOp):
            inner = (each for each in ast.iter_child_nodes(node) if isinstance(each, ast.FormattedValue))
            yield from (text for each in inner for text in _texts(each.value))
        return
    for child in ast.iter_child_nodes(node):
        yield from _texts(child)


def _functions(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, dict[str, str]]]:
    """Yield each function with the texts of the module's constants."""
    constants: dict[str, str] = {}
    for statement in tree.body:
        constants |= _assigned(statement, constants)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node, constants


def _assigned(node: ast.AST, names: dict[str, str]) -> dict[str, str]:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value):
            return {name: template(value, names)}
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            return {name: template(value, names)}
        case _:
            return {}


def _problems(function: ast.FunctionDef, constants: dict[str, str]) -> Iterator[Told]:
    names = dict(constants)
    for node in sorted(ast.walk(function), key=lambda each: getattr(each, "lineno", 0)):
        names |= _assigned(node, names)
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PROBLEMS):
            continue
        code, message, advice = [*(template(each, names) for each in node.args), "", ""][:3]
        if re.fullmatch(r"[a-z-]+", code):
            yield Told(code, node.func.id, message, advice)
