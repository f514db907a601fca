"""The fixtures of the functional tests."""

from functional.conftest import _leaks, _replies, front_end, world

from support.local_connect import _connect, behaviour, clock, connect

__all__ = ["_connect", "_leaks", "_replies", "behaviour", "clock", "connect", "front_end", "world"]
