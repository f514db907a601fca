"""What quotas do to a stack of hundreds: a simulation of the real retrier, and the same on the wall clock.

``python -m benchmarks.load`` writes ``guide/benchmarks/load.md`` and its plots; ``make bench`` runs it.
"""
