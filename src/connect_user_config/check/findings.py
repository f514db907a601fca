"""What the engine finds: a problem, and where in the template it stands."""

from dataclasses import dataclass

from custom_connect_userconfig.core.problems import Path, Rule


@dataclass(frozen=True)
class Finding:
    """One problem of a template. The message is the same in every host."""

    resource: str
    """The logical id, empty if it is about the template."""
    path: Path
    """In the template, from its top."""
    rule: Rule
    message: str
