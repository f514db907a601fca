"""Rosters: the agents of a fleet in a CSV or YAML file, with the same names of settings in both.

A setting is a column of CSV, or a member in YAML: `auto_accept.voice`, `after_contact_work.chat` and so on.
An empty cell declares nothing.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, Final

import yaml

from custom_connect_userconfig.core.advice import about_name
from custom_connect_userconfig.core.arrays import (
    AFTER_CONTACT_WORK,
    AUTO_ACCEPT,
    CHANNELS,
    PERSISTENT_CONNECTION,
    SOFT_PHONE,
    VOICE,
    VOICE_ENHANCEMENT,
)
from custom_connect_userconfig.core.redaction import shown, shown_identifier

from .agent import Agent
from .arguments import check_mapping
from .profile import Profile
from .settings import AfterContactWork, AutoAccept, Phone, VoiceEnhancement

USER: Final = "user"
PROFILE: Final = "profile"
NAME: Final = "name"
"""For people who read the file; nothing else reads it."""
UNLIMITED: Final = "unlimited"
SOFT: Final = "soft"
_CALLBACK: Final = "agent_first_callback"

Cells = Mapping[str, object]
_Rows = list[tuple[str, object]]
"""Each row with its place in the file."""


class RosterError(ValueError):
    """A roster has problems; the text names all of them with their places."""

    def __init__(self, file: Path, problems: Sequence[str]) -> None:
        super().__init__("\n".join(f"{file}: {problem}" for problem in problems))
        self.problems = tuple(problems)


def _boolean(raw: object) -> Any:  # noqa: ANN401 - the kind's own values
    return AUTO_ACCEPT.fields[0].kind.coerce(raw)


def _seconds(raw: object) -> Any:  # noqa: ANN401 - the kind's own values
    return 0 if raw == UNLIMITED else AFTER_CONTACT_WORK.fields[0].kind.coerce(raw)


def _connection(raw: object) -> Any:  # noqa: ANN401 - the kind's own values
    return PERSISTENT_CONNECTION.fields[0].kind.coerce(raw)


def _mode(raw: object) -> VoiceEnhancement:
    return VoiceEnhancement.of(str(VOICE_ENHANCEMENT.fields[0].kind.coerce(raw)))


def _phone(raw: object) -> Phone:
    """`soft`, or a number, which the construct checks, as it may be a reference."""
    if raw in (SOFT, SOFT_PHONE):
        return Phone.soft()
    if not isinstance(raw, str):
        raise ValueError(f"must be {SOFT} or a number in E.164 form, in quotes")  # noqa: TRY004 - as the kinds do
    return Phone.desk(raw)


def _columns() -> dict[str, Callable[[object], Any]]:
    found: dict[str, Callable[[object], Any]] = {}
    for name, read in (("auto_accept", _boolean), ("after_contact_work", _seconds)):
        for channel in CHANNELS:
            found[f"{name}.{channel.lower()}"] = read
        found[f"{name}.{VOICE.lower()}.{_CALLBACK}"] = read
    return {
        **found,
        "phone": _phone,
        "persistent_connection": _connection,
        "voice_enhancement": _mode,
    }


COLUMNS: Final = _columns()
"""The settings by name, and what reads the value of each; ValueError, with the rule, for a wrong one."""


def read_roster(file: Path, profiles: Mapping[str, Profile] | None = None) -> Sequence[Agent]:
    """Return the agents of a CSV or YAML file; raises RosterError with all problems, and TypeError for
    `profiles` of another class.

    A YAML file can hold profiles of its own beside `profiles`. A file that does not end in ``.csv`` is YAML.
    """
    check_mapping("profiles", profiles or {}, Profile, "Profile(phone=Phone.soft())")
    rows, found = _rows_of_csv(file) if file.suffix.lower() == ".csv" else _rows_of_yaml(file)
    reader = _Reader({**(profiles or {})})
    for name, cells in found.items():
        reader.add_profile(name, cells)
    agents = [agent for place, cells in rows if (agent := reader.agent(place, cells))]
    if reader.problems:
        raise RosterError(file, reader.problems)
    return agents


class _Reader:
    """Reads rows; collects every problem."""

    def __init__(self, profiles: dict[str, Profile]) -> None:
        self.problems: list[str] = []
        self._profiles = profiles
        self._places: dict[str, str] = {}

    def add_profile(self, name: object, cells: object) -> None:
        """Make a profile of the file known."""
        place = f"profiles.{name}"
        if not isinstance(name, str):
            self.problems.append(f"{place}: the name must be text: put it in quotes")
            return
        if name in self._profiles:
            self.problems.append(f"{place}: the app has a profile of this name already: rename one of them")
        if isinstance(cells, Mapping):
            self._profiles[name] = Profile(**self._settings(place, cells, ()))
        else:
            self.problems.append(f"{place}: must be an object of settings, not {shown(cells)}")

    def agent(self, place: str, cells: object) -> Agent | None:
        """Return the agent of a row; None if it names none."""
        if not isinstance(cells, Mapping):
            self.problems.append(f"{place}: must be an object with {USER}, not {shown(cells)}")
            return None
        user = cells.get(USER)
        if not isinstance(user, str) or not user:
            self.problems.append(f"{place}: {USER}: is required: the agent's id or ARN, as text")
            return None
        agent = Agent(
            user=user,
            profile=self._profile(place, cells.get(PROFILE)),
            **self._settings(place, cells, (USER, PROFILE, NAME)),
        )
        if (earlier := self._places.setdefault(agent.bare_id, place)) != place:
            self.problems.append(f"{place}: {USER}: {shown_identifier(user)} stands in {earlier} already")
        return agent

    def _profile(self, place: str, name: object) -> Profile | None:
        if name is None or name == "":
            return None
        if not isinstance(name, str):
            self.problems.append(
                f"{place}: {PROFILE}: must be the name of a profile, in quotes, not {shown(name)}"
            )
            return None
        if name not in self._profiles:
            advice = about_name(name, [*self._profiles]) if self._profiles else ": there is none"
            self.problems.append(f"{place}: {PROFILE}: {shown(name)} is not a known profile{advice}")
        return self._profiles.get(name)

    def _settings(self, place: str, cells: Cells, others: Sequence[str]) -> dict[str, Any]:
        values = dict(self._values(place, {name: each for name, each in cells.items() if name not in others}))
        for name in ("auto_accept", "after_contact_work"):
            whole, part = f"{name}.{VOICE.lower()}", f"{name}.{VOICE.lower()}.{_CALLBACK}"
            if part in values and whole not in values:
                self.problems.append(f"{place}: {whole}: is required with {part}")
        fixed = ("phone", "persistent_connection", "voice_enhancement")
        return {
            "auto_accept": _choices(values) or None,
            "after_contact_work": _limits(values) or None,
            **{name: values[name] for name in fixed if name in values},
        }

    def _values(self, place: str, cells: Cells) -> Iterator[tuple[str, Any]]:
        for name, raw in cells.items():
            if raw is None or raw == "":
                continue
            read = COLUMNS.get(name)
            if read is None:
                known = [USER, PROFILE, NAME, *COLUMNS]
                self.problems.append(f"{place}: {shown(name)} is not a setting{about_name(str(name), known)}")
                continue
            try:
                yield name, read(raw)
            except ValueError as rule:
                self.problems.append(f"{place}: {name}: {shown(raw)} {rule}")


def _choices(values: Mapping[str, Any]) -> list[AutoAccept]:
    return [
        AutoAccept(channel, values[name], values.get(f"{name}.{_CALLBACK}"))
        for channel in CHANNELS
        if (name := f"auto_accept.{channel.lower()}") in values
    ]


def _limits(values: Mapping[str, Any]) -> list[AfterContactWork]:
    return [
        AfterContactWork(channel, values[name], values.get(f"{name}.{_CALLBACK}"))
        for channel in CHANNELS
        if (name := f"after_contact_work.{channel.lower()}") in values
    ]


def _text_of(file: Path) -> str:
    """Return the text without a byte order mark, and with its line ends as they are."""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RosterError(file, ["is not text in UTF-8: save it so, as CSV UTF-8 in Excel"]) from error
    except OSError as error:
        advice = "a name without / is looked for in the folder in which the app runs"
        raise RosterError(file, [f"cannot be read ({error.strerror}): {advice}"]) from error


def _rows_of_csv(file: Path) -> tuple[_Rows, Mapping[Any, object]]:
    text = _text_of(file)
    header = text.partition("\n")[0]
    # Spreadsheets write semicolons where the comma is the decimal point.
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(_checked_rows(file, reader)), {}
    except csv.Error as error:
        raise RosterError(file, [f"line {reader.line_num}: is not CSV: {error}"]) from error


def _checked_rows(file: Path, reader: "csv.DictReader[str]") -> Iterator[tuple[str, object]]:
    names = [name for name in reader.fieldnames or () if name]
    if USER not in names:
        raise RosterError(file, [f"line 1: names no column {USER}: the agents' ids or ARNs"])
    if twice := [name for name in names if names.count(name) > 1]:
        raise RosterError(file, [f"line 1: the column {twice[0]} stands twice: remove one"])
    for cells in reader:
        place = f"line {reader.line_num}"
        if None in cells:
            raise RosterError(file, [f"{place}: has more cells than the first line has columns"])
        yield place, cells


class _Loader(yaml.SafeLoader):
    """Refuses a name that stands twice in an object, where YAML lets the last one win."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:  # noqa: ANN401 - PyYAML's own
        """Return the node of an object; raises yaml.YAMLError."""
        node: yaml.MappingNode = super().compose_mapping_node(anchor)
        keys = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        first: dict[str, yaml.ScalarNode] = {}
        for key in keys:
            if first.setdefault(key.value, key) is not key:
                said = f"{key.value} stands twice: remove one"
                raise yaml.composer.ComposerError(None, None, said, key.start_mark)
        return node


def _rows_of_yaml(file: Path) -> tuple[_Rows, Mapping[Any, object]]:
    try:
        content = yaml.load(_text_of(file), _Loader)  # noqa: S506  # nosec B506  # a SafeLoader
    except yaml.YAMLError as error:
        raise RosterError(file, [f"is not YAML: {error}"]) from error
    if not isinstance(content, dict) or not isinstance(content.get("agents"), list):
        raise RosterError(file, ["must be an object with a list of agents, and profiles if it has any"])
    profiles = content.get("profiles") or {}
    if not isinstance(profiles, dict):
        raise RosterError(file, [f"profiles: must be an object of profiles by name, not {shown(profiles)}"])
    return [(f"agents[{index}]", cells) for index, cells in enumerate(content["agents"])], profiles
