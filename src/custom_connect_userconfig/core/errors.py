"""The errors of this resource; each front end translates them in one table.

::

    SettingsError
    ├── InvalidRequest        wrong declaration or identifier, or too many tags; nothing was written
    ├── NotFound              there is no such user, or nothing of it is owned
    ├── AlreadyExists         another resource owns settings of this user
    ├── AccessDenied          the role lacks an action; the message names it
    ├── InvalidCredentials    the credentials are expired, revoked or malformed
    ├── ServiceLimitExceeded  a service limit is reached; waiting does not help
    ├── NotStabilized         reads do not show the written values
    ├── RecordDamaged         the ownership tags on the user cannot be parsed
    ├── ServiceRefused        any other error of the service
    └── Retriable             the same request may succeed later
        ├── Throttling
        ├── ServiceInternalError
        ├── NetworkFailure
        ├── ResourceConflict
        ├── OutOfTime         this invocation has no time left; the next one continues
        └── NotYet            a change is not visible yet

A message names the problem, the value, the property and the remedy. It never holds a phone number or a
credential.
"""

from typing import Self

from .messages import joined


class SettingsError(Exception):
    """Base of every expected failure; ``str(error)`` can be shown to the author of a template."""

    def with_note(self, note: str) -> Self:
        """Return an error of the same class whose message ends with `note`."""
        return type(self)(joined(str(self), note))


class InvalidRequest(SettingsError):
    """The request cannot be served; nothing was written."""


class NotFound(SettingsError):
    """There is no such user or instance, or no resource owns settings of the user."""


class AlreadyExists(SettingsError):
    """Another resource owns settings of this user."""


class AccessDenied(SettingsError):
    """The role may not perform the action that the message names."""


class InvalidCredentials(SettingsError):
    """The credentials of the request are expired, revoked or malformed."""


class ServiceLimitExceeded(SettingsError):
    """A service limit is reached; waiting does not help."""


class NotStabilized(SettingsError):
    """The settings were written, but reads did not show them within the bounded time."""


class RecordDamaged(SettingsError):
    """The ownership tags on the user cannot be parsed by this version."""


class ServiceRefused(SettingsError):
    """The service answered with an error that has no class of its own here."""


class Retriable(SettingsError):
    """The same request may succeed later."""


class Throttling(Retriable):
    """The account's request quota is used up for now."""


class ServiceInternalError(Retriable):
    """The service failed on its own side (5xx)."""


class NetworkFailure(Retriable):
    """The service could not be reached, or its answer was lost; the call may have taken effect."""


class ResourceConflict(Retriable):
    """The service refused because of a concurrent change."""


class OutOfTime(Retriable):
    """The time of this invocation is used up; the next one continues."""


class NotYet(Retriable):
    """A change, made here or elsewhere, is not visible yet; `final` is the error to raise after the wait."""

    def __init__(self, final: SettingsError) -> None:
        super().__init__(str(final))
        self.final = final


class NotReadableYet(NotYet):
    """The user cannot be read; a user created seconds ago may be readable soon."""


class NotClaimedYet(NotYet):
    """A read shows no record; a create that was cut off seconds ago may have written one."""


class NotSettledYet(NotYet):
    """Reads do not show our write yet."""
