"""The ServiceTokens of a template, as far as its text spells them out.

The text is searched, not parsed: YAML needs a package that installing does without.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

_END: Final = r"""["']?(?=[\s,}]|$)"""
_TOKEN: Final = re.compile(
    rf"""(?<![A-Za-z0-9])ServiceToken["']?\s*:\s*(?:
        (?P<declaration>\{{?\s*["']?(?:Type|Default|Description|NoEcho|AllowedPattern|Value|Export|Condition)["']?\s*:)
        | ["']?(?P<literal>arn:[^\s"',}}${{]+){_END}
        | (?:!Ref\s+|\{{?\s*["']?Ref["']?\s*:\s*)["']?(?P<parameter>[A-Za-z0-9]+){_END}
        | (?:!ImportValue\s+|\{{?\s*["']?Fn::ImportValue["']?\s*:\s*)["']?(?P<export>[A-Za-z0-9:-]+){_END}
    )?""",
    re.VERBOSE,
)
_COMMENT: Final = re.compile(r"(?:^|\s)#.*$", re.MULTILINE)


def service_tokens(
    template: str, parameters: Mapping[str, str], exports: Callable[[], Mapping[str, str]]
) -> Iterator[str]:
    """Yield each ServiceToken, empty where it is computed; `exports` returns the value of each export."""
    for found in _TOKEN.finditer(_COMMENT.sub("", template)):
        if found["export"]:
            yield exports().get(found["export"], "")
        elif not found["declaration"]:
            yield found["literal"] or parameters.get(found["parameter"] or "", "")


def names(text: str, token: str) -> bool:
    """Tell whether the token stands in `text`, and not one whose function has a longer name."""
    return bool(re.search(rf"{re.escape(token)}(?![A-Za-z0-9_-])", text))
