"""The rules of owning agent settings: pure functions and values, standard library only.

Everything here can be tested without a mock, a clock or a network. The service drives it; the front ends
parse with it.
"""
