"""Ranks of measured values among those of permutations, or of other null samples."""

import numpy as np


def rank_p(value: float, null: np.ndarray) -> float:
    """One-sided p-value of a value by its rank among those of a null sample.

    It is ``(1 + those at or above it) / (1 + their number)``, which is valid for a null
    sample of any size (Phipson & Smyth 2010); NaN if the value is NaN or the sample is
    empty.
    """
    if np.isnan(value) or not len(null):
        return float("nan")
    return (1 + np.count_nonzero(null >= value)) / (1 + len(null))


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
        `rank_p` of the mean ratio; NaN without permutations, or if a ratio is not
        positive, as ratios of principal components may be.
    """
    usable = permuted.size and (ratios > 0).all() and (permuted > 0).all()
    if not usable:
        return float("nan")
    return rank_p(ratios.mean(), permuted.mean(axis=0))
