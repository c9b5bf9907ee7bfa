"""Correction of p-values for the number of tests."""

import numpy as np
from scipy import stats


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """p-values adjusted for the false discovery rate of all that are not NaN."""
    p = np.asarray(p, np.float64)
    adjusted = np.full(p.shape, np.nan)
    tested = np.isfinite(p)
    if tested.any():
        adjusted[tested] = stats.false_discovery_control(p[tested], method="bh")
    return adjusted
