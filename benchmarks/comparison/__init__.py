"""Each stage as a plain notebook does it, and as here, for `benchmarks/stages.py`."""
