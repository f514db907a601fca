"""The only module that knows ``cloudformation_validate``, AWS's own reader of templates (the extra `check`).

It is asked for two things: what an intrinsic makes of operands that are all known, and on which line
something stands. It is not asked about anything unknown, because there it guesses: it takes an invented
account for ``AWS::AccountId``, the default for a parameter's value, the name of an SSM parameter for what it
holds, two invented items for an unknown list, and the default of ``Fn::FindInMap`` for a key that it does not
know.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from custom_connect_userconfig.core.problems import Path, Unknown

from .document import ToolMissing

_ASKED: Final = "Asked"


def _tool() -> Any:  # noqa: ANN401 - generated, and without types
    try:
        import cloudformation_validate  # noqa: PLC0415 - takes longer to import than all else takes to run
    except ImportError as error:
        raise ToolMissing from error
    return cloudformation_validate


class Resolver:
    """Computes intrinsics of known operands, each once."""

    def __init__(self, mappings: object) -> None:
        self._mappings = mappings if isinstance(mappings, Mapping) else {}
        self._known: dict[str, object] = {}

    def resolve(self, expression: Mapping[str, object]) -> object:
        """Return the value of an intrinsic whose operands are known; Unknown where the reader has none."""
        key = json.dumps(expression)
        if key not in self._known:
            self.prepare([expression])
        return self._known[key]

    def prepare(self, expressions: Iterable[Mapping[str, object]]) -> None:
        """Compute many at once, which takes hardly longer than one."""
        new = {json.dumps(each): each for each in expressions}
        asked = [key for key in new if key not in self._known]
        if not asked:
            return
        properties = {str(number): new[key] for number, key in enumerate(asked)}
        template = {
            "Transform": "AWS::LanguageExtensions",
            "Mappings": self._mappings,
            "Resources": {_ASKED: {"Type": "Custom::Asked", "Properties": properties}},
        }
        tool = _tool()
        try:
            answers = _model(tool, json.dumps(template)).resources()[_ASKED].properties
        except (tool.ValidationError, KeyError):
            answers = {}
        for number, key in enumerate(asked):
            answer = answers.get(str(number))
            self._known[key] = Unknown() if answer is None else _plain(answer)


@dataclass(frozen=True)
class Span:
    """A stretch of text; lines and columns count from 1."""

    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1


class Lines:
    """Where things stand in the text of a template. The text is read when the first line is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._read: Any = None

    def at(self, path: Path) -> Span:
        """Return where the member at `path` stands, or the innermost one around it that can be found."""
        if self._read is None:
            tool = _tool()
            try:
                self._read = _model(tool, self._text)
            except tool.ValidationError:
                self._read = False
        while path and self._read:
            if found := self._read.source_location("/".join(map(str, path))):
                return Span(found.start_line, found.start_column, found.end_line, found.end_column)
            path = path[:-1]
        return Span()


def _model(tool: Any, text: str) -> Any:  # noqa: ANN401 - see above
    return tool.TemplateModel(text.encode())


def _plain(resolved: Any) -> object:  # noqa: ANN401 - see above
    if resolved.is_CONCRETE():
        return _json(resolved.value)
    if resolved.is_LIST_VALUE():
        return [_plain(item) for item in resolved.items]
    if resolved.is_MAP():
        return {entry.key: _plain(entry.value) for entry in resolved.entries}
    return Unknown()


def _json(value: Any) -> object:  # noqa: ANN401 - see above
    if value.is_ARRAY():
        return [_json(item) for item in value.items]
    if value.is_OBJECT():
        return {name: _json(member) for name, member in value.entries.items()}
    return None if value.is_NULL() else value.value
