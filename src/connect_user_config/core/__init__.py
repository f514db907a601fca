"""Decisions without side effects: what is wanted and what is seen go in, steps that are left come out.

The standard library only; the gateways fill in what is seen and carry the steps out.
"""
