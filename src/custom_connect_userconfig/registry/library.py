"""Imports CloudFormation's support library without boto3 and requests.

The library imports `boto3.session`, `requests` and `requests.adapters`, and boto3 imports S3's transfer
manager and multiprocessing. A resource type needs none of them: the session of an event is our own
(`registry.resource`), and the library uses requests only for hooks. So the artefact holds neither boto3 nor
requests. If they are installed, a call imports them.
"""

from ..aws.lazy_imports import NOT_FOR_OUR_CALLS, deferred

with deferred("boto3.session", "requests", "requests.adapters", *NOT_FOR_OUR_CALLS):
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
