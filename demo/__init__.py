"""A walk through agent settings owned by real stacks, on a local cloud: run it with ``make demo``.

It shows a platform engineer, in one screenful a step, what templates do to agents that carry settings of
their own, and it checks every step: a demo that cannot fail shows nothing. ``python -m demo.registry`` does
the same for the registry's handlers, without a CloudFormation. The tests of ``tests/stacks`` use the same
local cloud.
"""
