"""The templates in deploy/."""

from typing import Any

import pytest
from privileges.roles import ROOT, load

Template = dict[str, Any]
TEMPLATES = sorted(path.name for path in (ROOT / "deploy").glob("*.yml"))
STACK_SETS = [name for name in TEMPLATES if name.startswith("stackset-")]


@pytest.fixture
def template(request: pytest.FixtureRequest) -> Template:
    """The template that the test is parametrized with."""
    return load(ROOT / "deploy" / request.param)
