"""Trying again: how long to wait, where, when to stop, and what is carried from one invocation to the next."""
