"""The errors of the local Connect, in addition to those of moto's Connect.

moto turns them into answers. No message contains a phone number.
"""

from moto.connect.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.core.exceptions import JsonRESTError

__all__ = [
    "AccessDeniedException",
    "DuplicateResourceException",
    "InvalidParameterException",
    "InvalidRequestException",
    "ResourceNotFoundException",
    "SerializationException",
    "UnknownOperationException",
]


class InvalidRequestException(JsonRESTError):
    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("InvalidRequestException", message)


class DuplicateResourceException(JsonRESTError):
    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("DuplicateResourceException", message)


class AccessDeniedException(JsonRESTError):
    code = 403

    def __init__(self, message: str) -> None:
        super().__init__("AccessDeniedException", message)


class SerializationException(JsonRESTError):
    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("SerializationException", message)


class UnknownOperationException(JsonRESTError):
    code = 404

    def __init__(self, message: str) -> None:
        super().__init__("UnknownOperationException", message)
