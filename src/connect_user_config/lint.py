"""Rules for cfn-lint: ``cfn-lint --append-rules=connect_user_config.lint template.yaml``.

cfn-lint is only the host. The engine that `connect-user-config check` runs judges the template, and each rule
here shows what it found, at the same lines and in the same words. cfn-lint takes every rule class that it
finds in this module, so the module holds nothing else of that kind.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, Schema

from .check.engine import check
from .check.findings import Finding
from .check.rules import CATALOGUE, Entry
from .check.types import Flavour, Types, flavour_of
from .reading.document import read
from .reading.resolver import Lines, Span
from .type_names import is_reserved

_GUIDE: Final = "guide/checking.md"
_SETTINGS: Final = "I9700"
_NAMES: Final = "type_names"


class _Check:
    """The findings of the template that cfn-lint is at, computed once for all rules."""

    def __init__(self) -> None:
        self._types = Types()
        self._template: object = None
        self._found: list[tuple[Finding, Span | None]] = []
        self.failure = ""

    def configure(self, names: object) -> None:
        """Take the names of types from the configuration of cfn-lint."""
        try:
            self._types = Types(map(str, names if isinstance(names, list) else ()))
        except ValueError as error:
            self._types = Types()
            _complain(f"{_SETTINGS}: {_NAMES}: a name {error}")

    def begin(self, cfn: Any) -> None:  # noqa: ANN401 - cfn-lint's template
        """Check a template, whatever happens: an exception would turn the user's whole run red."""
        self._template, self._found, self.failure = cfn, [], ""
        try:
            _make_known(cfn, self._types)
            self._found = list(_findings(cfn, self._types))
        except Exception as error:  # noqa: BLE001 - see above
            # No text of the exception: it may quote the template, and so a phone number.
            self.failure = f"The settings of agents were not checked: {type(error).__name__}"
            _complain(f"connect_user_config.lint: {cfn.filename or 'template'}: {self.failure}")

    def of(self, entry: Entry) -> Iterator[tuple[Finding, Span | None]]:
        """Return what breaks one rule."""
        return (found for found in self._found if found[0].rule == entry.rule)


def _findings(cfn: Any, types: Types) -> Iterator[tuple[Finding, Span | None]]:  # noqa: ANN401 - see above
    text = _text(cfn.filename)
    if text is None:
        # Standard input, which cfn-lint has read: the lines are those that it knows.
        for finding in check(cfn.template, types).findings:
            yield finding, None
    elif types.may_stand_in(text):
        lines = Lines(text)
        # A transform has changed the template in place, so that it no longer is what stands in the file.
        tree = read(text) if "Transform" in cfn.template else cfn.template
        for finding in check(tree, types).findings:
            yield finding, lines.at(finding.path)


def _text(filename: str | None) -> str | None:
    try:
        return Path(filename).read_bytes().decode("utf-8-sig") if filename else None
    except OSError:
        return None


def _make_known(cfn: Any, types: Types) -> None:  # noqa: ANN401 - see above
    """Let cfn-lint know the registry names in use, or it calls them unknown types (E3006).

    What it learns allows everything, so that nothing is told twice.
    """
    resources = cfn.template.get("Resources")
    named = {
        str(resource.get("Type"))
        for resource in (resources.values() if isinstance(resources, Mapping) else ())
        if isinstance(resource, Mapping)
    }
    registry = PROVIDER_SCHEMA_MANAGER._registry_schemas  # noqa: SLF001 - there is no public way
    for name in named:
        is_registered = flavour_of(name) is Flavour.REGISTRY and not is_reserved(name)
        if is_registered and types.is_ours(name) and name not in registry:
            registry[name] = Schema(_permissive(name))
            PROVIDER_SCHEMA_MANAGER.get_resource_types.cache_clear()


def _permissive(name: str) -> dict[str, Any]:
    return {
        "typeName": name,
        "properties": {"UserArn": {"type": "string"}},
        "readOnlyProperties": ["/properties/UserArn"],
        "additionalProperties": True,
    }


def _complain(words: str) -> None:
    sys.stderr.write(f"{words}\n")


_check: Final = _Check()


def _rule(entry: Entry) -> type:
    def match(self: object, cfn: Any) -> list[RuleMatch]:  # noqa: ARG001, ANN401 - called by cfn-lint
        return [_match(finding, span) for finding, span in _check.of(entry)]

    return type(
        entry.code,
        (CloudFormationLintRule,),
        {
            "id": entry.code,
            "shortdesc": entry.title,
            "description": f"{entry.title} ({entry.rule.name})",
            "source_url": f"{_GUIDE}#{entry.rule.name}",
            "tags": ["connect", "resources"],
            "match": match,
        },
    )


def _match(finding: Finding, span: Span | None) -> RuleMatch:
    # cfn-lint adds 1 to each.
    where = span and (span.line - 1, span.column - 1, span.end_line - 1, span.end_column - 1)
    return RuleMatch(finding.shown_path, finding.message, **({"location": where} if where else {}))


def _settings() -> type:
    def __init__(self: Any) -> None:  # noqa: N807, ANN401 - the class is made below
        CloudFormationLintRule.__init__(self)
        self.config_definition = {_NAMES: {"default": [], "type": "list", "itemtype": "string"}}
        self.configure()

    def initialize(self: Any, cfn: Any) -> None:  # noqa: ANN401 - see above
        # Rules are initialized after this one is configured, and before any is matched.
        _check.configure(self.config[_NAMES])
        _check.begin(cfn)

    def match(self: object, cfn: Any) -> list[RuleMatch]:  # noqa: ARG001, ANN401 - see above
        return [RuleMatch(["Resources"], _check.failure)] if _check.failure else []

    return type(
        _SETTINGS,
        (CloudFormationLintRule,),
        {
            "id": _SETTINGS,
            "shortdesc": "The settings of agents were not checked",
            "description": f"Holds the setting {_NAMES}, and tells if the check itself fails",
            "source_url": _GUIDE,
            "tags": ["connect", "resources"],
            "__init__": __init__,
            "initialize": initialize,
            "match": match,
        },
    )


globals()[_SETTINGS] = _settings()
globals().update({entry.code: _rule(entry) for entry in CATALOGUE})
