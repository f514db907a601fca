"""Three profiles for the properties: `default` is fast and repeatable, `exhaustive` explores, `hasty`
explores a bit.

``EXHAUSTIVE=1`` takes the long one, as `make test-all` does, ``HYPOTHESIS_PROFILE=hasty`` the hasty one.
"""

import os

from hypothesis import HealthCheck, Phase, settings

from support.exhaustive import EXHAUSTIVE

_SHARED = settings(
    deadline=None,  # a busy machine must not fail a test
    database=None,  # test_found.py keeps each failure as an example that everybody runs
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)

# Derandomized: one commit gives one result on every machine, so that a failing build is about the change
# under test. Each change of a test or strategy draws other examples.
settings.register_profile("default", _SHARED, derandomize=True, max_examples=50, stateful_step_count=20)
# Random. A failure prints the blob that repeats it; make an example of that.
settings.register_profile(
    "exhaustive", _SHARED, derandomize=False, max_examples=1_000, stateful_step_count=40
)
# Random, more examples than the default, without shrinking: for a quick look.
settings.register_profile(
    "hasty", _SHARED, derandomize=False, max_examples=80, stateful_step_count=20, phases=[Phase.generate]
)

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "exhaustive" if EXHAUSTIVE else "default"))
