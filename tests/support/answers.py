"""What doubles of AWS answer with: pages of lists, and refusals; all of it held to botocore's model."""

import re
from collections.abc import Callable
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.model import ListShape, OperationModel, Shape, StructureShape
from botocore.validate import ParamValidator

from support.http_answer import empty_answer

ACCOUNT = "123456789012"
PAGE = 2
"""Entries of a list a page: few, so that somebody who reads one page only is found out."""


class Refusal(Exception):
    def __init__(self, message: str, code: str = "CFNRegistryException") -> None:
        super().__init__(message)
        self.code = code


def page(name: str, entries: list[Any], given: dict[str, Any]) -> dict[str, Any]:
    start = int(given.get("NextToken", 0))
    more = {"NextToken": str(start + PAGE)} if start + PAGE < len(entries) else {}
    return {name: entries[start : start + PAGE], **more}


def answered(
    model: OperationModel, given: dict[str, Any], answer: Callable[[dict[str, Any]], dict[str, Any]]
) -> tuple[AWSResponse, dict[str, Any]]:
    """Return the answer to a call in the form of a handler of botocore's `before-call`."""
    keep_to_patterns(given, model.input_shape, f"{model.name} request")
    try:
        told = answer(given)
    except Refusal as refusal:
        error = {"Code": refusal.code, "Message": str(refusal)}
        return empty_answer(400), {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}
    if model.output_shape:
        report = ParamValidator().validate(told, model.output_shape)
        assert not report.has_errors(), report.generate_report()
        keep_to_patterns(told, model.output_shape, f"{model.name} response")
    return empty_answer(200), {**told, "ResponseMetadata": {"HTTPStatusCode": 200}}


def keep_to_patterns(value: Any, shape: Shape | None, where: str) -> None:
    """Insist that strings match the patterns of the model."""
    if isinstance(shape, StructureShape):
        for name, each in value.items():
            keep_to_patterns(each, shape.members[name], f"{where}.{name}")
    elif isinstance(shape, ListShape):
        for each in value:
            keep_to_patterns(each, shape.member, where)
    elif shape and isinstance(value, str) and (pattern := shape.metadata.get("pattern")):
        assert re.fullmatch(pattern, value), f"{where}: {value!r} does not match {pattern}"
