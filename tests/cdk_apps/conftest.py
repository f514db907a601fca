"""Apps of the CDK, synthesized in its own environment, then checked and deployed in this one: `make
test-cdk`.
"""

import os
from collections.abc import Iterator

import pytest

from demo.local_cloud import LocalCloud
from demo.servers import NotStarted

# `make test` needs no CDK, whether it is installed or not.
collect_ignore_glob = [] if os.environ.get("CDK") else ["test_*.py"]


@pytest.fixture
def cloud() -> Iterator[LocalCloud]:
    """A local cloud of the test's own, which reads as the real service may: without defaults, a call late."""
    try:
        cloud = LocalCloud(connect_flags=("--reads", "sparse", "--stale-reads", "1")).__enter__()
    except NotStarted as problem:
        pytest.fail(str(problem), pytrace=False)
    try:
        yield cloud
    finally:
        cloud.__exit__(None, None, None)
