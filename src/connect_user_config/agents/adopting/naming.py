"""Logical ids and names of parameters, from the id of an agent alone: a login or a profile may change."""

import hashlib
import json
import re
from typing import Final

_OTHER: Final = re.compile(r"[^A-Za-z0-9]")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_plain(user_id: str) -> bool:
    """Whether no other id gives the same letters and digits, as of a UUID; only then a loop can name it."""
    return bool(_UUID.fullmatch(user_id)) or not _OTHER.search(user_id)


def logical_id(user_id: str) -> str:
    """Return the logical id of the agent's resource.

    It is `Agent` and the id's letters and digits, as `Agent&{Id}` of a loop becomes; an id that is not
    `is_plain` adds a digest, so that a-b and ab stay two.
    """
    bare = _OTHER.sub("", user_id)
    return f"Agent{bare}" if is_plain(user_id) else f"Agent{bare}{_digest(user_id)}"


def parameter(user_id: str) -> str:
    """Return the name of the parameter with the agent's phone number."""
    return f"Phone{logical_id(user_id).removeprefix('Agent')}"


def in_one_line(login: str) -> str:
    """Return a login without characters that would break a line, or reach a terminal as a command."""
    return "".join(letter if letter.isprintable() else "?" for letter in login)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def of_settings(arrays: object, *more: object) -> str:
    """Return a name for all agents with these settings, whoever they are."""
    return f"Settings{_digest(json.dumps([arrays, *more], sort_keys=True))}"
