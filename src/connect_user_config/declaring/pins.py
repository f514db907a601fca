"""The pinned spread of fleets over stacks: a file, committed with the app, that says how each is spread.

An agent whose stack changes is created in the new one before it is deleted from the old one, and that create
is refused. So neither the number of stacks nor the rule by which agents are spread may change by accident.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from .arguments import check_count

RULE: Final = "sha256(user id) mod shards"
"""The rule of `lanes.shard_of`, as the file names it; another rule would have another name."""
DEFAULT_FILE: Final = "shards.json"

_MOST_STACKS: Final = 500
"""Nested stacks that a template takes."""
_WAY_OUT: Final = (
    "With another number agents change stacks: each is created in its new stack before it is deleted from the"
    " old one, which is refused. Either keep what the file says, and put further agents into a second fleet."
    " Or move all agents: deploy once without agents, which gives them back their earlier settings; then"
    " change the app and the file together, and deploy with the agents"
)


class PinError(ValueError):
    """A fleet is not spread as its file says."""


def check_pin(file: Path, fleet: str, shards: int) -> None:
    """Raise PinError, with the way out, unless `file` says that the `fleet`, a construct's path, is spread
    over so many stacks by today's rule; ValueError if `shards` is no number of stacks.

    The file is never written here: one that is lost must not come back with another number.
    """
    check_count(f"{fleet}: shards", shards, _MOST_STACKS)
    wanted = {"rule": RULE, "shards": shards}
    pins = _read(file)
    if fleet not in pins:
        content = json.dumps({**pins, fleet: wanted}, indent=2)
        raise PinError(
            f"{fleet}: {file} does not say over how many stacks the agents are spread. If the fleet was"
            f" deployed before, bring the file back. If not, commit {file.name} with\n{content}"
        )
    if pins[fleet] != wanted:
        raise PinError(
            f"{fleet}: {file} says {json.dumps(pins[fleet])}, the app says {json.dumps(wanted)}. {_WAY_OUT}"
        )


def _read(file: Path) -> Mapping[str, object]:
    try:
        found = json.loads(file.read_text("utf-8"), object_pairs_hook=_members)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise PinError(f"{file} cannot be read ({error}): bring it back from version control") from error
    if not isinstance(found, dict):
        raise PinError(f"{file} is no JSON object: bring it back from version control")
    return found


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an object of JSON; ValueError for a name that stands twice, where JSON lets the last one win."""
    names = [name for name, _ in pairs]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"{twice[0]} stands twice: keep the entry by which the fleet was deployed")
    return dict(pairs)
