"""Runs the real `cfn test` against the function TypeFunction of ministack; started by `test_contract`.

    suite_on_ministack.py URL

Only what the command asks of STS is answered by moto, since its endpoint there is hard-coded; everything else
is real.
"""

import os
import sys

from moto import mock_aws
from suite_runner import run_suite


def main(url: str) -> int:
    """Returns the exit status of the command."""
    os.environ.pop("PYTEST_ADDOPTS", None)
    with mock_aws():
        return run_suite(url)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
