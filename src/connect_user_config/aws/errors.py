"""What botocore raises, in the command's own words. One context manager applies it, around every call."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from botocore import exceptions as raised
from botocore.parsers import ResponseParserError

from ..problems import Failed, NoAccess, Problem, UsageError, shortened

_NO_CREDENTIALS: Final = (
    raised.NoCredentialsError,
    raised.PartialCredentialsError,
    raised.CredentialRetrievalError,
    raised.TokenRetrievalError,
    raised.UnauthorizedSSOTokenError,
)
_DENIED: Final = {
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "AuthorizationError",
    "403",
}
_EXPIRED: Final = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_UNKNOWN: Final = {
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "AuthFailure",
}
_SLOW_DOWN: Final = {
    "Throttling",
    "ThrottlingException",
    "RequestLimitExceeded",
    "SlowDown",
    "TooManyRequestsException",
}
_ACTION: Final = re.compile(r"not authorized to perform: ([a-z0-9-]+:[A-Za-z0-9*]+)(?: on resource: (\S+))?")
_ACTIONS: Final = {
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:DeleteObjects": "s3:DeleteObjectVersion",
}
"""What IAM calls an operation, where it is not called by its name."""
_SIGN_IN: Final = "sign in (`aws sso login`, `aws configure`), or name a profile with --profile"


@contextmanager
def translated(service: str, operation: str, region: str) -> Iterator[None]:
    """Turn whatever the call raises into a Problem."""
    try:
        yield
    except raised.ClientError as error:
        raise _answered(error, service, operation, region) from error
    except _NO_CREDENTIALS as error:
        raise NoAccess(
            "no-credentials", f"there are no credentials to call {service} with: {error}", _SIGN_IN
        ) from error
    except (raised.InvalidRegionError, raised.NoRegionError, raised.ProfileNotFound) as error:
        raise UsageError(
            "bad-configuration",
            f"the AWS configuration cannot be used: {error}",
            "see --region and --profile",
        ) from error
    except raised.EndpointConnectionError as error:
        advice = "check the spelling of the region, and the way to the network"
        raise Failed("no-such-region", f"{region} has no {service} that answers: {error}", advice) from error
    except (raised.ConnectionError, raised.HTTPClientError) as error:
        raise Failed(
            "no-connection", f"{service} in {region} did not answer {operation}: {error}", "run again"
        ) from error
    except raised.BotoCoreError as error:
        raise Failed("botocore", f"{service} {operation} in {region}: {error}") from error
    except (ResponseParserError, LookupError, TypeError, AttributeError) as error:
        # botocore's parsers raise more than their own error, such as KeyError where XML is well-formed.
        raise _no_answer_of_aws(service, operation, region, f"{type(error).__name__}: {error}") from error


def _no_answer_of_aws(service: str, operation: str, region: str, found: str) -> Failed:
    return Failed(
        "not-aws",
        f"{service} in {region} answered {operation} in a way that AWS never does: {shortened(found)}",
        "see which proxy, firewall or endpoint (AWS_ENDPOINT_URL) answers in place of AWS, and run again",
    )


def _answered(error: raised.ClientError, service: str, operation: str, region: str) -> Problem:
    told = error.response.get("Error", {})
    code = str(told.get("Code", ""))
    # botocore puts the status where there is no code; of AWS, only answers without a body have none.
    if not code or (code.isdigit() and not operation.startswith("Head")):
        status = code or error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return _no_answer_of_aws(service, operation, region, f"HTTP status {status} without an error code")
    message = str(told.get("Message", "")) or code
    if code in _DENIED:
        found = _ACTION.search(message)
        named = f"{service}:{operation}"
        action = found[1] if found else _ACTIONS.get(named, named)
        where = f" on {found[2]}" if found and found[2] else ""
        advice = "ask for that action; guide/install.md lists all that the command calls"
        return NoAccess(
            "access-denied", f"the credentials in use may not {action}{where} in {region}", advice
        )
    if code in _EXPIRED:
        return NoAccess("expired-credentials", f"the credentials in use have expired ({code})", _SIGN_IN)
    if code in _UNKNOWN:
        advice = f"{_SIGN_IN}; a region that the account has not enabled answers the same"
        return NoAccess(
            "unknown-credentials",
            f"{service} in {region} does not know the credentials in use ({code})",
            advice,
        )
    if code in _SLOW_DOWN:
        return Failed(
            "throttled",
            f"{service} in {region} keeps refusing {operation}: too many requests ({code})",
            "wait, and run again",
        )
    return Failed(code, f"{service} in {region} refused {operation}: {message}")
