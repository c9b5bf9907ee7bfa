"""Simulated studies with a known truth, for `benchmarks/simulate.py`."""
