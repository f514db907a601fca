"""Measurements of load, cold and warm starts, and memory; ``make bench…`` write ``guide/benchmarks``."""
