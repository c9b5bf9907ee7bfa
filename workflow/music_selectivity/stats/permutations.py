"""A permutation test over networks that hear the same clips."""

import numpy as np


def shared_permutation_p(ratios: np.ndarray, permuted: np.ndarray) -> float:
    """One-sided p-value of the mean ratio over networks that share permutations.

    Which clips were drawn affects all networks in the same way, with true labels and
    under a permutation that they share. Unlike a test over networks, this test
    therefore counts that agreement once.

    Parameters
    ----------
    ratios
        Measured response ratio of each network, (networks,).
    permuted
        Ratios of each under the same permutations, (networks, permutations).

    Returns
    -------
    float
        ``(1 + permutations whose mean is at or above the measured) / (1 +
        permutations)``; NaN without permutations, or if a ratio is not positive, as
        ratios of principal components may be.
    """
    usable = permuted.size and (ratios > 0).all() and (permuted > 0).all()
    if not usable:
        return float("nan")
    at_or_above = np.count_nonzero(permuted.mean(axis=0) >= ratios.mean())
    return (1 + at_or_above) / (1 + permuted.shape[1])
