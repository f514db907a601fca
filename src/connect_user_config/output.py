"""What every command prints in the same way: the end of its help."""

from typing import Final

from .problems import EXIT_CODES

# A line with nothing but this character keeps click from wrapping what follows.
_AS_IT_IS: Final = "\b\n"


def help_end(*examples: str) -> str:
    """Return the end of a command's help: examples, and the meaning of exit codes."""
    codes = "\n".join(f"  {code:>3}  {meaning}" for code, meaning in EXIT_CODES.items())
    lines = "\n".join(f"  {example}" for example in examples)
    return f"{_AS_IT_IS}Examples:\n{lines}\n\n{_AS_IT_IS}Exit codes:\n{codes}"
