"""Faults and crashes at every call of every handler; afterwards the agents are in one of two legal states."""
