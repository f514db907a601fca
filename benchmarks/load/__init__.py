"""The effect of quotas on a stack of hundreds: simulated with the real retrier, and on the wall clock.

``python -m benchmarks.load`` writes ``guide/benchmarks/load.md`` and its plots; ``make bench`` runs it.
"""
