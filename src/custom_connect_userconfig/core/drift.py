"""How the live values of owned settings differ from the declared ones: what drift detection shows for registered types."""

from collections.abc import Iterator
from dataclasses import dataclass

from .arrays import SettingKey, field_of
from .kinds import Value
from .planning import is_clamped
from .settings import Settings


@dataclass(frozen=True)
class Difference:
    """One setting that is not as declared; a value of None means that it is not declared, or not owned."""

    key: SettingKey
    declared: Value | None
    live: Value | None

    def to_json(self) -> dict[str, object]:
        """Return the difference for people and machines; of a phone number only whether there is one."""
        return {"Setting": str(self.key), "Declared": self._shown(self.declared), "Live": self._shown(self.live)}

    def _shown(self, value: Value | None) -> Value | None:
        return "(a number)" if value is not None and field_of(self.key).kind.sensitive else value


def differences(declared: Settings, owned: Settings) -> Iterator[Difference]:
    """Yield each setting that is declared or owned and whose live value is not the declared one."""
    for key in {**declared, **owned}:
        wanted, live = declared.get(key), owned.get(key)
        if wanted != live and not (wanted and live and is_clamped(key, wanted, live)):
            yield Difference(key, wanted, live)
