"""Create, read, update, delete and list, for both front ends.

A front end passes in the callback context of the previous invocation, and gets a result or an `InProgress`
with the next context. The steps of create and update are in ``reconcile``, those of delete in ``release``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .core.declaration import Declaration
from .core.errors import SettingsError
from .core.identifiers import Identity, InstanceRef, Spelling, respell
from .core.ownership import MARKER_KEY, MARKER_VALUES, Owner, OwnershipRecord
from .core.ownership_messages import nothing_owned
from .core.planning import LiveUser, owned_now
from .core.settings import Settings
from .operation import GivenBack, Operation, OwnedSettings
from .ports import Gateway
from .reconcile import Reconcile
from .release import Release
from .retry.retrier import InProgress, Retrier
from .undo import Undo

__all__ = ["Context", "GivenBack", "OwnedSettings", "OwnedUsers", "SettingsService"]

Context = Mapping[str, object] | None

_PLAIN: Final = (Spelling.ID, Spelling.ID)


@dataclass(frozen=True)
class OwnedUsers:
    """One page of users with owned settings: their InstanceId and UserId, as the owner spells them."""

    identifiers: Sequence[tuple[str, str]]
    next_token: str | None


@dataclass(frozen=True)
class SettingsService:
    """The operations of the resource."""

    gateway: Gateway
    retrier: Retrier
    is_importable: bool = True
    """Whether resources can be imported.

    If not, an update never takes over the record of another resource, and a create that finds its own record
    may be a duplicate of the create that wrote it.
    """
    is_last: bool = False
    """Whether there may be no time for a further invocation.

    An update then waits for no delete, and believes a read that it cannot repeat.
    """

    def create(
        self, declaration: Declaration, owner: Owner, context: Context = None
    ) -> OwnedSettings | InProgress:
        """Take the declared settings.

        Raises AlreadyExists if another resource owns settings of the user, NotFound if there is no such user
        (after a bounded wait: a user created seconds ago may not be readable yet). A failed create leaves
        nothing behind: it gives back what it wrote, then raises. It keeps the record of a resource that may
        have been created before.
        """
        operation = self._operation(declaration.identity, owner, context)
        reconcile = Reconcile(operation, declaration.settings, expect_change=True)
        try:
            return self.retrier.write(reconcile.create, operation.progress)
        except SettingsError as error:
            undo = Undo(operation, declaration.settings)
            raise _noted(error, undo.create(keep_existing_claim=not self.is_importable)) from error

    def update(
        self,
        declaration: Declaration,
        owner: Owner,
        context: Context = None,
        previous: Settings | None = None,
    ) -> OwnedSettings | InProgress:
        """Apply the declared settings, take the newly declared ones, give back the dropped ones.

        The record gets `owner` as its owner if that is a stack's resource, as after an import into another
        stack. If resources cannot be imported, the record of another resource is NotFound.

        If the record is missing (somebody has removed the tags), a stack's update writes it again; if the
        user is gone, it succeeds. Notes say so. Outside of stacks both are NotFound.

        If `previous`, the settings declared before, is known and differs, a read that shows the declared
        settings is not trusted: during the rollback of an update, a late read shows the state before it.
        """
        operation = self._operation(declaration.identity, owner, context)
        expect_change = previous is not None and previous != declaration.settings
        reconcile = Reconcile(operation, declaration.settings, previous or {}, expect_change)
        try:
            return self.retrier.write(reconcile.update, operation.progress)
        except SettingsError as error:
            raise _noted(error, Undo(operation, declaration.settings).update()) from error

    def read(self, identity: Identity) -> OwnedSettings:
        """Return the owned settings with their live values; NotFound if there are none. Never writes."""
        user, record = self.inspect(identity)
        if record is None:
            raise nothing_owned(identity)
        return OwnedSettings(user.arn, owned_now(record, user.settings))

    def inspect(self, identity: Identity) -> tuple[LiveUser, OwnershipRecord | None]:
        """Return the user and its ownership record. Never writes."""
        user = self.retrier.read(lambda: self.gateway.describe_user(identity.instance_id, identity.user_id))
        return user, OwnershipRecord.from_tags(user.tags)

    def delete(self, identity: Identity, owner: Owner, context: Context = None) -> GivenBack | InProgress:
        """Give back every owned setting, then remove the record.

        Raises NotFound if the user is gone, if nothing is owned, or if both the request and the record name
        stacks and the resource is another one: the rollback of a refused create must never release the
        settings of the real owner. If resources cannot be imported, the record must name `owner`.
        """
        operation = self._operation(identity, owner, context)
        try:
            return self.retrier.write(Release(operation).run, operation.progress)
        except SettingsError:
            Undo(operation, {}).delete()
            raise

    def abandon(self, declaration: Declaration, owner: Owner, context: Context) -> str:
        """Give back the settings of a create that stops at `context`; return a note on it."""
        operation = self._operation(declaration.identity, owner, context)
        return Undo(operation, declaration.settings).create(keep_existing_claim=True)

    def list_users(self, instance: InstanceRef, token: str | None = None) -> OwnedUsers:
        """Return one page of the users of the instance with owned settings."""
        found = self.retrier.read(
            lambda: self.gateway.search_tagged_users(instance.bare, MARKER_KEY, MARKER_VALUES, token)
        )
        records = [(user, OwnershipRecord.owner_of(user.tags)) for user in found.users]
        identifiers = [
            respell(user.user_id, user.arn, owner.spellings if owner else _PLAIN) for user, owner in records
        ]
        return OwnedUsers(identifiers, found.next_token)

    def _operation(self, identity: Identity, owner: Owner, context: Context) -> Operation:
        progress = self.retrier.begin(context)
        return Operation(
            self.gateway, self.retrier, identity, owner, progress, self.is_importable, self.is_last
        )


def _noted(error: SettingsError, note: str) -> SettingsError:
    return error.with_note(note) if note else error
