"""The world of the functional tests, driven to its limits."""

from functional.conftest import _connect, _leaks, _replies, behaviour, clock, connect, front_end, world

__all__ = ["_connect", "_leaks", "_replies", "behaviour", "clock", "connect", "front_end", "world"]
