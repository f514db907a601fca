"""Log lines in JSON: one for each API call and each answer, without phone numbers or credentials."""

import json
import logging
from typing import Final

from .core.messages import bounded
from .core.redaction import redact

_LONGEST: Final = 8_000
"""Characters of one detail, enough for the trace of an error."""

LOG = logging.getLogger(__package__)
LOG.setLevel(logging.INFO)


def log_event(event: str, **details: object) -> None:
    """Write one line with `event` and every detail that is not None; text is redacted and bounded."""
    shown = {name: _shown(value) for name, value in details.items() if value is not None}
    LOG.info(json.dumps({"event": event, **shown}, default=str))


def _shown(value: object) -> object:
    return bounded(redact(value), _LONGEST) if isinstance(value, str) else value
