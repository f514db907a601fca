"""What can go wrong, in the terms of this resource; front ends translate each class once, at their own edge.

::

    SettingsError
    ├── InvalidRequest        the declaration, an identifier or the tag limit: nothing was written
    ├── NotFound              no such user, or no settings of it are owned
    ├── AlreadyExists         another resource owns settings of this user
    ├── AccessDenied          the role lacks an action; the message names it
    ├── InvalidCredentials    expired, revoked or malformed credentials
    ├── ServiceLimitExceeded  a service limit that waiting does not cure
    ├── NotStabilized         written, but never read back as wanted
    ├── RecordDamaged         the ownership tags on the user cannot be understood
    ├── ServiceRefused        any other answer of the service
    └── Retriable             may succeed when tried again later
        ├── Throttling
        ├── ServiceInternalError
        ├── NetworkFailure
        ├── ResourceConflict
        ├── OutOfTime         the invocation has none left; the operation goes on in the next one
        └── NotYet            waiting for the service to show something; knows what to raise when the wait is over

A message says what is wrong, with which value, where, and what to do. It never holds a phone number or a
credential.
"""

from typing import Self

from .messages import joined


class SettingsError(Exception):
    """Base of every expected failure; ``str(error)`` is fit to be shown to the author of a template."""

    def with_note(self, note: str) -> Self:
        """Return an error of the same class whose message ends with `note`."""
        return type(self)(joined(str(self), note))


class InvalidRequest(SettingsError):
    """The request cannot be served as it stands; nothing was written."""


class NotFound(SettingsError):
    """There is no such user or instance, or the user carries no settings that a resource owns."""


class AlreadyExists(SettingsError):
    """Another resource owns settings of this user."""


class AccessDenied(SettingsError):
    """The role may not perform the action that the message names."""


class InvalidCredentials(SettingsError):
    """The credentials of the request are expired, revoked or malformed."""


class ServiceLimitExceeded(SettingsError):
    """A service limit is reached that waiting does not lift."""


class NotStabilized(SettingsError):
    """The settings were written but did not show within the bounded time."""


class RecordDamaged(SettingsError):
    """The ownership tags on the user are not a record that this version understands."""


class ServiceRefused(SettingsError):
    """The service answered with an error that has no more precise class."""


class Retriable(SettingsError):
    """The same request may succeed later."""


class Throttling(Retriable):
    """The account's request quota is used up for now."""


class ServiceInternalError(Retriable):
    """The service failed on its own side (5xx)."""


class NetworkFailure(Retriable):
    """The service could not be reached, or its answer was lost: it may have acted or not."""


class ResourceConflict(Retriable):
    """The service refused because of a concurrent change."""


class OutOfTime(Retriable):
    """The time of this invocation is used up; nothing is wrong otherwise."""


class NotYet(Retriable):
    """Something that was written elsewhere, or here, does not show yet.

    `final` is what to raise when the bounded wait is over.
    """

    def __init__(self, final: SettingsError) -> None:
        super().__init__(str(final))
        self.final = final


class NotReadableYet(NotYet):
    """The user cannot be read; one made seconds ago may be readable soon."""


class NotClaimedYet(NotYet):
    """Nothing is owned, as far as a read shows; the claim of a create that was cut off seconds ago may show
    soon.
    """


class NotSettledYet(NotYet):
    """What was written does not show in reads yet."""
