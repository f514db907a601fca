"""moto's Connect backend, extended with users.

`hook.activate` makes moto create this backend instead of its own. `responses` calls it for each request;
tests may call its methods directly, with valid parameters. Instances and analytics data sets are inherited
from moto. `settings` holds the effect of writes and the form of reads, `users` one user with its staleness.
"""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from typing import Any

from moto.connect.models import ConnectBackend, Instance
from moto.connect.models import connect_backends as moto_connect_backends
from moto.core.base_backend import BackendDict
from moto.core.resource_tagging import TaggedResource

from . import tags as tag_rules
from .arrays import PHONE_TYPE, Setting, Value
from .behaviour import ArrayWrite, Behaviour, EntryWrite
from .conditions import current
from .exceptions import DuplicateResourceException, InvalidParameterException, ResourceNotFoundException
from .organisation import Organisation
from .pages import page
from .search import wanted
from .search_index import SearchIndex
from .settings import Settings, write_arrays, write_phone_config
from .users import PROFILE_MEMBERS, User
from .validation import arrays_of, check_create_user, check_desk_phone_has_number

_PAGE_OF_LIST = 100
_PAGE_OF_SEARCH = 100


class LocalConnectBackend(ConnectBackend):
    """moto's Connect with users; moto's `tagger` holds the tags of users, like those of instances."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.users: dict[str, dict[str, User]] = {}
        self._organisations: dict[str, Organisation] = {}
        self._search_index = SearchIndex(self._tags_of)
        self._usernames: set[tuple[str, str]] = set()
        self._created_users = 0

    def create_user(
        self,
        instance_id: str,
        parameters: Mapping[str, object],
        user_id: str | None = None,
        system_tags: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        check_create_user(parameters)
        instance = self._find_instance(instance_id)
        user = self._new_user(instance, parameters, user_id or str(uuid.uuid4()))
        tags: dict[str, str] = parameters.get("Tags") or {}  # type: ignore[assignment]  # its form is that of the service's model
        tag_rules.check_tags(tags)
        tag_rules.check_system_tags(system_tags or {})
        self.users.setdefault(instance.id, {})[user.id] = user
        self._usernames.add((instance.id, user.username))
        super().tag_resource(user.arn, {**tags, **(system_tags or {})})
        return {"UserId": user.id, "UserArn": user.arn}

    def _new_user(self, instance: Instance, parameters: Mapping[str, object], user_id: str) -> User:
        behaviour, username = current().behaviour, str(parameters["Username"])
        if user_id in self.users.get(instance.id, {}) or (instance.id, username) in self._usernames:
            problem = f"A user with the name {username} already exists in {instance.id}"
            raise DuplicateResourceException(problem)
        phone_config: dict[str, Value] = parameters.get("PhoneConfig") or {}  # type: ignore[assignment]  # its form is that of the service's model
        settings = write_phone_config(Settings(), phone_config, behaviour)
        settings = write_arrays(settings, arrays_of(parameters, behaviour), behaviour)
        check_desk_phone_has_number(settings)
        self._created_users += 1
        now = current().clock()
        return User(
            id=user_id,
            arn=f"{instance.arn}/agent/{user_id}",
            instance_id=instance.id,
            username=username,
            number=self._created_users,
            profile={name: parameters[name] for name in PROFILE_MEMBERS if name in parameters},
            settings=settings,
            modified_at=now,
            indexed_at=now + behaviour.search_stale_seconds,
            hidden_reads=behaviour.new_user_hidden_reads,
        )

    def describe_user(self, instance_id: str, user_id: str) -> dict[str, Any]:
        user = self._get_user_or_raise(instance_id, user_id)
        if user.hidden_reads > 0:
            user.hidden_reads -= 1
            raise ResourceNotFoundException(f"User {user.id} not found in instance {user.instance_id}")
        shown = user.visible_state(self._tags_of(user), current().clock())
        return user.description(shown, self.region_name, current().behaviour)

    def update_user_config(self, instance_id: str, user_id: str, arrays: Mapping[str, object]) -> None:
        self._write_config(instance_id, user_id, arrays, current().behaviour)

    def administer_user_config(self, instance_id: str, user_id: str, arrays: Mapping[str, object]) -> None:
        """A write in the console: under every behaviour it sets only the named fields."""
        behaviour = replace(current().behaviour, array_write=ArrayWrite.MERGE, entry_write=EntryWrite.MERGE)
        self._write_config(instance_id, user_id, arrays, behaviour)

    def _write_config(
        self, instance_id: str, user_id: str, arrays: Mapping[str, object], behaviour: Behaviour
    ) -> None:
        user = self._get_user_or_raise(instance_id, user_id)
        written = write_arrays(user.settings, arrays_of(arrays, behaviour), behaviour)
        if PHONE_TYPE.array in arrays:
            check_desk_phone_has_number(written)
        self._remember_before(user)
        user.settings = written

    def update_user_phone_config(
        self, instance_id: str, user_id: str, phone_config: Mapping[str, Value]
    ) -> None:
        user = self._get_user_or_raise(instance_id, user_id)
        written = write_phone_config(user.settings, phone_config, current().behaviour)
        check_desk_phone_has_number(written)
        self._remember_before(user)
        user.settings = written

    def delete_user(self, instance_id: str, user_id: str) -> None:
        user = self._get_user_or_raise(instance_id, user_id)
        self._remember_before(user)
        if current().behaviour.search_stale_seconds > 0:
            self._search_index.keep(user)
        del self.users[user.instance_id][user.id]
        self._usernames.remove((user.instance_id, user.username))
        self.tagger.delete_all_tags_for_resource(user.arn)

    def list_users(
        self, instance_id: str, max_results: int | None = None, next_token: str | None = None
    ) -> tuple[list[dict[str, object]], str | None]:
        users = self._users_of(instance_id)
        shown, token = page(users, max_results or _PAGE_OF_LIST, next_token)
        return [user.summary(self.region_name) for user in shown], token

    def search_users(
        self,
        instance_id: str,
        search_filter: Mapping[str, object] | None = None,
        search_criteria: Mapping[str, object] | None = None,
        max_results: int | None = None,
        next_token: str | None = None,
    ) -> tuple[list[dict[str, object]], str | None, int]:
        """The summaries of one page, the token of the next, and the number of all users that match."""
        is_wanted = wanted(search_filter, search_criteria, self.organisation(instance_id).group_and_below)
        instance, now = self._find_instance(instance_id), current().clock()
        indexed = self._search_index.entries(instance.id, self.users.get(instance.id, {}).values(), now)
        found = [entry for entry in indexed if is_wanted(entry)]
        shown, token = page(found, max_results or _PAGE_OF_SEARCH, next_token)
        summaries = [entry.user.search_summary(entry.state, current().behaviour) for entry in shown]
        return summaries, token, len(found)

    def tag_resource(self, resource_arn: str, tags: dict[str, str]) -> None:
        tag_rules.check_tags(tags)
        user = self._tagged_user(resource_arn)
        tag_rules.check_count(self.tagger.get_tag_dict_for_resource(resource_arn) | tags)
        if user is not None:
            self._remember_before(user)
        super().tag_resource(resource_arn, tags)

    def set_system_tags(self, instance_id: str, user_id: str, tags: dict[str, str]) -> None:
        """Sets tags that start with `aws:`, which only AWS's own services can set."""
        tag_rules.check_system_tags(tags)
        user = self._get_user_or_raise(instance_id, user_id)
        self._remember_before(user)
        super().tag_resource(user.arn, tags)

    def untag_resource(self, resource_arn: str, tag_keys: list[str]) -> None:
        tag_rules.check_keys(tag_keys)
        user = self._tagged_user(resource_arn)
        if user is not None:
            self._remember_before(user)
        super().untag_resource(resource_arn, tag_keys)

    def list_tags_for_resource(self, resource_arn: str) -> dict[str, str]:
        self._tagged_user(resource_arn)
        return super().list_tags_for_resource(resource_arn)

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        yield from super().iter_tagged_resources()
        for users in self.users.values():
            for user in users.values():
                yield TaggedResource(arn=user.arn, tags=self._tags_of(user), resource_type="connect:agent")

    def create_instance(
        self, *given: Any, tags: dict[str, str] | None = None, **named: Any
    ) -> dict[str, str]:
        tag_rules.check_tags(tags or {})
        instance = self.instances[super().create_instance(*given, **named)["Id"]]
        # moto puts every instance into the partition aws.
        instance.arn = instance.arn.replace("arn:aws:", f"arn:{self.partition}:", 1)
        instance.service_role = instance.service_role.replace("arn:aws:", f"arn:{self.partition}:", 1)
        super().tag_resource(instance.arn, tags or {})
        self._organise(instance)
        return {"Id": instance.id, "Arn": instance.arn}

    def add_instance(self, instance_id: str) -> tuple[str, str]:
        """The identifier and the ARN of a new instance; the API lets nobody choose the identifier."""
        created = self.create_instance("CONNECT_MANAGED", True, True)
        instance = self.instances.pop(created["Id"])
        instance.id, instance.arn = instance_id, f"{instance.arn.rpartition('/')[0]}/{instance_id}"
        self.instances[instance_id] = instance
        del self._organisations[created["Id"]]
        self._organise(instance)
        return instance.id, instance.arn

    def _organise(self, instance: Instance) -> None:
        new = Organisation(instance.arn, self.region_name, current().clock())
        self._organisations.setdefault(instance.id, new)

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Forgets, if it fails within, all that was created within; nothing there may change what was."""
        instances, organisations = dict(self.instances), deepcopy(self._organisations)
        users = {instance_id: dict(users) for instance_id, users in self.users.items()}
        usernames, tagged = set(self._usernames), set(self.tagger.tags)
        try:
            yield
        except BaseException:
            self.instances, self._organisations = instances, organisations
            self.users, self._usernames = users, usernames
            for arn in self.tagger.tags.keys() - tagged:
                self.tagger.delete_all_tags_for_resource(arn)
            raise

    def organisation(self, instance_id: str) -> Organisation:
        """The profiles and groups of an instance."""
        return self._organisations[self._find_instance(instance_id).id]

    def describe_instance(self, instance_id: str) -> dict[str, Any]:
        shown = super().describe_instance(instance_id)
        # moto keeps a second copy of the tags in the instance, which TagResource does not change.
        shown.pop("Tags", None)
        tags = self.tagger.get_tag_dict_for_resource(shown["Arn"])
        return {**shown, "Tags": tags} if tags else shown

    def delete_instance(self, instance_id: str) -> None:
        super().delete_instance(instance_id)
        del self._organisations[instance_id]
        self._search_index.drop(instance_id)
        for user in self.users.pop(instance_id, {}).values():
            self._usernames.remove((instance_id, user.username))
            self.tagger.delete_all_tags_for_resource(user.arn)

    def _remember_before(self, user: User) -> None:
        user.remember_before(self._tags_of(user), current().clock(), current().behaviour)

    def effective_settings(self, instance_id: str, user_id: str) -> dict[Setting, Value | None]:
        """The current value of every setting, never stale; a refused channel has no settings."""
        effective = self._get_user_or_raise(instance_id, user_id).settings.all_effective()
        refused = current().behaviour.refused_channels
        return {setting: value for setting, value in effective.items() if setting.channel not in refused}

    def current_tags(self, instance_id: str, user_id: str) -> dict[str, str]:
        """The current tags of the user, never stale."""
        return self._tags_of(self._get_user_or_raise(instance_id, user_id))

    def _find_instance(self, instance_id: str) -> Instance:
        instance = self._get_instance_or_raise(_bare_id(instance_id, "InstanceId"))
        if instance_id.startswith("arn:") and instance.arn != instance_id:
            raise ResourceNotFoundException(f"Instance {instance_id} not found")
        return instance

    def _users_of(self, instance_id: str) -> list[User]:
        return list(self.users.get(self._find_instance(instance_id).id, {}).values())

    def _get_user_or_raise(self, instance_id: str, user_id: str) -> User:
        instance = self._find_instance(instance_id)
        user = self.users.get(instance.id, {}).get(_bare_id(user_id, "UserId"))
        if user is None or (user_id.startswith("arn:") and user.arn != user_id):
            raise ResourceNotFoundException(f"User {user_id} not found in instance {instance.id}")
        return user

    def _tagged_user(self, arn: str) -> User | None:
        """The user with this ARN, None for another kind of resource; ResourceNotFoundException if unknown."""
        scope, found, resource = arn.partition(":instance/")
        if not found or not arn.startswith("arn:"):
            raise InvalidParameterException("resourceArn is not the ARN of a Connect resource")
        instance_id, _, rest = resource.partition("/")
        kind, _, identifier = rest.partition("/")
        if kind != "agent":
            if not self._get_instance_or_raise(instance_id).arn.startswith(f"{scope}:instance/"):
                raise ResourceNotFoundException(f"Resource {arn} not found")
            return None
        user = self.users.get(instance_id, {}).get(identifier)
        if user is None or user.arn != arn:
            raise ResourceNotFoundException(f"Resource {arn} not found")
        return user

    def _tags_of(self, user: User) -> dict[str, str]:
        return self.tagger.get_tag_dict_for_resource(user.arn)


def _bare_id(identifier: str, member: str) -> str:
    if not identifier.startswith("arn:"):
        return identifier
    if not current().behaviour.accept_arns:
        raise InvalidParameterException(f"{member} must be an identifier, not an ARN")
    return identifier.rpartition("/")[2]


connect_backends: BackendDict[ConnectBackend] = moto_connect_backends
"""moto's own registry, which creates this backend after `hook.activate`."""
