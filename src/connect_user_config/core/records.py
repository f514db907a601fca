"""What is noted beside an uploaded artefact: which version of the type it has become.

The registry tells neither whence a version came nor what is in it. So a record lies in S3 beside each artefact, under its SHA-256:
before the registration it holds the client's token, then the registration's, in the end the ARN of the version. Whoever is cut off
in between finds the same token again and gets the same registration, not a second one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from .calls import Content


@dataclass(frozen=True)
class Record:
    """What is known of the registration of one artefact; `request` is what RegisterType got, without the token."""

    request: Mapping[str, Any]
    client_token: str
    registration_token: str = ""
    version_arn: str = ""

    def registered(self, token: str) -> Self:
        """Return the record with the token of its registration."""
        return replace(self, registration_token=token)

    def completed(self, version_arn: str) -> Self:
        """Return the record with the version that has come of it."""
        return replace(self, version_arn=version_arn)

    def written(self) -> Content:
        """Return the record in the form in which it is kept."""
        fields = {
            "request": {name: _plain(value) for name, value in self.request.items()},
            "clientRequestToken": self.client_token,
            "registrationToken": self.registration_token,
            "typeVersionArn": self.version_arn,
        }
        return Content("record.json", json.dumps(fields, indent=2, sort_keys=True).encode())

    @classmethod
    def read(cls, data: bytes) -> Self | None:
        """Return the record that `data` holds; None where it is not one, which means to register anew."""
        try:
            fields = json.loads(data)
            request, *tokens = (
                fields[name]
                for name in ("request", "clientRequestToken", "registrationToken", "typeVersionArn")
            )
        except (ValueError, KeyError, TypeError):
            return None
        is_sound = (
            isinstance(request, dict) and all(isinstance(token, str) for token in tokens) and bool(tokens[0])
        )
        return cls(request, *tokens) if is_sound else None


def _plain(value: object) -> object:
    return {key: str(each) for key, each in value.items()} if isinstance(value, Mapping) else str(value)
