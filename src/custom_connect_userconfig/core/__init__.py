"""The rules of owning agent settings: pure functions and values, standard library only.

Tests need no mock, clock or network. The service applies the rules; the front ends parse with them.
"""
