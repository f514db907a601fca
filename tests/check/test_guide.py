"""The guide has a paragraph on every rule, under its name, with its code; and says what the commands say."""

import re
import tomllib

from connect_user_config.check.command import check
from connect_user_config.check.rules import CATALOGUE

from .conftest import ROOT

GUIDE = (ROOT / "guide" / "checking.md").read_text("utf-8")


def test_every_rule_has_a_paragraph_and_no_other_has_one() -> None:
    rules = GUIDE.partition("## The rules")[2]
    found = re.findall(r"^### (\S+)\n\n([EWI]97\d\d)\. ", rules, re.MULTILINE)
    assert found == [(entry.rule.name, entry.code) for entry in CATALOGUE]
    assert rules.count("### ") == len(found)


def test_the_letter_of_a_code_is_the_severity() -> None:
    assert all(entry.code[0] == entry.rule.severity.value[0].upper() for entry in CATALOGUE)


def test_every_option_stands_in_the_guide() -> None:
    options = [option for parameter in check.params for option in parameter.opts if option.startswith("--")]
    assert not [option for option in options if f"`{option}" not in GUIDE]


def test_the_oldest_versions_of_the_extras_stand_in_the_guide() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    bounds = dict(
        re.findall(
            r"(cfn-lint|cloudformation-validate)>=([\d.]+)", " ".join(extras["check"] + extras["lint"])
        )
    )
    assert bounds == {"cloudformation-validate": "1.10", "cfn-lint": "1.15"}
    assert all(f"{name} {oldest}" in GUIDE for name, oldest in bounds.items())
