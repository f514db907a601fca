"""Whole operations on the local Connect: one set of scenarios for every front end and every behaviour."""
