"""Shared by the tests of two requests on one user."""

from unit.creating import DECLARATION, to_the_end
from unit.examples import OWNER
from unit.fake_connect import Answer, FakeConnect

from custom_connect_userconfig.core.arrays import SettingKey
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.ownership import OwnershipRecord
from custom_connect_userconfig.service import SettingsService
from support.clock import FakeClock


def created(service: SettingsService, clock: FakeClock, declaration: Declaration = DECLARATION) -> object:
    return to_the_end(clock, lambda context: service.create(declaration, OWNER, context))


def becomes(
    connect: FakeConnect, settings: dict[SettingKey, Value], record: OwnershipRecord | None
) -> Answer:
    """Return an ordinary answer after which the user has `settings` and the tags of `record`."""

    def meanwhile() -> None:
        connect.settings = {**connect.settings, **settings}
        connect.tags = record.to_tags() if record else {}

    return Answer(afterwards=meanwhile)
