"""Faults and crashes at every call of every handler; afterwards the agents must be in one of two legal
states, and no other.
"""
