"""Runs the real `cfn test` against the function TypeFunction of ministack; started by `test_contract`.

    suite_on_ministack.py URL

moto answers for STS only, since the command has a fixed endpoint for it.
"""

import os
import sys

from moto import mock_aws
from suite_runner import run_suite  # type: ignore[import-not-found]  # beside it, once it runs


def main(url: str) -> int:
    """Run the command; return its exit status."""
    os.environ.pop("PYTEST_ADDOPTS", None)
    with mock_aws():
        return int(run_suite(url))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
