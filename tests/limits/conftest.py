"""The fixtures of the functional tests."""

from functional.conftest import _connect, _leaks, _replies, behaviour, clock, connect, front_end, world

__all__ = ["_connect", "_leaks", "_replies", "behaviour", "clock", "connect", "front_end", "world"]
