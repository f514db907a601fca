"""Implements the `Gateway` port; the only module that calls Amazon Connect.

Nothing is retried here: the service decides when to try again, so every wait counts against the time of the
invocation. Each call writes one log line with operation, outcome, duration and ids.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, cast

from ..core.errors import ServiceInternalError, SettingsError
from ..core.planning import LiveUser
from ..core.settings import Entry, UserSettings, flatten
from ..logs import log_event
from ..ports import FoundUser, FoundUsers
from .clients import kept_client
from .errors import translated

if TYPE_CHECKING:
    from mypy_boto3_connect import ConnectClient

    from ..core.kinds import Value

PAGE_SIZE: Final = 100
"""Users on a page of a search: the maximum of the administrator guide; the service model allows 500."""


def kept_connect_client(region: str | None) -> "ConnectClient":
    """Return this process's client for `region`; it signs with the credentials of the event served."""
    return cast("ConnectClient", kept_client("connect", region))


class ConnectGateway:
    """The calls of the `Gateway` port.

    They go through `client`, which has a region and credentials of its own; without one, through the kept
    client of `region`, with the credentials of `acting_as`.
    """

    def __init__(self, region: str | None = None, *, client: "ConnectClient | None" = None) -> None:
        self._client = client or kept_connect_client(region)

    def describe_user(self, instance_id: str, user_id: str) -> LiveUser:
        """Return the user; NotFound if there is no such user or instance."""
        with _call("DescribeUser", instance_id, user_id):
            answer = self._client.describe_user(InstanceId=instance_id, UserId=user_id)
            user = cast("dict[str, Any]", answer).get("User") or {}
            if not user.get("Arn"):
                problem = f"Amazon Connect answered DescribeUser for user {user_id} without a user."
                raise ServiceInternalError(problem)
        legacy = cast("Mapping[str, Value]", user.get("PhoneConfig") or {})
        return LiveUser(user["Arn"], UserSettings(flatten(user), legacy), user.get("Tags") or {})

    def update_user_config(
        self, instance_id: str, user_id: str, arrays: Mapping[str, Sequence[Entry]]
    ) -> None:
        """Write the arrays that are given."""
        members = cast("dict[str, Any]", dict(arrays))
        with _call("UpdateUserConfig", instance_id, user_id):
            self._client.update_user_config(InstanceId=instance_id, UserId=user_id, **members)

    def tag_user(self, user_arn: str, tags: Mapping[str, str]) -> None:
        """Set tags of the user."""
        with _call("TagResource", *_ids(user_arn)):
            self._client.tag_resource(resourceArn=user_arn, tags=dict(tags))

    def untag_user(self, user_arn: str, keys: Sequence[str]) -> None:
        """Remove tags of the user."""
        with _call("UntagResource", *_ids(user_arn)):
            self._client.untag_resource(resourceArn=user_arn, tagKeys=list(keys))

    def has_user(self, instance_id: str, user_id: str) -> bool:
        """Return whether a search finds the user; NotFound if there is no such instance."""
        condition = {"FieldName": "resourceId", "Value": user_id, "ComparisonType": "EXACT"}
        criteria = cast("Any", {"StringCondition": condition})
        with _call("SearchUsers", instance_id, None):
            found = self._client.search_users(InstanceId=instance_id, SearchCriteria=criteria, MaxResults=1)
        return any(user.get("Id") == user_id for user in found.get("Users", []))

    def search_tagged_users(
        self, instance_id: str, tag_key: str, tag_values: Sequence[str], token: str | None
    ) -> FoundUsers:
        """Return a page of the users with the tag; its settings are not read (ACW may be milliseconds)."""
        condition = {"OrConditions": [[{"TagKey": tag_key, "TagValue": value}] for value in tag_values]}
        search: Any = {"SearchFilter": {"TagFilter": condition}, "MaxResults": PAGE_SIZE}
        page: Any = {"NextToken": token} if token else {}
        with _call("SearchUsers", instance_id, None):
            answer = self._client.search_users(InstanceId=instance_id, **search, **page)
        found = cast("list[dict[str, Any]]", answer.get("Users", []))
        users = [FoundUser(user["Id"], user["Arn"], user.get("Tags") or {}) for user in found]
        return FoundUsers(users, answer.get("NextToken"))


def _ids(user_arn: str) -> tuple[str, str]:
    _, instance_id, _, user_id = user_arn.rsplit("/", 3)
    return instance_id, user_id


@contextmanager
def _call(operation: str, instance_id: str, user_id: str | None) -> Iterator[None]:
    about = f"user {user_id} of instance {instance_id}" if user_id else f"instance {instance_id}"
    begun = time.monotonic()
    outcome = "Unexpected"
    try:
        with translated(operation, about):
            yield
        outcome = "OK"
    except SettingsError as error:
        outcome = type(error).__name__
        raise
    finally:
        milliseconds = round((time.monotonic() - begun) * 1000)
        log_event(
            "call",
            operation=operation,
            outcome=outcome,
            milliseconds=milliseconds,
            instance=instance_id,
            user=user_id,
        )
