"""The templates in deploy/."""

from typing import Any

import pytest
from privileges.roles import ROOT, load

from support.release import release, runtime, shared

Template = dict[str, Any]
TEMPLATES = sorted(path.name for path in (ROOT / "deploy").glob("*.yml"))
FLAVOURS = ["custom-resource.yml", "registry.yml"]
"""Each is deployed as a stack and as a stack set."""


@pytest.fixture
def template(request: pytest.FixtureRequest) -> Template:
    """The template that the test is parametrized with."""
    return load(ROOT / "deploy" / request.param)
