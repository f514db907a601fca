"""The tasks of a custom resource, one for each kind of request; only ``custom_resource`` runs them.

They follow four rules of custom resources:

- An Update that names another user is a Create for that user; CloudFormation then deletes the old resource by
  its physical id.
- If such an Update fails, only the rollback names that user again. So the rollback gives back the settings
  that may be left there.
- A Delete acts only if the record names this resource, and otherwise succeeds with a note: CloudFormation
  sends a Delete after every failed Create, with an id that it may have generated.
- A Create that runs out of time gives its settings back before the response.
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
"""The key of a context that holds the notes on the other user, once its settings are given back."""


class Task(Protocol):
    """The work of one request."""

    @property
    def physical_id(self) -> str:
        """The physical id of the resource if the task succeeds."""
        ...

    def run(self, context: Context) -> OwnedSettings | GivenBack | InProgress:
        """Do the work that is left."""
        ...

    def abandon(self, context: Context) -> str:
        """Clean up after a request that stops at `context`; return a note on it."""
        ...


def task_of(request: CustomRequest, service: SettingsService) -> Task:
    """Return the task of `request`; InvalidRequest if its properties or its type are invalid."""
    if request.kind == "Delete":
        return DeleteTask(service, request)
    if request.kind not in ("Create", "Update"):
        problem = f"{shown(request.kind)} is none of Create, Update, Delete and Read"
        raise InvalidRequest(f"RequestType: {problem}.")
    declaration = Declaration.parse(request.properties, request.environment)
    owner = request.owner(declaration.identity)
    if request.kind == "Update" and request.physical_id == physical_id(declaration.identity):
        return _update(request, service, declaration, owner)
    return CreateTask(service, declaration, owner)


def _update(request: CustomRequest, service: SettingsService, declaration: Declaration, owner: Owner) -> Task:
    update = UpdateTask(service, declaration, owner, request.previous)
    other = request.previous_identity
    # If an Update to another user had succeeded, the physical id would name that user.
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
        """Take the declared settings."""
        return self.service.create(self.declaration, self.owner, context)

    def abandon(self, context: Context) -> str:
        """Give back the settings taken so far."""
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
        """Apply the declared settings."""
        return self.service.update(self.declaration, self.owner, context, self.previous)

    def abandon(self, context: Context) -> str:  # noqa: ARG002 - the signature of Task
        """Do nothing: after a failed Update, CloudFormation sends an Update with the old properties."""
        return ""


@dataclass(frozen=True)
class RollbackTask:
    """Update that rolls back a failed Update to another user."""

    update: UpdateTask
    other: Identity
    owner: Owner
    """The owner in the record of the other user."""

    @property
    def physical_id(self) -> str:
        """The identifiers as given."""
        return self.update.physical_id

    def run(self, context: Context) -> OwnedSettings | InProgress:
        """Give back settings that the failed Update left on the other user, then apply the declared ones."""
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
            # The rollback must not fail because of a user that the resource no longer owns.
            notes = (f"Settings that may have been taken of {self.other} could not be given back: {error}",)
        else:
            if isinstance(result, InProgress):
                return result
            notes = result.notes
        # A new try has more time for the update.
        return InProgress({_CLEARED: list(notes)}, 1, "The settings taken of another user are given back.")

    def abandon(self, context: Context) -> str:
        """Do nothing, like the update itself."""
        return self.update.abandon(context)


@dataclass(frozen=True)
class DeleteTask:
    """Delete."""

    service: SettingsService
    request: CustomRequest

    @property
    def physical_id(self) -> str:
        """The id in the request."""
        return fallback_id(self.request)

    def run(self, context: Context) -> GivenBack | InProgress:
        """Give back every setting of this resource; succeed with a note if there are none."""
        try:
            identity = self.request.named_identity()
        except InvalidRequest as error:
            return GivenBack((f"Nothing was given back, because the resource names no user: {error}",))
        try:
            return self.service.delete(identity, self.request.owner(identity), context)
        except NotFound as nothing:
            return GivenBack((str(nothing),))

    def abandon(self, context: Context) -> str:  # noqa: ARG002 - the signature of Task
        """Return the note that the record stays for the next Delete."""
        return "Settings that are not given back yet are still recorded on the user: delete again."
