"""What is measured: load, cold and warm starts, memory. Run by ``make bench…``, which write into
``guide/benchmarks``.
"""
