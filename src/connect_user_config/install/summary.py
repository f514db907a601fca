"""What a region's report says to people: a heading, and sections of rows with the answer on top.

Without details, hashes are short and names that CloudFormation makes up are left out; they tell nobody
anything, and would make regions differ that are alike.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ..aws.region import Step
from ..type_names import CUSTOM_RESOURCE
from .side_by_side import RegionReport

ANY_REGION: Final = "{region}"
"""Stands for each of several regions that say the same, as it does in --bucket."""
_OUTCOMES: Final = {
    "done": "green",
    "unchanged": "green",
    "planned": "cyan",
    "failed": "red",
    "refused": "yellow",
    "interrupted": "yellow",
}
_ANSWERS: Final = {
    "serviceToken": "ServiceToken",
    "exportName": "export",
    "typeName": "type",
    "typeVersionArn": "version",
}
_FACTS: Final = {"stack": "stack", "instances": "instances", "artefact": "artefact", "logGroup": "log"}
_DETAILS: Final = {"executionRoleArn": "role"}
_ANSWER: Final = "bold"
_DIGEST: Final = re.compile(r"(?:\S*/)?([0-9a-f]{12})[0-9a-f]{52}(?:\.zip)?")


@dataclass(frozen=True)
class Row:
    """A value with its label; a value may have several lines."""

    label: str
    value: str
    style: str = ""


@dataclass(frozen=True)
class Summary:
    """What is said of one region, or of several alike."""

    outcome: str
    style: str
    sections: Sequence[tuple[str, Sequence[Row]]] = ()
    """Rows below a title, which may be empty."""
    problem: str = ""
    advice: str = ""

    @property
    def leaves_region_open(self) -> bool:
        """Whether `ANY_REGION` stands in it."""
        values = (row.value for _, rows in self.sections for row in rows)
        return any(ANY_REGION in said for said in (self.problem, self.advice, *values))

    def anywhere(self, region: str) -> "Summary":
        """Return what is said with the region left open."""
        sections = tuple(
            (title, tuple(replace(row, value=row.value.replace(region, ANY_REGION)) for row in rows))
            for title, rows in self.sections
        )
        problem, advice = (each.replace(region, ANY_REGION) for each in (self.problem, self.advice))
        return replace(self, sections=sections, problem=problem, advice=advice)


def folded(
    reports: Iterable[RegionReport], *, with_details: bool = False
) -> Iterator[tuple[Sequence[str], Summary]]:
    """Yield summaries with the regions that each is of, in the order of the reports."""
    alike: dict[Summary, dict[str, Summary]] = {}
    for report in reports:
        summary = summary_of(report, with_details=with_details)
        alike.setdefault(summary.anywhere(report.region), {})[report.region] = summary
    for anywhere, each in alike.items():
        regions = tuple(each)
        yield regions, anywhere if len(regions) > 1 else each[regions[0]]


def summary_of(report: RegionReport, *, with_details: bool = False) -> Summary:
    """Return what is said of a region."""
    outcome, style = report.outcome, _OUTCOMES[report.outcome]
    if "customResources" in report.result:
        outcome = _counted(report.result)
        sections = tuple(_installations(report.result, with_details=with_details))
    else:
        rows = (*_rows(report.result, with_details=with_details), *_steps(report, with_details=with_details))
        sections = (("", rows),) if rows else ()
    problem = report.problem
    return Summary(
        outcome, style, sections, problem.message if problem else "", problem.advice if problem else ""
    )


def snippet(result: Mapping[str, Any]) -> str:
    """Return the resource that a template declares, of what an installation has answered."""
    token = result.get("exportName")
    type_name = CUSTOM_RESOURCE if token else result["typeName"]
    instance = next(iter(result.get("instances") or ()), "INSTANCE_ID")
    lines = (
        "Resources:",
        "  Agent:",
        f"    Type: {type_name}",
        "    Properties:",
        *([f"      ServiceToken: !ImportValue {token}"] if token else []),
        f"      InstanceId: {instance}",
        "      UserId: USER_ID",
        "      AutoAcceptConfigs:",
        "        - { Channel: VOICE, AutoAccept: true }",
    )
    return "\n".join(lines)


def _rows(result: Mapping[str, Any], *, with_details: bool) -> Iterator[Row]:
    for name, label in (_ANSWERS | _FACTS | (_DETAILS if with_details else {})).items():
        if value := result.get(name):
            said = "\n".join(value) if isinstance(value, list) else str(value)
            yield Row(label, _short(said, with_details), _ANSWER if name in _ANSWERS else "")


def _steps(report: RegionReport, *, with_details: bool) -> Iterator[Row]:
    label = "would do" if report.outcome == "planned" else "did"
    for step in report.steps:
        yield Row(label, f"{_short(step.does, with_details)}{_call(step) if with_details else ''}")
        label = ""


def _call(step: Step) -> str:
    told = step.to_json()
    return f"\n{step.service} {step.operation} {json.dumps(told['parameters'], indent=2)}"


def _installations(result: Mapping[str, Any], *, with_details: bool) -> Iterator[tuple[str, Sequence[Row]]]:
    for each in result["customResources"]:
        users = Row("imported by", ", ".join(each["importedBy"]) or "no stack")
        yield f"{CUSTOM_RESOURCE} ({each['name']})", (*_installed(each, with_details=with_details), users)
    for each in result["types"]:
        versions = Row("versions", "\n".join(map(_version, each["versions"])) or "none")
        rows = _installed({**each, "typeName": None}, with_details=with_details)
        yield each["typeName"], (versions, *rows)
    if with_details and result["buckets"]:
        yield "Artefacts", (Row("bucket", "\n".join(result["buckets"])),)


def _installed(installation: Mapping[str, Any], *, with_details: bool) -> Iterator[Row]:
    for row in _rows(installation, with_details=with_details):
        yield row
        if row.label == "stack":
            yield Row("status", installation["status"], _style_of(installation["status"]))


def _style_of(status: str) -> str:
    if "FAILED" in status or "ROLLBACK" in status:
        return "red"
    return "green" if status.endswith("_COMPLETE") else "yellow"


def _version(version: Mapping[str, Any]) -> str:
    default = " (default)" if version["isDefault"] else ""
    others = "" if version["isOfThisInstallation"] else ", of another installation"
    return f"{version['versionId']}{default}{others}"


def _counted(result: Mapping[str, Any]) -> str:
    counts = ((len(result["customResources"]), "custom resource"), (len(result["types"]), "type"))
    said = [f"{count} {noun}{'s' if count > 1 else ''}" for count, noun in counts if count]
    return ", ".join(said) or "nothing is installed"


def _short(value: str, with_details: bool) -> str:  # noqa: FBT001 - a choice of the person
    return value if with_details else _DIGEST.sub(r"\1", value)
