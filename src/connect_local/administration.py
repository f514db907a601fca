"""Controls the local Connect outside of its API: conditions, instances and users, current values.

`LocalConnect` is its form in process; the control endpoints of the server use it too.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import cast

from .behaviour import Behaviour
from .conditions import Call, Conditions
from .faults import Fault
from .models import LocalConnectBackend, connect_backends
from .organisation import DEFAULT_ROUTING_PROFILE, DEFAULT_SECURITY_PROFILE, Kind
from .permissions import Permissions
from .validation import check_request

DEFAULT_ACCOUNT_ID = "123456789012"
DEFAULT_REGION = "us-east-1"


class Administration:
    """One account and region of the local Connect, and the conditions of the process."""

    def __init__(self, conditions: Conditions, account_id: str, region: str) -> None:
        self.account_id = account_id
        self.region = region
        self._conditions = conditions

    @property
    def behaviour(self) -> Behaviour:
        return self._conditions.behaviour

    @behaviour.setter
    def behaviour(self, behaviour: Behaviour) -> None:
        self._conditions.behaviour = behaviour

    def reset(self, behaviour: Behaviour | None = None) -> None:
        """Removes instances, users, calls, faults, permissions and used quota; moto's other services stay."""
        for _, _, backend in connect_backends.iter_backends():
            backend.reset()
        self._conditions.reset(behaviour)

    def plant(self, fault: Fault) -> None:
        self._conditions.faults.plant(fault)

    def clear_faults(self) -> None:
        """Removes all planted faults."""
        self._conditions.faults.clear()

    @property
    def permissions(self) -> Permissions | None:
        """The permissions of calls with temporary credentials; None allows every call."""
        return self._conditions.permissions

    @permissions.setter
    def permissions(self, permissions: Permissions | None) -> None:
        self._conditions.permissions = permissions

    @property
    def calls(self) -> list[Call]:
        return self._conditions.calls

    def calls_of(self, operation: str) -> list[Call]:
        return [call for call in self.calls if call.operation == operation]

    def forget_calls(self) -> None:
        self._conditions.calls.clear()

    def backend(self, account_id: str | None = None, region: str | None = None) -> LocalConnectBackend:
        backends = connect_backends[account_id or self.account_id]
        return cast("LocalConnectBackend", backends[region or self.region])

    def create_instance(self, instance_id: str | None = None) -> tuple[str, str]:
        """The identifier and the ARN of a new instance."""
        return self.backend().add_instance(instance_id or str(uuid.uuid4()))

    def create_routing_profile(
        self, instance_id: str, name: str, identifier: str | None = None
    ) -> tuple[str, str]:
        """The identifier and the ARN of a new routing profile."""
        return self._create(Kind.ROUTING_PROFILE, instance_id, name, identifier)

    def create_security_profile(
        self, instance_id: str, name: str, identifier: str | None = None
    ) -> tuple[str, str]:
        """The identifier and the ARN of a new security profile."""
        return self._create(Kind.SECURITY_PROFILE, instance_id, name, identifier)

    def create_hierarchy_group(
        self, instance_id: str, name: str, identifier: str | None = None, parent: str | None = None
    ) -> tuple[str, str]:
        """The identifier and the ARN of a new hierarchy group; `parent` identifies the one above."""
        return self._create(Kind.HIERARCHY_GROUP, instance_id, name, identifier, parent)

    def _create(
        self, kind: Kind, instance_id: str, name: str, identifier: str | None, parent: str | None = None
    ) -> tuple[str, str]:
        organisation = self.backend().organisation(instance_id)
        created = organisation.add(kind, name, identifier, self._conditions.clock(), parent)
        return created.id, organisation.arn(created)

    def create_user(
        self,
        instance_id: str,
        username: str,
        user_id: str | None = None,
        tags: Mapping[str, str] | None = None,
        phone_config: Mapping[str, object] | None = None,
        system_tags: Mapping[str, str] | None = None,
        **members: object,
    ) -> tuple[str, str]:
        """The identifier and the ARN of a new user; neither logged nor throttled.

        `members` are further members of `CreateUser`, by their names there: arrays, `IdentityInfo`,
        `RoutingProfileId`, `SecurityProfileIds`, `HierarchyGroupId`.
        """
        optional = {"Tags": dict(tags or {}), "PhoneConfig": dict(phone_config or {})}
        parameters = {
            "Username": username,
            "SecurityProfileIds": [DEFAULT_SECURITY_PROFILE],
            "RoutingProfileId": DEFAULT_ROUTING_PROFILE,
            **{name: value for name, value in optional.items() if value},
            **members,
        }
        check_request("CreateUser", {"InstanceId": instance_id, **parameters})
        created = self.backend().create_user(instance_id, parameters, user_id, system_tags)
        return created["UserId"], created["UserArn"]

    def admin_update(self, instance_id: str, user_id: str, **arrays: Sequence[Mapping[str, object]]) -> None:
        """An administrator's write in the console: it sets only the named fields; no quota, no log."""
        check_request("UpdateUserConfig", {"InstanceId": instance_id, "UserId": user_id, **arrays})
        self.backend().administer_user_config(instance_id, user_id, arrays)

    def set_system_tags(self, instance_id: str, user_id: str, tags: Mapping[str, str]) -> None:
        """Sets tags that start with `aws:`, like those of CloudFormation on a user of a stack."""
        self.backend().set_system_tags(instance_id, user_id, dict(tags))

    def effective(self, instance_id: str, user_id: str) -> dict[tuple[str, str, tuple[str, ...]], object]:
        """The current value of every setting, by (array, channel, field path); None means no phone number."""
        effective = self.backend().effective_settings(instance_id, user_id)
        return {(array, channel, field): value for (array, channel, field), value in effective.items()}

    def tags(self, instance_id: str, user_id: str) -> dict[str, str]:
        """The current tags, never stale."""
        return self.backend().current_tags(instance_id, user_id)
