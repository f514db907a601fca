"""Each error answer and each failure of a call becomes one error of this resource, without secrets."""

import botocore.session
import pytest
from botocore import exceptions as boto
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError
from unit.examples import NUMBER

from custom_connect_userconfig.aws.errors import BY_CODE, from_client_error, translated
from custom_connect_userconfig.core import errors

OPERATIONS = ("DescribeUser", "UpdateUserConfig", "TagResource", "UntagResource", "SearchUsers")
MODEL = botocore.session.Session().get_service_model("connect")
MODELLED = {
    (name, shape.name, shape) for name in OPERATIONS for shape in MODEL.operation_model(name).error_shapes
}
BY_STATUS = {
    400: errors.InvalidRequest,
    404: errors.NotFound,
    409: errors.ResourceConflict,
    429: errors.Throttling,
    500: errors.ServiceInternalError,
}
SECRET = "FwoGZXIvYXdzEXAMPLETOKEN"


def answer(
    code: str, message: str | None = "Text.", status: int = 400, operation: str = "DescribeUser"
) -> errors.SettingsError:
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return from_client_error(operation, "user u", ClientError(response, operation))  # type: ignore[arg-type]  # a message may be missing


@pytest.mark.parametrize(("operation", "code"), sorted((operation, code) for operation, code, _ in MODELLED))
def test_every_modelled_error_has_a_row(operation: str, code: str) -> None:
    assert code in BY_CODE, f"{operation} may answer {code}, which connect_errors.BY_CODE does not know"


STATUSES = sorted({(code, shape.metadata["error"]["httpStatusCode"]) for _, code, shape in MODELLED})


@pytest.mark.parametrize(("code", "status"), STATUSES)
def test_every_modelled_error_has_the_class_of_its_status(code: str, status: int) -> None:
    assert type(answer(code, status=status)) is BY_STATUS[status]


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "TooManyRequestsException", "Throttling", "RequestLimitExceeded"]
)
def test_throttling_is_the_same_under_every_name(code: str) -> None:
    assert type(answer(code, status=400)) is errors.Throttling


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.ServiceRefused),
        (418, errors.ServiceRefused),
        (428, errors.ServiceRefused),
        (429, errors.Throttling),
        (430, errors.ServiceRefused),
        (499, errors.ServiceRefused),
        (500, errors.ServiceInternalError),
        (503, errors.ServiceInternalError),
        (599, errors.ServiceInternalError),
        (0, errors.ServiceRefused),
    ],
)
@pytest.mark.parametrize("code", ["HologramException", ""])
def test_an_unknown_error_is_what_its_status_says(status: int, kind: type, code: str) -> None:
    error = answer(code, status=status)
    assert type(error) is kind
    assert str(error) == f"Amazon Connect answered DescribeUser for user u with {code or status}: Text."


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("LimitExceededException", errors.ServiceLimitExceeded),
        ("ServiceQuotaExceededException", errors.ServiceLimitExceeded),
        ("InternalServerError", errors.ServiceInternalError),
        ("ServiceUnavailable", errors.ServiceInternalError),
        ("ServiceUnavailableException", errors.ServiceInternalError),
    ],
)
def test_errors_common_to_all_services_are_known(code: str, kind: type) -> None:
    assert type(answer(code)) is kind


def test_an_answer_that_says_nothing_is_still_an_answer() -> None:
    error = from_client_error("DescribeUser", "user u", ClientError({}, "DescribeUser"))
    assert type(error) is errors.ServiceRefused
    assert "no message" in str(error)
    assert "no message" in str(answer("InvalidRequestException", None))


@pytest.mark.parametrize("code", ["AccessDeniedException", "AccessDenied"])
@pytest.mark.parametrize(
    ("operation", "actions"),
    [
        ("DescribeUser", ["connect:DescribeUser"]),
        ("UpdateUserConfig", ["connect:UpdateUserConfig", "connect:UpdateUserPhoneConfig"]),
        ("TagResource", ["connect:TagResource"]),
        ("UntagResource", ["connect:UntagResource"]),
        ("SearchUsers", ["connect:SearchUsers"]),
    ],
)
def test_a_denied_call_names_the_actions_to_grant(code: str, operation: str, actions: list[str]) -> None:
    error = answer(code, "No.", 403, operation)
    assert type(error) is errors.AccessDenied
    assert (
        str(error)
        == f"The role may not perform {operation} for user u: grant it {' and '.join(actions)} (No.)."
    )


def test_the_action_that_the_service_itself_names_is_the_one_to_grant() -> None:
    error = answer(
        "AccessDeniedException", "User: x is not authorized to perform: connect:ListTagsForResource on y", 403
    )
    assert "grant it connect:ListTagsForResource (" in str(error)


@pytest.mark.parametrize(
    "code", sorted(code for code, kind in BY_CODE.items() if kind is errors.InvalidCredentials)
)
def test_refused_credentials_are_named_and_not_shown(code: str) -> None:
    error = answer(code, f"The security token {SECRET} included in the request is expired", 403)
    assert (
        str(error)
        == f"The credentials for DescribeUser were refused ({code}). They may have expired: try again."
    )


def test_the_codes_of_refused_credentials_are_all_there() -> None:
    known = {code for code, kind in BY_CODE.items() if kind is errors.InvalidCredentials}
    codes = (
        "ExpiredTokenException ExpiredToken RequestExpired UnrecognizedClientException InvalidClientTokenId"
        " InvalidSignatureException SignatureDoesNotMatch IncompleteSignature MissingAuthenticationToken"
        " MissingAuthenticationTokenException"
    )
    assert known >= set(codes.split())


def test_not_found_says_who_and_what_to_check() -> None:
    message = str(answer("ResourceNotFoundException", "nothing", 404))
    assert message.startswith(
        "There is no user u, as far as Amazon Connect shows (nothing). Check InstanceId and UserId"
    )


FAILURES: list[tuple[Exception, type[errors.SettingsError]]] = [
    (boto.EndpointConnectionError(endpoint_url="https://x"), errors.NetworkFailure),
    (boto.ConnectTimeoutError(endpoint_url="https://x"), errors.NetworkFailure),
    (boto.ReadTimeoutError(endpoint_url="https://x"), errors.NetworkFailure),
    (boto.ConnectionClosedError(endpoint_url="https://x"), errors.NetworkFailure),
    (boto.SSLError(endpoint_url="https://x", error=OSError("bad")), errors.NetworkFailure),
    (boto.ProxyConnectionError(proxy_url="https://u:pass@proxy"), errors.NetworkFailure),
    (boto.HTTPClientError(error="reset"), errors.NetworkFailure),
    (boto.ResponseStreamingError(error="cut"), errors.NetworkFailure),
    (boto.NoCredentialsError(), errors.InvalidCredentials),
    (boto.PartialCredentialsError(provider="p", cred_var="v"), errors.InvalidCredentials),
    (boto.CredentialRetrievalError(provider="p", error_msg="e"), errors.InvalidCredentials),
    (ResponseParserError("<html>"), errors.ServiceInternalError),
    (boto.ParamValidationError(report=f"PhoneNumber, value: {NUMBER}"), errors.ServiceRefused),
    (boto.BotoCoreError(), errors.ServiceRefused),
    (ClientError({"Error": {"Code": "ThrottlingException"}}, "DescribeUser"), errors.Throttling),
]


@pytest.mark.parametrize(
    ("failure", "kind"), FAILURES, ids=[type(failure).__name__ for failure, _ in FAILURES]
)
def test_every_failure_of_a_call_is_translated_and_chained(
    failure: Exception, kind: type[errors.SettingsError]
) -> None:
    with pytest.raises(errors.SettingsError) as raised, translated("DescribeUser", "user u"):
        raise failure
    assert type(raised.value) is kind
    assert raised.value.__cause__ is failure
    assert "DescribeUser" in str(raised.value)
    assert "pass@" not in str(raised.value)
    assert NUMBER not in str(raised.value)


def test_a_mistake_in_the_code_is_not_translated() -> None:
    with pytest.raises(KeyError), translated("DescribeUser", "user u"):
        raise KeyError("bug")


@pytest.mark.parametrize("code", [*sorted(BY_CODE), "HologramException"])
def test_no_message_holds_a_number_that_the_service_repeats(code: str) -> None:
    assert NUMBER not in str(answer(code, f"Invalid phone number {NUMBER}"))
