"""Watches every call that reaches a local Connect: no resource records its own value as an earlier one.

A setting is free until a resource claims or writes it. From then on, ``TagResource`` must not record as its
earlier value any value that the same resource has written. The setting is free again when the resource writes
the earlier value back, or when the record drops the setting while the earlier value is in force: as it was,
or as the service has stored it. With a record that is imported or handed over, the next owner gets the values
that the former one has written. A late read may show an older state: then a value may be recorded that was
recorded before.

A fixture of ``conftest`` fails the test during which the rule was broken. Nothing is raised at the call: the
code under test would take the error for a fault of the service.

Each user carries its own trace, so that a test that restores a copy of its users restores the trace too.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from moto.core.exceptions import JsonRESTError

from connect_local.arrays import FIELDS, PHONE_NUMBER
from connect_local.models import LocalConnectBackend
from connect_local.settings import Settings
from connect_local.users import User, UserState

from .record_form import DESK_PHONE, HANDED_OVER, MARKER, UNRECORDED, Setting, Value, read_record

_IN_BACKEND: Final = {
    (setting.array, setting.channel, ".".join(setting.field)): setting
    for setting in FIELDS
    if setting != PHONE_NUMBER
}
"""Every setting whose earlier value is recorded; a record holds of a number only whether there was one."""
_NOT_KEPT: Final = {UNRECORDED, DESK_PHONE}
"""Earlier values that need not come back: no tag records a number, and a desk phone needs its number."""

Tags = Mapping[str, str]

breaches: Final[list[str]] = []
"""Breaches since `take_breaches` was last called."""


@dataclass
class Trace:
    """The values that resources have written to one user."""

    own: dict[str, dict[Setting, set[Value]]] = field(default_factory=dict)
    """By the owner's digest, the values that it has written to each setting since that was last free."""
    earlier: dict[Setting, Value] = field(default_factory=dict)
    """The latest recorded earlier value of each setting, even if the record has dropped the setting."""
    recorded: dict[Setting, set[Value]] = field(default_factory=dict)
    """All recorded earlier values of each setting since it was last dropped and free."""
    shown: UserState | None = None
    """The user as the latest read has shown it."""
    is_late: bool = False
    """Whether that was an older state."""
    overlooked: dict[Setting, set[Value]] = field(default_factory=dict)
    """The values of others that were in force when a claim recorded another one, which a late read showed."""
    stored: dict[Setting, dict[Value, Value]] = field(default_factory=dict)
    """What the service has stored for each value that was written: it may clamp work on CHAT."""

    def wrote(self, asked: Mapping[Setting, Value], before: Settings, after: Settings, tags: Tags) -> None:
        """Note a write of settings; if there is no record, and none was shown, an administrator wrote it."""
        record, seen = read_record(tags), read_record(self.shown.tags if self.shown else {})
        owner = record.owner or seen.owner
        for setting, value in asked.items():
            stored = _effective(after, setting)
            self.stored.setdefault(setting, {})[value] = stored
            known = {
                _effective(before, setting),
                _effective(self.shown.settings, setting) if self.shown else None,
            }
            if owner is None:
                self._forget(setting, {stored})
            elif setting in self.earlier and self.earlier[setting] in (value, stored):
                self._forget(setting)
            elif setting in record.earlier or known.isdisjoint({value, stored}):
                # Other channels of the array are written along as they were read; another operation may have
                # read since what the service stores for that.
                self.own.setdefault(owner, {}).setdefault(setting, set()).add(stored)

    def edited(self, before: Settings, after: Settings) -> None:
        """Note an administrator's edit: its values belong to somebody else from now on."""
        for setting in _IN_BACKEND:
            if (value := _effective(after, setting)) != _effective(before, setting):
                self._forget(setting, {value})

    def tagged(self, user: User, before: Tags, after: Tags) -> None:
        """Check the earlier values that the tags newly record, and note the settings that they drop."""
        was, now = read_record(before), read_record(after)
        for former in self._former_owners(before, was.owner):
            if now.owner and now.owner != former:
                self._hand_over(former, now.owner)
        own = self.own.get(now.owner or "", {})
        for setting in now.earlier.keys() & _IN_BACKEND.keys():
            value = now.earlier[setting]
            if setting in was.earlier and was.earlier[setting] == value:
                continue
            if setting not in was.earlier:
                self._claimed(setting, value, _effective(user.settings, setting))
            known = self.recorded.setdefault(setting, set())
            known_to_others = self.overlooked.get(setting, set()) | (known if self.is_late else set())
            if value in own.get(setting, set()) - known_to_others:
                array, channel, name = setting
                what = f"{array}[{channel}].{name} of {user.id}"
                breaches.append(f"{what}: {value} is recorded as earlier, and is the resource's own")
            self.earlier[setting] = value
            known.add(value)
        for setting in (was.earlier.keys() - now.earlier.keys()) & _IN_BACKEND.keys():
            earlier = was.earlier[setting]
            given_back = {earlier, self.stored.get(setting, {}).get(earlier, earlier)}
            if earlier in _NOT_KEPT or _effective(user.settings, setting) in given_back:
                self._forget(setting)
                self.recorded.pop(setting, None)

    def released_by_hand(self) -> None:
        """Note that somebody has removed a record, as messages advise: every setting is free."""
        self.own.clear()
        self.overlooked.clear()
        self.recorded.clear()

    def _claimed(self, setting: Setting, earlier: Value, live: Value) -> None:
        """Note the value in force at a claim that records another one, if no resource has written it."""
        if live != earlier and all(live not in own.get(setting, ()) for own in self.own.values()):
            self.overlooked.setdefault(setting, set()).add(live)

    def _forget(self, setting: Setting, values: set[Value] | None = None) -> None:
        if values is None:
            self.overlooked.pop(setting, None)
        for own in self.own.values():
            own[setting] = own.get(setting, set()) - values if values is not None else set()

    def _former_owners(self, before: Tags, owner: str | None) -> list[str]:
        """Return whose values the next owner gets; a record that is handed over may name no owner."""
        is_handed_over = before.get(MARKER) == HANDED_OVER
        return [owner] if owner else [*self.own] if is_handed_over else []

    def _hand_over(self, former: str, owner: str) -> None:
        for setting, values in self.own.pop(former, {}).items():
            self.own.setdefault(owner, {}).setdefault(setting, set()).update(values)


def trace_of(user: User) -> Trace:
    """Return the trace of a user."""
    trace: Trace = user.__dict__.setdefault("_trace", Trace())
    return trace


def take_breaches() -> list[str]:
    """Return the breaches so far, and forget them."""
    taken = list(breaches)
    breaches.clear()
    return taken


def install() -> None:
    """Wrap the calls of the backend, for the whole run."""
    for name, watch in _WATCHES.items():
        _wrap(name, watch)


Call = Callable[..., Any]


def _wrap(name: str, watch: Callable[[LocalConnectBackend, Call, tuple[Any, ...]], Any]) -> None:
    original = getattr(LocalConnectBackend, name)

    @functools.wraps(original)
    def watched(self: LocalConnectBackend, *args: Any, **named: Any) -> Any:
        return watch(self, lambda: original(self, *args, **named), (*args, *named.values()))

    setattr(LocalConnectBackend, name, watched)


def _describe(backend: LocalConnectBackend, act: Call, args: tuple[Any, ...]) -> Any:
    shown = act()
    user = backend._get_user_or_raise(*args[:2])
    current = UserState(user.settings, backend._tags_of(user), user.modified_at)
    trace = trace_of(user)
    trace.shown, trace.is_late = user.pending[0].before if user.pending else current, bool(user.pending)
    return shown


def _update(backend: LocalConnectBackend, act: Call, args: tuple[Any, ...]) -> Any:
    user = _user(backend, args)
    before = user.settings if user else Settings()
    answer = act()
    assert user
    trace_of(user).wrote(_asked(args[2]), before, user.settings, backend._tags_of(user))
    return answer


def _edit(backend: LocalConnectBackend, act: Call, args: tuple[Any, ...]) -> Any:
    user = _user(backend, args)
    before = user.settings if user else Settings()
    answer = act()
    assert user
    trace_of(user).edited(before, user.settings)
    return answer


def _tag(backend: LocalConnectBackend, act: Call, args: tuple[Any, ...]) -> Any:
    try:
        user = backend._tagged_user(args[0])
    except JsonRESTError:
        user = None
    before = backend._tags_of(user) if user else {}
    answer = act()
    if user:
        trace_of(user).tagged(user, before, backend._tags_of(user))
    return answer


_WATCHES: Final = {
    "describe_user": _describe,
    "update_user_config": _update,
    "administer_user_config": _edit,
    "update_user_phone_config": _edit,
    "tag_resource": _tag,
    "untag_resource": _tag,
}


def _user(backend: LocalConnectBackend, args: tuple[Any, ...]) -> User | None:
    try:
        return backend._get_user_or_raise(*args[:2])
    except JsonRESTError:
        return None  # the call itself raises this error


def _asked(arrays: Mapping[str, object]) -> dict[Setting, Value]:
    """Return the settings that the entries of a write name, with their values."""
    asked = {
        key: _value(arrays.get(key[0]), setting.channel, setting.field)
        for key, setting in _IN_BACKEND.items()
    }
    return {key: value for key, value in asked.items() if value is not None}


def _value(entries: object, channel: str, path: tuple[str, ...]) -> Any:
    known = entries if isinstance(entries, list | tuple) else ()
    entry: Any = next((entry for entry in known if entry.get("Channel") == channel), None)
    for name in path:
        entry = entry.get(name) if isinstance(entry, Mapping) else None
    return entry


def _effective(settings: Settings, setting: Setting) -> Value:
    value: Value = settings.effective(_IN_BACKEND[setting])
    return value
