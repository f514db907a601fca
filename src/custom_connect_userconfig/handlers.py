"""The front end for the CloudFormation registry: translates requests, results and errors.

``resource`` is the entry point of the Lambda function (``template.yml``), ``test_entrypoint`` that of ``cfn
invoke``. Every failure is returned, not raised: the library would log a raised error with its whole chain of
causes, and texts of the service may hold a phone number.
"""

import traceback
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final, cast

# First: it imports the support library and botocore without what nobody here uses.
from .registry.library import (
    Action,
    BaseModel,
    HandlerErrorCode,
    OperationStatus,
    ProgressEvent,
    SessionProxy,
)
from .registry.library import BaseResourceHandlerRequest as Request

# isort: split
from .aws.connect import ConnectGateway
from .core import errors
from .core.declaration import (
    INSTANCE_ID,
    USER_ARN,
    USER_ID,
    Declaration,
    parse_identity,
    parse_instance,
    parse_previous,
)
from .core.identifiers import Environment, Identity, arn_of
from .core.messages import bounded, joined
from .core.ownership import Owner
from .core.settings import Settings, expand
from .logs import log_event
from .registry.resource import RawProperties, UserConfigResource, signing_for
from .retry.retrier import InProgress, Retrier
from .service import Context, GivenBack, OwnedSettings, SettingsService

TYPE_NAME: Final = "Custom::Connect::UserConfig"
"""The literal name of the repository. The name that the type is registered under comes with each event
(`resourceType`): metrics and log streams are named after that.
"""

ERROR_CODES: Final[Mapping[type[errors.SettingsError], HandlerErrorCode]] = {
    errors.InvalidRequest: HandlerErrorCode.InvalidRequest,
    errors.NotFound: HandlerErrorCode.NotFound,
    errors.AlreadyExists: HandlerErrorCode.AlreadyExists,
    errors.AccessDenied: HandlerErrorCode.AccessDenied,
    errors.InvalidCredentials: HandlerErrorCode.InvalidCredentials,
    errors.ServiceLimitExceeded: HandlerErrorCode.ServiceLimitExceeded,
    errors.NotStabilized: HandlerErrorCode.NotStabilized,
    errors.RecordDamaged: HandlerErrorCode.GeneralServiceException,
    errors.ServiceRefused: HandlerErrorCode.GeneralServiceException,
    errors.Throttling: HandlerErrorCode.Throttling,
    errors.ServiceInternalError: HandlerErrorCode.ServiceInternalError,
    errors.NetworkFailure: HandlerErrorCode.NetworkFailure,
    errors.ResourceConflict: HandlerErrorCode.ResourceConflict,
    errors.OutOfTime: HandlerErrorCode.ServiceInternalError,
}
"""The code of each error. CloudFormation retries after the last five; all others end the operation."""

resource: Final = UserConfigResource(TYPE_NAME, RawProperties)
test_entrypoint: Final = resource.test_entrypoint

retrier = Retrier()
"""The clock and the retry policies of this process; tests replace it."""

Handler = Callable[[SettingsService, Request, Context], ProgressEvent]


def _answering(handle: Handler) -> Callable[..., ProgressEvent]:
    """Wrap a handler: pass it the service, and turn every failure into an event."""

    def handler(
        session: SessionProxy | None, request: Request, context: MutableMapping[str, Any]
    ) -> ProgressEvent:
        try:
            with signing_for(session):
                event = handle(_service(request), request, context)
        except errors.SettingsError as error:
            event = ProgressEvent.failed(ERROR_CODES[type(error)], str(error))
        except Exception as error:  # noqa: BLE001 - the library would log a raised error unredacted
            log_event("unexpected", trace=traceback.format_exc())
            event = ProgressEvent.failed(
                HandlerErrorCode.InternalFailure,
                f"Unexpected {type(error).__name__}; the log of the resource type has the details.",
            )
        event.message = message = bounded(event.message)
        status, code = event.status.name, event.errorCode.name if event.errorCode else None
        log_event("answer", action=handle.__name__, status=status, code=code, message=message or None)
        return event

    return handler


def _service(request: Request) -> SettingsService:
    return SettingsService(ConnectGateway(request.region), retrier)


@resource.handler(Action.CREATE)
@_answering
def create(service: SettingsService, request: Request, context: Context) -> ProgressEvent:
    """Take the declared settings."""
    declaration = Declaration.parse(_properties(request), _environment(request))
    result = service.create(declaration, _owner(request, declaration.identity), context)
    return _taken(declaration, result)


@resource.handler(Action.UPDATE)
@_answering
def update(service: SettingsService, request: Request, context: Context) -> ProgressEvent:
    """Apply the declared settings, and give back the dropped ones."""
    environment, before = _environment(request), _raw(request.previousResourceState)
    declaration = Declaration.parse(_properties(request), environment)
    previous = parse_previous(before, environment)
    result = service.update(declaration, _owner(request, declaration.identity), context, previous)
    gone_arn = before.get(USER_ARN) or arn_of(declaration.identity, environment)
    return _taken(declaration, result, str(gone_arn))


@resource.handler(Action.DELETE)
@_answering
def delete(service: SettingsService, request: Request, context: Context) -> ProgressEvent:
    """Give back every owned setting."""
    identity = parse_identity(_properties(request), _environment(request))
    result = service.delete(identity, _owner(request, identity), context)
    if isinstance(result, GivenBack):
        return ProgressEvent(OperationStatus.SUCCESS, message=joined(*result.notes))
    return _in_progress(result, _model(identity, {}))


@resource.handler(Action.READ)
@_answering
def read(service: SettingsService, request: Request, _context: Context) -> ProgressEvent:
    """Return the owned settings with their live values."""
    identity = parse_identity(_properties(request), _environment(request))
    return _succeeded(identity, service.read(identity))


@resource.handler(Action.LIST)
@_answering
def list_(service: SettingsService, request: Request, _context: Context) -> ProgressEvent:
    """Return one page of the identifiers of users with owned settings."""
    page = service.list_users(parse_instance(_properties(request), _environment(request)), request.nextToken)
    models: list[BaseModel] = [RawProperties({INSTANCE_ID: i, USER_ID: u}) for i, u in page.identifiers]
    return ProgressEvent(OperationStatus.SUCCESS, resourceModels=models, nextToken=page.next_token)


def _properties(request: Request) -> Mapping[str, object]:
    return _raw(request.desiredResourceState)


def _raw(state: BaseModel | None) -> Mapping[str, object]:
    return cast("RawProperties", state).properties if state else {}


def _environment(request: Request) -> Environment:
    return Environment(request.region, request.awsAccountId)


def _owner(request: Request, identity: Identity) -> Owner:
    return Owner.of(identity, request.stackId, request.logicalResourceIdentifier, request.clientRequestToken)


def _taken(
    declaration: Declaration, result: OwnedSettings | InProgress, gone_arn: str | None = None
) -> ProgressEvent:
    """`gone_arn` is the ARN of a user that may be gone: a template's ``Fn::GetAtt`` must still work."""
    if isinstance(result, InProgress):
        return _in_progress(result, _model(declaration.identity, declaration.settings))
    return _succeeded(declaration.identity, result, gone_arn)


def _succeeded(identity: Identity, result: OwnedSettings, gone_arn: str | None = None) -> ProgressEvent:
    model = _model(identity, result.settings, result.user_arn or gone_arn)
    return ProgressEvent(OperationStatus.SUCCESS, message=joined(*result.notes), resourceModel=model)


def _in_progress(result: InProgress, model: BaseModel) -> ProgressEvent:
    return ProgressEvent(
        OperationStatus.IN_PROGRESS,
        message=result.reason,
        callbackContext=dict(result.context),
        callbackDelaySeconds=result.delay,
        resourceModel=model,
    )


def _model(identity: Identity, settings: Settings, user_arn: str | None = None) -> RawProperties:
    properties: dict[str, object] = {
        INSTANCE_ID: identity.instance.given,
        USER_ID: identity.user_given,
        **expand(settings),
    }
    if user_arn:
        properties[USER_ARN] = user_arn
    return RawProperties(properties)
