"""One table from the errors of Amazon Connect and of botocore to those of this resource, applied by one
context manager.

Errors are matched by their code string, never by ``client.exceptions``: the service answers with codes that
its model does not name (``TooManyRequestsException``), and asking the client for such a name raises
AttributeError. Only the gateway calls this.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.exceptions import ConnectionError as BotocoreConnectionError
from botocore.parsers import ResponseParserError

from ..core.errors import (
    AccessDenied,
    InvalidCredentials,
    InvalidRequest,
    NetworkFailure,
    NotFound,
    ResourceConflict,
    ServiceInternalError,
    ServiceLimitExceeded,
    ServiceRefused,
    SettingsError,
    Throttling,
)
from ..core.messages import bounded
from ..core.redaction import redact

BY_CODE: Final[Mapping[str, type[SettingsError]]] = {
    # Modelled for the operations that are used.
    "InvalidRequestException": InvalidRequest,
    "InvalidParameterException": InvalidRequest,
    "ResourceNotFoundException": NotFound,
    "ThrottlingException": Throttling,
    "InternalServiceException": ServiceInternalError,
    "ConditionalOperationFailedException": ResourceConflict,
    # Seen from the service without being modelled for them, or common to every AWS API.
    "TooManyRequestsException": Throttling,
    "Throttling": Throttling,
    "RequestLimitExceeded": Throttling,
    "LimitExceededException": ServiceLimitExceeded,
    "ServiceQuotaExceededException": ServiceLimitExceeded,
    "InternalServerError": ServiceInternalError,
    "ServiceUnavailable": ServiceInternalError,
    "ServiceUnavailableException": ServiceInternalError,
    "AccessDeniedException": AccessDenied,
    "AccessDenied": AccessDenied,
    "ExpiredTokenException": InvalidCredentials,
    "ExpiredToken": InvalidCredentials,
    "RequestExpired": InvalidCredentials,
    "UnrecognizedClientException": InvalidCredentials,
    "InvalidClientTokenId": InvalidCredentials,
    "InvalidSignatureException": InvalidCredentials,
    "SignatureDoesNotMatch": InvalidCredentials,
    "IncompleteSignature": InvalidCredentials,
    "MissingAuthenticationToken": InvalidCredentials,
    "MissingAuthenticationTokenException": InvalidCredentials,
}

_CREDENTIALS: Final = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError)
_UNREACHABLE: Final = (HTTPClientError, BotocoreConnectionError)

# The service authorization reference lists UpdateUserConfig under the older action's name, other sources
# under its own.
_ACTIONS: Final = {"UpdateUserConfig": "connect:UpdateUserConfig and connect:UpdateUserPhoneConfig"}
_ACTION_IN_TEXT: Final = re.compile(r"not authorized to perform: (connect:\w+)")

_LONGEST_CODE: Final = 100
_LONGEST_TEXT: Final = 500
"""Characters of the service's own words in a message."""

_TOO_MANY: Final = 429
_FIRST_SERVER_FAULT: Final = 500


@contextmanager
def translated(operation: str, about: str) -> Iterator[None]:
    """Raise what `operation` on `about` raises as an error of this resource, the original chained to it."""
    about = redact(about)  # an id may consist of digits alone, as a phone number does
    try:
        yield
    except ClientError as error:
        raise from_client_error(operation, about, error) from error
    except _CREDENTIALS as error:
        raise InvalidCredentials(f"There are no usable credentials for connect:{operation}.") from error
    except _UNREACHABLE as error:
        raise NetworkFailure(
            f"Amazon Connect did not answer {operation} for {about} ({type(error).__name__}); it may have"
            " acted or not."
        ) from error
    except ResponseParserError as error:
        raise ServiceInternalError(
            f"Amazon Connect answered {operation} for {about} with something that is no answer."
        ) from error
    except BotoCoreError as error:
        raise ServiceRefused(f"{operation} for {about} failed: {_shown(str(error))}") from error


def from_client_error(operation: str, about: str, error: ClientError) -> SettingsError:
    """Return the error of this resource that an answer of the service stands for."""
    kind, code, text = classified(error)
    if kind is AccessDenied:
        return AccessDenied(_denied(operation, about, text))
    if kind is InvalidCredentials:
        return InvalidCredentials(
            f"The credentials for {operation} were refused ({code}). They may have expired: try again."
        )
    if kind is NotFound:
        return NotFound(
            f"There is no {about}, as far as Amazon Connect shows ({text}). Check InstanceId and UserId, and"
            " that the user is of"
            " this account and region."
        )
    return kind(f"Amazon Connect answered {operation} for {about} with {code}: {text}")


def classified(error: ClientError) -> tuple[type[SettingsError], str, str]:
    """Return the class of an answer's error, its code (or HTTP status), and its redacted text; of any
    service.
    """
    detail = error.response.get("Error", {})
    code = detail.get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    text = _shown(detail.get("Message", "") or "no message")
    return BY_CODE.get(code) or _by_status(status), str(code or status)[:_LONGEST_CODE], text


def _shown(text: str) -> str:
    return bounded(redact(text), _LONGEST_TEXT)


def _by_status(status: int) -> type[SettingsError]:
    if status == _TOO_MANY:
        return Throttling
    return ServiceInternalError if status >= _FIRST_SERVER_FAULT else ServiceRefused


def _denied(operation: str, about: str, text: str) -> str:
    named = _ACTION_IN_TEXT.search(text)
    actions = _ACTIONS.get(operation) or (named[1] if named else f"connect:{operation}")
    return f"The role may not perform {operation} for {about}: grant it {actions} ({text})."
