"""`LocalConnect`: the local Connect in process, for tests.

Entering takes some ten milliseconds, as moto's `mock_aws` does. `reset` takes microseconds, so a large suite
enters one `LocalConnect` for the whole run and resets it between tests. While it is active, every boto3
client of the process talks to moto. Only one can be active, because users and conditions are global to the
process.
"""

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Self
from unittest.mock import patch

from moto import mock_aws

from .administration import DEFAULT_ACCOUNT_ID, DEFAULT_REGION, Administration
from .behaviour import Behaviour
from .conditions import Conditions, install
from .hook import activate

_PRIVATE_VARIABLES = ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_CONNECT", "AWS_ROLE_ARN")


class LocalConnect(Administration):
    """An empty Connect in process, with an account, a region, a behaviour, faults and a log of calls."""

    _is_entered = False

    def __init__(
        self,
        behaviour: Behaviour | None = None,
        clock: Callable[[], float] | None = None,
        *,
        region: str = DEFAULT_REGION,
        account_id: str = DEFAULT_ACCOUNT_ID,
    ) -> None:
        conditions = Conditions(behaviour=behaviour or Behaviour(), clock=clock or time.time)
        super().__init__(conditions, account_id, region)
        self._exits = ExitStack()

    def __enter__(self) -> Self:
        if LocalConnect._is_entered:
            raise RuntimeError("A LocalConnect is active already; use that one, with reset() between tests")
        activate()
        self._exits.enter_context(patch.dict(os.environ, self._environment()))
        for variable in _PRIVATE_VARIABLES:
            os.environ.pop(variable, None)
        self._exits.enter_context(mock_aws())
        self._exits.callback(install, install(self._conditions))
        self.reset()
        LocalConnect._is_entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        LocalConnect._is_entered = False
        self._exits.close()

    def _environment(self) -> dict[str, str]:
        """Variables that keep the developer's own account out of reach."""
        return {
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_SESSION_TOKEN": "testing",
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "MOTO_ACCOUNT_ID": self.account_id,
        }
