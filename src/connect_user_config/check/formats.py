"""How findings are written: for people, for programs, for GitHub's annotations, and as SARIF."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from connect_user_config.reading.resolver import Span
from custom_connect_userconfig.core.problems import Severity

from .findings import Finding
from .rules import BY_RULE, CATALOGUE

GUIDE: Final = "guide/checking.md"
_SARIF_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_GITHUB: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFORMATION: "notice"}
_SARIF: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFORMATION: "note"}


@dataclass(frozen=True)
class Located:
    """A finding with its file and its place in it."""

    file: str
    span: Span
    finding: Finding

    @property
    def severity(self) -> Severity:
        """The severity of the rule."""
        return self.finding.rule.severity


def as_text(found: Iterable[Located], _: Iterable[tuple[str, str]]) -> str:
    """Return one line for each finding, as compilers write them. Failures are told on standard error."""
    return "\n".join(
        f"{each.file}:{each.span.line}:{each.span.column}: {each.severity.value}:"
        f" {each.finding.message} [{each.finding.rule.name}]"
        for each in found
    )


def as_json(found: Iterable[Located], failed: Iterable[tuple[str, str]]) -> str:
    """Return one object: the findings, and the files that could not be read."""
    problems = [
        {
            "file": each.file,
            "line": each.span.line,
            "column": each.span.column,
            "endLine": each.span.end_line,
            "endColumn": each.span.end_column,
            "resource": each.finding.resource,
            "path": each.finding.shown_path,
            "rule": each.finding.rule.name,
            "code": BY_RULE[each.finding.rule].code,
            "severity": each.severity.value,
            "message": each.finding.message,
        }
        for each in found
    ]
    failures = [{"file": file, "message": message} for file, message in failed]
    return json.dumps({"problems": problems, "failures": failures}, indent=2)


def as_github(found: Iterable[Located], failed: Iterable[tuple[str, str]]) -> str:
    """Return workflow commands, which GitHub shows at the lines of a pull request."""
    lines = [
        f"::{_GITHUB[each.severity]} file={_property(each.file)},line={each.span.line},"
        f"endLine={each.span.end_line},col={each.span.column},title={_property(each.finding.rule.name)}"
        f"::{_data(each.finding.message)}"
        for each in found
    ]
    lines += [f"::error file={_property(file)}::{_data(message)}" for file, message in failed]
    return "\n".join(lines)


def as_sarif(found: Iterable[Located], failed: Iterable[tuple[str, str]]) -> str:
    """Return a SARIF 2.1.0 log, which code scanning takes."""
    rules = [
        {
            "id": entry.rule.name,
            "shortDescription": {"text": f"{entry.title}."},
            "help": {"text": f"{GUIDE}#{entry.rule.name}"},
            "defaultConfiguration": {"level": _SARIF[entry.rule.severity]},
        }
        for entry in CATALOGUE
    ]
    index = {entry.rule: number for number, entry in enumerate(CATALOGUE)}
    results = [
        {
            "ruleId": each.finding.rule.name,
            "ruleIndex": index[each.finding.rule],
            "level": _SARIF[each.severity],
            "message": {"text": each.finding.message},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": each.file.replace("\\", "/")},
                        "region": {
                            "startLine": each.span.line,
                            "startColumn": each.span.column,
                            "endLine": each.span.end_line,
                            "endColumn": max(each.span.end_column, each.span.column + 1),
                        },
                    }
                }
            ],
        }
        for each in found
    ]
    notes = [
        {"level": "error", "message": {"text": f"{file}: {message}"}, "descriptor": {"id": "failed"}}
        for file, message in failed
    ]
    run = {
        "tool": {"driver": {"name": "connect-user-config", "rules": rules}},
        "invocations": [{"executionSuccessful": not notes, "toolExecutionNotifications": notes}],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


Format = Callable[[Iterable[Located], Iterable[tuple[str, str]]], str]
FORMATS: Final[dict[str, Format]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
    "sarif": as_sarif,
}


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
