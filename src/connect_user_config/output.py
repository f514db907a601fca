"""What every command prints in the same way: the end of its help, and text as it is."""

from typing import Final

from rich.console import Console

from .problems import EXIT_CODES

# A line with nothing but this character keeps click from wrapping what follows.
_AS_IT_IS: Final = "\b\n"


def help_end(*examples: str) -> str:
    """Return the end of a command's help: examples, and the meaning of exit codes."""
    codes = "\n".join(f"  {code:>3}  {meaning}" for code, meaning in EXIT_CODES.items())
    lines = "\n".join(f"  {example}" for example in examples)
    return f"{_AS_IT_IS}Examples:\n{lines}\n\n{_AS_IT_IS}Exit codes:\n{codes}"


def console_of(*, to_stderr: bool = False) -> Console:
    """Return a console that shows names and values as they are, and wraps no line."""
    return Console(stderr=to_stderr, highlight=False, markup=False, emoji=False, soft_wrap=True)
