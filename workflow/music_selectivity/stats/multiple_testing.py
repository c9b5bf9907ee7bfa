"""Correction of p-values for the number of tests."""

import numpy as np
from scipy import stats


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """p-values adjusted for the false discovery rate; NaN where p is not finite.

    Parameters
    ----------
    p
        Any shape; values that are not finite do not count as tests.
    """
    p = np.asarray(p, np.float64)
    adjusted = np.full(p.shape, np.nan)
    tested = np.isfinite(p)
    if tested.any():
        adjusted[tested] = stats.false_discovery_control(p[tested], method="bh")
    return adjusted
