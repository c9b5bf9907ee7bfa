"""Bootstrap over clips, which gives every measure of a network its replicates.

Each replicate draws clips with replacement, within groups, and all networks of a study
share the draws. Measures are functions of the number of times that each clip is drawn,
so that the same code computes the value (every clip once) and the replicates.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import sparse

from music_selectivity import seeds


def clip_weights(strata: Sequence[str], draws: int, *names: object) -> np.ndarray:
    """How often each bootstrap sample contains each clip.

    Parameters
    ----------
    strata
        (clips,), such as the groups of the clips. From each stratum, as many clips are
        drawn as it has.
    draws
        Number of bootstrap samples.
    names
        Names of the seed, in ``seeds.generator("bootstrap", *names)``.

    Returns
    -------
    array, shape (clips, 1 + draws)
        The first column is all ones, for the clips themselves. Of the smallest unsigned
        integer type that holds the number of clips, and with it all sums over clips.
    """
    rng = seeds.generator("bootstrap", *names)
    strata = np.asarray(strata)
    weights = np.ones((len(strata), 1 + draws), np.min_scalar_type(len(strata)))
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        for draw in range(1, 1 + draws):
            chosen = rng.integers(len(members), size=len(members))
            weights[members, draw] = np.bincount(chosen, minlength=len(members))
    return weights


def split_weights(clips: pd.DataFrame, split: str, draws: int) -> np.ndarray:
    """`clip_weights` of the clips of a split, in their order, drawn within groups.

    They are the same for all analyses and networks.
    """
    return clip_weights(clips.loc[clips["split"] == split, "group"], draws, split)


def weighted_mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mean of `values`, (clips,), in each sample, (1 + draws,).

    `weights` is (clips, 1 + draws), as from `clip_weights`. The mean of an empty sample
    is NaN.
    """
    weights = weights.astype(np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray(values, np.float64) @ weights / weights.sum(axis=0)


def weighted_common_language(
    x: np.ndarray, x_weights: np.ndarray, y: np.ndarray, y_weights: np.ndarray
) -> np.ndarray:
    """Common-language effect size, P(X > Y) + P(X = Y) / 2, in each bootstrap sample.

    Parameters
    ----------
    x, y
        (n,), (m,).
    x_weights, y_weights
        How often each value is drawn, (n, samples) and (m, samples), whole numbers.

    Returns
    -------
    array, shape (samples,)
        NaN in a sample without x or without y.
    """
    order = np.argsort(y, kind="stable")
    below = np.zeros((len(y) + 1, y_weights.shape[1]), np.int32)
    np.cumsum(y_weights[order], axis=0, out=below[1:])
    # Twice the weight of the y below each x; the y equal to it count half.
    left, right = (np.searchsorted(y[order], x, side) for side in ("left", "right"))
    twice = (x_weights * (below[left] + below[right])).sum(axis=0)
    pairs = x_weights.sum(axis=0, dtype=np.float64) * below[-1]
    with np.errstate(invalid="ignore"):
        return twice / (2 * pairs)


def average_precision(
    labels: np.ndarray, scores: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Average precision of each class in each sample, as defined by scikit-learn.

    It is the mean of the precision at the score of each drawn positive. Clips with
    equal scores are retrieved together. All sums are of whole numbers, and therefore
    exact.

    Parameters
    ----------
    labels
        (classes, clips), or (clips,) for all: 1 or True for a positive.
    scores
        (classes, clips).
    weights
        (clips, samples), whole numbers of a type that holds their sum over clips, as
        from `clip_weights`.

    Returns
    -------
    array, shape (classes, samples)
        NaN in a sample without positives.
    """
    labels = np.broadcast_to(np.asarray(labels, bool), scores.shape)
    # Only scores of positives are thresholds. All that matters of a clip is the first
    # threshold, from the highest, at which it is retrieved: its bin. Behind the bins of
    # a class lies one for clips below all thresholds.
    bins, bounds = np.empty(scores.shape, np.int32), [0]
    for of_class, positive, falling in zip(bins, labels, -scores, strict=True):
        thresholds = np.unique(falling[positive])
        of_class[:] = bounds[-1] + np.searchsorted(thresholds, falling)
        bounds.append(bounds[-1] + len(thresholds) + 1)
    classes, clips = np.nonzero(labels)
    retrieved = _sums(bins.T, bounds[-1], weights)
    hits = _sums(bins[classes, clips, None], bounds[-1], weights[clips])
    found = np.empty((len(labels), weights.shape[1]))
    for k, (start, stop) in enumerate(pairwise(bounds)):
        true, every = (
            np.cumsum(counts[start:stop], axis=0, dtype=weights.dtype)
            for counts in (hits, retrieved)
        )
        precision = true / np.maximum(every, 1)
        with np.errstate(invalid="ignore"):
            found[k] = (hits[start:stop] * precision).sum(axis=0) / true[-1]
    return found


def average_precision_of_each(
    labels: np.ndarray, scores: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """`average_precision` of several scores of the same drawn clips.

    Parameters
    ----------
    labels
        (clips,): 1 or True for a positive.
    scores
        (n, clips).
    weights
        (clips,): how often each clip is drawn.

    Returns
    -------
    array, shape (n,)
        NaN in a sample without positives.
    """
    order = np.argsort(-scores, axis=1)
    descending = np.take_along_axis(scores, order, axis=1)
    weights = np.asarray(weights, np.float64)
    drawn, hits = weights[order], (weights * labels)[order]
    # Clips with equal scores are retrieved together, with the last of them.
    changes = np.diff(descending, axis=1) != 0
    ends = np.where(
        np.pad(changes, [(0, 0), (0, 1)], constant_values=True),
        np.arange(scores.shape[1]),
        scores.shape[1],
    )
    ends = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]
    retrieved, found = (
        np.take_along_axis(np.cumsum(values, axis=1), ends, axis=1)
        for values in (drawn, hits)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = np.where(retrieved > 0, found / retrieved, 0.0)
        return (hits * precision).sum(axis=1) / hits.sum(axis=1)


def _sums(bins: np.ndarray, n_bins: int, weights: np.ndarray) -> np.ndarray:
    """Sums of the weights of the clips in each bin, (n_bins, samples).

    `bins` is (clips, n): a clip is in n bins. The sums are a product with a sparse
    matrix, which reads the weights of each clip once, in order, whatever n is.
    """
    n_clips, n = bins.shape
    ones = np.ones(bins.size, weights.dtype)
    bounds = np.arange(0, bins.size + 1, n)
    shape = (n_bins, n_clips)
    return sparse.csc_array((ones, bins.ravel(), bounds), shape=shape) @ weights
