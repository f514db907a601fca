"""Tokens of the CDK: values that are known only at synthesis or deployment, recognized without asking the
CDK.

Each question to the CDK is a call into another process, and a fleet has thousands of values.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from custom_connect_userconfig.core.problems import Unknown

_IN_TEXT: Final = "${Token["
_ANY_REFERENCE: Final = "{{resolve:"
_SSM_REFERENCE: Final = "{{resolve:ssm:"
_LARGEST_NUMBER: Final = -1.88e289
"""Numbers that stand for tokens lie below (`aws-cdk-lib`, core/lib/private/encoding.ts)."""


class Resolvable(Protocol):
    """A value that is resolved at synthesis: ``aws_cdk.IResolvable``."""

    def resolve(self, context: Any, /) -> Any:  # noqa: ANN401 - the CDK's own words
        """Return the value in the template."""
        ...


def is_token(value: object) -> bool:
    """Tell whether a scalar is, or holds, a value that is not known yet."""
    if isinstance(value, str):
        return _IN_TEXT in value
    if isinstance(value, int | float):
        return not isinstance(value, bool) and value < _LARGEST_NUMBER
    return value is not None


def known(properties: Mapping[str, object], *, resolves_secrets: bool = False) -> dict[str, object]:
    """Return `properties` as the core's rules read them: a token is `Unknown`.

    So is a dynamic reference that CloudFormation resolves: a plain ssm reference everywhere, secure ones
    under a registered type only (`resolves_secrets`). Two equal texts are the same value.
    """
    reference = _ANY_REFERENCE if resolves_secrets else _SSM_REFERENCE
    return {name: _known(member, reference) for name, member in properties.items()}


def _known(value: object, reference: str) -> object:
    if isinstance(value, Mapping):
        return {name: _known(member, reference) for name, member in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_known(item, reference) for item in value]
    if isinstance(value, str) and (is_token(value) or reference in value):
        return Unknown(value)
    return Unknown() if is_token(value) else value
