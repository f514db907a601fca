"""The `Gateway` port on the local Connect's Python methods, without HTTP: for tests that make hundreds of
thousands of calls.

It translates answers as `ConnectGateway` does, through the same table of codes. It leaves out faults of the
transport and throttling at the boundary; other tests cover those.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from moto.core.exceptions import JsonRESTError

from connect_local.models import LocalConnectBackend
from custom_connect_userconfig.aws.errors import BY_CODE
from custom_connect_userconfig.core.planning import LiveUser
from custom_connect_userconfig.core.settings import Entry, UserSettings, flatten
from custom_connect_userconfig.ports import FoundUser, FoundUsers

if TYPE_CHECKING:
    from custom_connect_userconfig.core.kinds import Value


@dataclass(frozen=True)
class DirectGateway:
    """The calls of the port on one backend."""

    backend: LocalConnectBackend
    page_size: int = 100

    def describe_user(self, instance_id: str, user_id: str) -> LiveUser:
        """Return the user as reads show it now."""
        with _translated():
            user = self.backend.describe_user(instance_id, user_id)
        legacy = cast("Mapping[str, Value]", user.get("PhoneConfig") or {})
        return LiveUser(user["Arn"], UserSettings(flatten(user), legacy), user.get("Tags") or {})

    def update_user_config(
        self, instance_id: str, user_id: str, arrays: Mapping[str, Sequence[Entry]]
    ) -> None:
        """Write the arrays that are given."""
        with _translated():
            self.backend.update_user_config(instance_id, user_id, arrays)

    def tag_user(self, user_arn: str, tags: Mapping[str, str]) -> None:
        """Set tags of the user."""
        with _translated():
            self.backend.tag_resource(user_arn, dict(tags))

    def untag_user(self, user_arn: str, keys: Sequence[str]) -> None:
        """Remove tags of the user."""
        with _translated():
            self.backend.untag_resource(user_arn, list(keys))

    def has_user(self, instance_id: str, user_id: str) -> bool:
        """Return whether a search finds the user."""
        criteria = {
            "StringCondition": {"FieldName": "resourceId", "Value": user_id, "ComparisonType": "EXACT"}
        }
        with _translated():
            found, _, _ = self.backend.search_users(instance_id, search_criteria=criteria)
        return bool(found)

    def search_tagged_users(
        self, instance_id: str, tag_key: str, tag_values: Sequence[str], token: str | None
    ) -> FoundUsers:
        """Return a page of the users that carry the tag with one of the values."""
        condition = {
            "TagFilter": {"OrConditions": [[{"TagKey": tag_key, "TagValue": value}] for value in tag_values]}
        }
        with _translated():
            found, following, _ = self.backend.search_users(
                instance_id, condition, max_results=self.page_size, next_token=token
            )
        users = [cast("dict[str, Any]", user) for user in found]
        return FoundUsers(
            [FoundUser(user["Id"], user["Arn"], user.get("Tags") or {}) for user in users], following
        )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except JsonRESTError as error:
        # If the table lacks the code, the test is wrong, and ends with a KeyError.
        raise BY_CODE[error.error_type](str(error.message)) from error
