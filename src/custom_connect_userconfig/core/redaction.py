"""Takes phone numbers out of text that somebody else wrote, before it reaches a message or a log."""

import re

# With the blanks, dots, hyphens and brackets that people write into numbers.
_WITH_PLUS = re.compile(r"(?:\+|%2[Bb])\d(?:[ .()-]{0,2}\d){1,14}")
# Bare digits only where they stand alone, so that account ids inside ARNs and parts of UUIDs stay readable.
_BARE = re.compile(r"(?<![\w:./-])\d{7,15}(?![\w:/-])")

REDACTED = "[phone number redacted]"


def redact_international(text: str) -> str:
    """Return `text` with every number that starts with a plus replaced; bare digits, such as a number of seconds, stay."""
    return _WITH_PLUS.sub(REDACTED, text)


def redact(text: str) -> str:
    """Return `text` with everything that looks like a phone number replaced."""
    return _BARE.sub(REDACTED, redact_international(text))
