"""What each request of a custom resource asks of the service; only ``custom_resource`` runs it.

Four rules of custom resources are kept here:

- an Update that names another user is a Create of the new one; CloudFormation then deletes the old one by its
  id;
- when such an Update has failed, nothing but the Update back ever names that user again: what stayed there is
  given back with it;
- a Delete acts only where the record names this very resource, and succeeds, saying so, where there is
  nothing of it: CloudFormation sends one after every failed Create, with an id that it may have invented;
- what a Create has taken when time runs out is given back before the reply.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

from ..core.declaration import Declaration
from ..core.errors import InvalidRequest, NotFound, SettingsError
from ..core.identifiers import Identity
from ..core.ownership import Owner
from ..core.redaction import shown
from ..core.settings import Settings
from ..retry.retrier import InProgress
from ..service import GivenBack, OwnedSettings, SettingsService
from .request import CustomRequest, fallback_id, physical_id

Context = Mapping[str, object] | None

_CLEARED: Final = "cleared"
"""In a context: the other user is done with, and what has to be said about it."""


class Task(Protocol):
    """A request, resolved."""

    @property
    def physical_id(self) -> str:
        """What the resource is called when the task has succeeded."""
        ...

    def run(self, context: Context) -> OwnedSettings | GivenBack | InProgress:
        """Do what is left to do."""
        ...

    def abandon(self, context: Context) -> str:
        """Leave nothing behind that a request which ends at `context` must not leave; return what to say
        about it.
        """
        ...


def task_of(request: CustomRequest, service: SettingsService) -> Task:
    """Return what `request` asks for; InvalidRequest when its properties or its type are not understood."""
    if request.kind == "Delete":
        return DeleteTask(service, request)
    if request.kind not in ("Create", "Update"):
        raise InvalidRequest(
            f"RequestType: {shown(request.kind)} is none of Create, Update, Delete and Read."
        )
    declaration = Declaration.parse(request.properties, request.environment)
    owner = request.owner(declaration.identity)
    if request.kind == "Update" and request.physical_id == physical_id(declaration.identity):
        return _update(request, service, declaration, owner)
    return CreateTask(service, declaration, owner)


def _update(request: CustomRequest, service: SettingsService, declaration: Declaration, owner: Owner) -> Task:
    update = UpdateTask(service, declaration, owner, request.previous)
    other = request.previous_identity
    # After an Update to another user that has succeeded, the id would be that user's.
    if other and other != declaration.identity:
        return RollbackTask(update, other, request.owner(other))
    return update


@dataclass(frozen=True)
class CreateTask:
    """Create, or Update to another user."""

    service: SettingsService
    declaration: Declaration
    owner: Owner

    @property
    def physical_id(self) -> str:
        """The identifiers as given."""
        return physical_id(self.declaration.identity)

    def run(self, context: Context) -> OwnedSettings | InProgress:
        """Take the declared settings; what was there of the resource stays, since Lambda may deliver an old
        event anew.
        """
        return self.service.create(self.declaration, self.owner, context)

    def abandon(self, context: Context) -> str:
        """Give back what was taken so far."""
        return self.service.abandon(self.declaration, self.owner, context)


@dataclass(frozen=True)
class UpdateTask:
    """Update of the same user."""

    service: SettingsService
    declaration: Declaration
    owner: Owner
    previous: Settings | None

    @property
    def physical_id(self) -> str:
        """The identifiers as given."""
        return physical_id(self.declaration.identity)

    def run(self, context: Context) -> OwnedSettings | InProgress:
        """Apply what is declared now, where the record names this very resource: nothing imports a custom
        resource.
        """
        return self.service.update(self.declaration, self.owner, context, self.previous)

    def abandon(self, context: Context) -> str:  # noqa: ARG002 - as every task is abandoned
        """Leave everything to the Update that CloudFormation sends after a failed one, with the earlier
        properties.
        """
        return ""


@dataclass(frozen=True)
class RollbackTask:
    """Update that undoes a failed one to another user."""

    update: UpdateTask
    other: Identity
    owner: Owner
    """The resource as it names itself on that user."""

    @property
    def physical_id(self) -> str:
        """The identifiers as given."""
        return self.update.physical_id

    def run(self, context: Context) -> OwnedSettings | InProgress:
        """Give back what stayed on the other user, which its failed Update may have been unable to; then
        apply what is declared.
        """
        notes = (context or {}).get(_CLEARED)
        if not isinstance(notes, list):
            return self._clear(context)
        result = self.update.run(context)
        if isinstance(result, InProgress):
            return replace(result, context={**result.context, _CLEARED: notes})
        return replace(result, notes=(*map(str, notes), *result.notes))

    def _clear(self, context: Context) -> InProgress:
        notes: tuple[str, ...] = ()
        try:
            result = self.update.service.delete(self.other, self.owner, context)
        except NotFound:
            pass
        except SettingsError as error:
            # The way back must not fail for a user whom the resource shall no longer own.
            notes = (f"Settings that may have been taken of {self.other} could not be given back: {error}",)
        else:
            if isinstance(result, InProgress):
                return result
            notes = result.notes
        # Each of the two has the time of a whole try.
        return InProgress({_CLEARED: list(notes)}, 1, "What had been taken of another user is given back.")

    def abandon(self, context: Context) -> str:
        """Leave everything to the next Update."""
        return self.update.abandon(context)


@dataclass(frozen=True)
class DeleteTask:
    """Delete."""

    service: SettingsService
    request: CustomRequest

    @property
    def physical_id(self) -> str:
        """The id that CloudFormation has sent."""
        return fallback_id(self.request)

    def run(self, context: Context) -> GivenBack | InProgress:
        """Give everything back; what is not this resource's, or no longer there, is left alone."""
        try:
            identity = self.request.named_identity()
        except InvalidRequest as error:
            return GivenBack((f"Nothing was given back, since the resource names nobody: {error}",))
        try:
            return self.service.delete(identity, self.request.owner(identity), context)
        except NotFound as nothing:
            return GivenBack((str(nothing),))

    def abandon(self, context: Context) -> str:  # noqa: ARG002 - as every task is abandoned
        """Say that the record stays, for the next Delete."""
        return "What is not given back yet is still recorded on the user: delete again."
