"""Structured log lines: one for each API call, one for each answer; as JSON, without phone numbers or credentials."""

import json
import logging

from .core.redaction import redact

LOG = logging.getLogger(__package__)
LOG.setLevel(logging.INFO)


def log_event(event: str, **details: object) -> None:
    """Write one line with `event` and every detail that is not None; text is redacted."""
    shown = {name: redact(value) if isinstance(value, str) else value for name, value in details.items() if value is not None}
    LOG.info(json.dumps({"event": event, **shown}, default=str))
