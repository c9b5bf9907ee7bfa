"""Bootstrap over clips: every measure of a network with its replicates.

A replicate draws the clips anew, with replacement and within their groups, and all
networks of a study see the same draws. A measure is written as a function of how often
each clip is drawn, so that its value (every clip once) and its replicates come of one
and the same line of code.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from music_selectivity import seeds


def clip_weights(strata: Sequence[str], draws: int, *names: object) -> np.ndarray:
    """How often each clip stands in each bootstrap sample.

    Parameters
    ----------
    strata
        (clips,), such as the clips' groups: as many are drawn of each as there are.
    draws
        Number of bootstrap samples.
    names
        Of the seed, by ``seeds.generator("bootstrap", *names)``.

    Returns
    -------
    array, shape (clips, 1 + draws), uint8
        The first column is all ones: the clips themselves. Counts above 255, which do
        not occur, would be cut.
    """
    rng = seeds.generator("bootstrap", *names)
    strata = np.asarray(strata)
    weights = np.ones((len(strata), 1 + draws), np.uint8)
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        for draw in range(1, 1 + draws):
            chosen = rng.integers(len(members), size=len(members))
            counts = np.bincount(chosen, minlength=len(members))
            weights[members, draw] = np.minimum(counts, 255)
    return weights


def split_weights(clips: pd.DataFrame, split: str, draws: int) -> np.ndarray:
    """`clip_weights` of the clips of a split, in their order, drawn within groups.

    Every analysis of every network that asks for them gets the same.
    """
    return clip_weights(clips.loc[clips["split"] == split, "group"], draws, split)


def weighted_mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mean of `values`, (clips,), in each sample, (1 + draws,); NaN in an empty one."""
    weights = weights.astype(np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray(values, np.float64) @ weights / weights.sum(axis=0)


def average_precision(
    labels: np.ndarray, scores: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Average precision of one class in each sample, as scikit-learn defines it.

    The mean, over the positives drawn, of the precision at each one's score; clips of
    equal score stand or fall together.

    Parameters
    ----------
    labels, scores
        (clips,): 1 or True for a positive, and its score.
    weights
        (clips, 1 + draws), as `clip_weights` gives them; (clips, 1) ones for the
        value alone. Fastest as float32: with many classes, convert them once.

    Returns
    -------
    array, shape (1 + draws,)
        NaN in a sample without positives.
    """
    order = np.argsort(-np.asarray(scores), kind="stable")
    descending, positive = scores[order], labels[order].astype(bool)
    # Clips down to, and with, the last of equal score: only such ends are thresholds,
    # and only those with a positive in them count.
    ends = np.append(np.flatnonzero(np.diff(descending)), len(order) - 1)
    threshold = np.searchsorted(ends, np.flatnonzero(positive))
    used, first = np.unique(threshold, return_index=True)
    if len(used) == 0:
        return np.full(weights.shape[1], np.nan)
    bounds = np.append(0, ends[used] + 1)
    retrieved = _sums(order[: bounds[-1]], bounds, weights)
    hits = _sums(order[positive], np.append(first, len(threshold)), weights)
    retrieved = np.cumsum(retrieved, axis=0, dtype=np.float64)
    found = np.cumsum(hits, axis=0, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = np.where(retrieved > 0, found / retrieved, 0.0)
        return (hits * precision).sum(axis=0) / found[-1]


def _sums(clips: np.ndarray, bounds: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Sums of the weights of ``clips[bounds[i]:bounds[i + 1]]``, a row for each i.

    As a product with a sparse matrix, which reads every clip's weights once and in
    place. Whole numbers are exact in float32 up to 2**24.
    """
    shape = (len(bounds) - 1, len(weights))
    ones = np.ones(len(clips), np.float32)
    return sparse.csr_array((ones, clips, bounds), shape=shape) @ weights
