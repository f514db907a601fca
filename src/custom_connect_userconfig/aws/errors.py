"""Translates the errors of botocore and of the service into those of this resource.

Errors are matched by their code, never by ``client.exceptions``: the service answers with codes that its
model does not name (``TooManyRequestsException``), and the client raises AttributeError for such a name. The
gateway translates with it; the handover classifies Lambda's errors with it.
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
    # Not modelled for the operations: observed from the service, or common to all AWS APIs.
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

# The service authorization reference names the older action for UpdateUserConfig, other sources the newer.
_ACTIONS: Final = {"UpdateUserConfig": "connect:UpdateUserConfig and connect:UpdateUserPhoneConfig"}
_ACTION_IN_TEXT: Final = re.compile(r"not authorized to perform: (connect:\w+)")

_LONGEST_CODE: Final = 100
_LONGEST_TEXT: Final = 500
"""Characters of the service's own text in a message."""

_TOO_MANY: Final = 429
_FIRST_SERVER_FAULT: Final = 500


@contextmanager
def translated(operation: str, about: str) -> Iterator[None]:
    """Raise the errors of `operation` on `about` as errors of this resource, with the original as cause."""
    about = redact(about)  # an id may consist of digits alone, like a phone number
    try:
        yield
    except ClientError as error:
        raise from_client_error(operation, about, error) from error
    except _CREDENTIALS as error:
        raise InvalidCredentials(f"There are no usable credentials for connect:{operation}.") from error
    except _UNREACHABLE as error:
        problem = f"Amazon Connect did not answer {operation} for {about} ({type(error).__name__})"
        raise NetworkFailure(f"{problem}; it may have acted or not.") from error
    except ResponseParserError as error:
        problem = f"Amazon Connect answered {operation} for {about}, but the answer cannot be parsed."
        raise ServiceInternalError(problem) from error
    except BotoCoreError as error:
        raise ServiceRefused(f"{operation} for {about} failed: {_shown(str(error))}") from error


def from_client_error(operation: str, about: str, error: ClientError) -> SettingsError:
    """Return the error of this resource for an error that the service answers with."""
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
            " that the user is of this account and region."
        )
    return kind(f"Amazon Connect answered {operation} for {about} with {code}: {text}")


def classified(error: ClientError) -> tuple[type[SettingsError], str, str]:
    """Return the class, the code (or HTTP status) and the redacted text of any service's error."""
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
