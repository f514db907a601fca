"""A walk through agent settings that real stacks own, on a local cloud: run it with ``make demo``.

It shows a platform engineer, one screen a step, what templates do to agents that already carry settings. It
checks every step: a demo that cannot fail shows nothing. The tests of ``tests/stacks`` use the same cloud.
"""
