"""What the engine finds: a problem, and where in the template it stands."""

from dataclasses import dataclass

from custom_connect_userconfig.core.problems import Path, Rule
from custom_connect_userconfig.core.redaction import redact


@dataclass(frozen=True)
class Finding:
    """One problem of a template. The message is the same in every host."""

    resource: str
    """The logical id as messages show it, empty if it is about the template."""
    path: Path
    """In the template, from its top."""
    rule: Rule
    message: str

    @property
    def shown_path(self) -> list[str | int]:
        """The path for programs. Its names are the template's, and may be phone numbers."""
        return [redact(step) if isinstance(step, str) else step for step in self.path]


def shown_name(name: str) -> str:
    """Return a name that the template gives, such as a logical id, for a message: on one line, and no phone
    number.
    """
    return redact("".join(c if c.isprintable() else repr(c)[1:-1] for c in name))
