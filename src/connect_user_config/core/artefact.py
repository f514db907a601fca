"""An artefact in memory: the bytes, what they are called by, and for the registry what type they hold."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .calls import Content


@dataclass(frozen=True)
class Artefact:
    """A zip that is to be uploaded; `schema` is the type's, and empty for the custom resource."""

    content: Content
    schema: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """The SHA-256 in hexadecimal digits."""
        return hashlib.sha256(self.content.data).hexdigest()

    @property
    def checksum(self) -> str:
        """The SHA-256 as S3 writes it."""
        return base64.b64encode(hashlib.sha256(self.content.data).digest()).decode("ascii")
