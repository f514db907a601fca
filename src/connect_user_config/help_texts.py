"""What stands at the end of every `--help`: examples to start from, and what the exit codes mean."""

from typing import Final

from .core.problems import EXIT_CODES

# A line with nothing but this character keeps click from wrapping what follows.
_AS_IT_IS: Final = "\b\n"
_CODES: Final = (
    _AS_IT_IS + "Exit codes:\n" + "\n".join(f"  {code:>3}  {meaning}" for code, meaning in EXIT_CODES.items())
)
_INSTANCE: Final = "arn:aws:connect:eu-west-1:111122223333:instance/INSTANCE_ID"
_TYPE: Final = "--type-name Acme::Connect::UserConfig"


def _end(*examples: str) -> str:
    lines = "\n".join(f"  {example}" for example in examples)
    return f"{_AS_IT_IS}Examples:\n{lines}\n\n{_CODES}"


ALL: Final = _end(
    f"connect-user-config install registry {_TYPE} --region eu-west-1 --region us-east-1",
    f"connect-user-config install custom-resource --instance {_INSTANCE}",
    f"connect-user-config install registry {_TYPE} --region eu-west-1 --dry-run",
    "connect-user-config status --region eu-west-1 --json",
)
INSTALL_REGISTRY: Final = _end(
    "make package TYPE_NAME=Acme::Connect::UserConfig",
    f"connect-user-config install registry {_TYPE} --region eu-west-1",
    f"connect-user-config install registry {_TYPE} --region eu-west-1 \\",
    f"    --log-group /acme/connect-user-config --instance {_INSTANCE}",
)
INSTALL_CUSTOM_RESOURCE: Final = _end(
    "make function",
    f"connect-user-config install custom-resource --instance {_INSTANCE}",
    "connect-user-config install custom-resource --stack-name team-b --parameter ExportName=TeamBToken \\",
    f"    --instance {_INSTANCE}",
)
UNINSTALL_REGISTRY: Final = _end(
    f"connect-user-config uninstall registry {_TYPE} --region eu-west-1 --dry-run"
)
UNINSTALL_CUSTOM_RESOURCE: Final = _end("connect-user-config uninstall custom-resource --region eu-west-1")
STATUS: Final = _end("connect-user-config status --region eu-west-1 --region us-east-1 --json")
