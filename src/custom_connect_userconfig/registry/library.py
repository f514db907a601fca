"""The support library of CloudFormation, imported without what only its hooks need: the front end of the
registry imports it here.

The library names `boto3.session`, `requests` and `requests.adapters` at its top. boto3 brings S3's transfer
manager and with it multiprocessing. A resource type needs neither: the session of an event is our own
(`registry.resource`), and requests fetches the payload of hooks. So the artefact holds neither; where they
are installed, calling one imports it.
"""

from ..aws.lazy_imports import deferred

with deferred("boto3.session", "importlib.metadata", "requests", "requests.adapters"):
    from cloudformation_cli_python_lib.boto3_proxy import SessionProxy
    from cloudformation_cli_python_lib.exceptions import InvalidRequest
    from cloudformation_cli_python_lib.interface import (
        Action,
        BaseModel,
        BaseResourceHandlerRequest,
        HandlerErrorCode,
        OperationStatus,
        ProgressEvent,
    )
    from cloudformation_cli_python_lib.log_delivery import ProviderLogHandler
    from cloudformation_cli_python_lib.resource import Resource
    from cloudformation_cli_python_lib.utils import Credentials, HandlerRequest, TestEvent, UnmodelledRequest

__all__ = [
    "Action",
    "BaseModel",
    "BaseResourceHandlerRequest",
    "Credentials",
    "HandlerErrorCode",
    "HandlerRequest",
    "InvalidRequest",
    "OperationStatus",
    "ProgressEvent",
    "ProviderLogHandler",
    "Resource",
    "SessionProxy",
    "TestEvent",
    "UnmodelledRequest",
]
