"""What is wrong is told at its line by its rule, what is right is not called wrong: by every host alike."""

import re

import pytest

from connect_user_config.check.engine import check
from connect_user_config.check.rules import BY_NAME, CATALOGUE
from connect_user_config.check.types import Types
from connect_user_config.reading.document import read
from connect_user_config.reading.resolver import Lines

from .conftest import Found
from .corpus import ALL, BAD, GOOD, Case

NUMBER = re.compile(r"2025550100|202-555-0100")
UNKNOWN_TO_CFN_LINT = {"bad/name-reserved.yaml"}
"""Names that cfn-lint rightly calls unknown types."""


def test_there_are_enough_of_both_kinds() -> None:
    assert len(BAD) >= 60
    assert len(GOOD) >= 40
    assert all(case.expected for case in BAD)
    assert not any(case.expected for case in GOOD)


def test_every_rule_has_a_template_that_breaks_it() -> None:
    assert {rule for case in BAD for _, rule in case.expected} == {entry.rule.name for entry in CATALOGUE}


@pytest.mark.parametrize("case", ALL, ids=str)
def test_every_host_finds_what_is_expected(case: Case, of_check: Found, of_cfn_lint: Found) -> None:
    lines = Lines(case.text)
    by_engine = {
        (lines.at(found.path).line, found.rule.name) for found in check(read(case.text), Types()).findings
    }
    assert by_engine == case.expected
    expected = {(line, BY_NAME[rule].code) for line, rule in case.expected}
    assert {(line, code) for line, _, code, _ in of_check[str(case.path)]} == expected
    by_cfn_lint = {found for found in of_cfn_lint[str(case.path)] if found[2] != "E3006"}
    assert by_cfn_lint == of_check[str(case.path)]
    assert (by_cfn_lint != of_cfn_lint[str(case.path)]) == (str(case) in UNKNOWN_TO_CFN_LINT)


def test_no_host_prints_a_phone_number(of_check: Found, of_cfn_lint: Found) -> None:
    assert any(NUMBER.search(case.text) for case in ALL)
    for found in (of_check, of_cfn_lint):
        assert not [each for of_file in found.values() for each in of_file if NUMBER.search(each[3])]
