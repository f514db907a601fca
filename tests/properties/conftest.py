"""Three ways to run the properties: a fast one that says the same each time, a long one that explores, and a
hasty one.

``HYPOTHESIS_PROFILE=nightly pytest tests/properties`` takes the long one.
"""

import os

from hypothesis import HealthCheck, Phase, settings

_SHARED = settings(
    deadline=None,  # a busy machine must not fail a test
    database=None,  # what was found is kept as an example in test_found.py, where everybody runs it
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)

# Derandomized: the same commit gives the same result on every machine, so that a red build is always about
# the change under test. Each change of a test or strategy still draws anew.
settings.register_profile("default", _SHARED, derandomize=True, max_examples=80, stateful_step_count=20)
# Random: exploring is what it is for. A failure prints the blob that repeats it, which then becomes an
# example.
settings.register_profile("nightly", _SHARED, derandomize=False, max_examples=1_000, stateful_step_count=40)

# As many as the fast one, but random and without shrinking: to see quickly whether there is anything to find.
settings.register_profile(
    "hasty", _SHARED, derandomize=False, max_examples=80, stateful_step_count=20, phases=[Phase.generate]
)

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
