"""Where the command begins; says what to install when its own dependencies are missing, which the function's list does not have."""

import sys


def main() -> None:
    """Run the command."""
    try:
        # Only here may it fail: `pip install .` without [cli] installs the entry point too.
        from .commands import cli  # noqa: PLC0415
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in {"click", "rich"}:
            raise
        sys.stderr.write(f"connect-user-config needs {missing}: install it with `pip install '.[cli]'`\n")
        sys.exit(1)
    cli(prog_name="connect-user-config")


if __name__ == "__main__":
    main()
