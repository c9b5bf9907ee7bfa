"""Similarity of two representations of the same observations.

Both measures compare products or distances between pairs of observations, so that the
representations may have different numbers of units, and no regression is fitted.
"""

import numpy as np

from music_selectivity.stats.jackknife import Jackknifed, correlation


def rsa(first: np.ndarray, second: np.ndarray, permutations: np.ndarray) -> Jackknifed:
    """Representational similarity: Spearman's correlation of dissimilarities.

    The dissimilarity of two observations is 1 less Pearson's correlation over units
    (Kriegeskorte, Mur & Bandettini 2008). Pairs of distinct observations are compared.

    Parameters
    ----------
    first, second
        (observations, units).
    permutations
        (permutations, observations): orders of the observations of `second`.

    Returns
    -------
    Jackknifed
        NaN where a representation does not vary.
    """
    pairs = np.triu_indices(len(first), k=1)
    # Ranks follow from counts of smaller and equal pairs, so that the pairs are sorted
    # once, and not for every observation that is left out.
    with np.errstate(divide="ignore", invalid="ignore"):
        numbers = [
            np.unique(1 - np.corrcoef(units)[pairs], return_inverse=True)[1]
            for units in (first, second)
        ]
    without = []
    for left_out in range(len(first)):
        kept = (pairs[0] != left_out) & (pairs[1] != left_out)
        without.append(correlation(*(_ranks(each[kept]) for each in numbers)))
    ranks = [_ranks(each) for each in numbers]
    of_second = np.empty((len(first), len(first)))
    of_second[pairs] = of_second[pairs[::-1]] = ranks[1]
    null = [
        correlation(ranks[0], of_second[order[pairs[0]], order[pairs[1]]])
        for order in permutations
    ]
    return Jackknifed(correlation(*ranks), np.array(without), np.array(null))


def cka(first: np.ndarray, second: np.ndarray, permutations: np.ndarray) -> Jackknifed:
    """Linear centred kernel alignment, without the bias of many units.

    Kornblith, Norouzi, Lee & Hinton 2019, with the unbiased estimator of the
    Hilbert-Schmidt independence criterion (HSIC; Song et al. 2012, equation 5), which
    is 0 on average for unrelated representations, however many units they have.

    Parameters and result as for `rsa`.
    """
    one, two = _kernel(first), _kernel(second)
    null = np.array([_hsic(one, two[np.ix_(each, each)]) for each in permutations])
    with np.errstate(divide="ignore", invalid="ignore"):
        norm = np.sqrt(_hsic(one, one) * _hsic(two, two))
        norms = np.sqrt(_hsic_without_each(one, one) * _hsic_without_each(two, two))
        return Jackknifed(
            _hsic(one, two) / norm, _hsic_without_each(one, two) / norms, null / norm
        )


def _kernel(features: np.ndarray) -> np.ndarray:
    """Products of the centred rows; 0 on the diagonal, which makes HSIC unbiased."""
    centred = features - features.mean(axis=0)
    products = centred @ centred.T
    np.fill_diagonal(products, 0)
    return products


def _hsic(one: np.ndarray, two: np.ndarray) -> float:
    """Unbiased HSIC of two kernels, up to a factor that cancels in CKA."""
    sums, of_two = one.sum(axis=0), two.sum(axis=0)
    return _combined(
        len(one), (one * two).sum(), sums.sum() * of_two.sum(), sums @ of_two
    )


def _hsic_without_each(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """`_hsic` without each observation in turn, (observations,)."""
    sums, of_two = one.sum(axis=0), two.sum(axis=0)
    products = (one * two).sum(axis=0)
    return _combined(
        len(one) - 1,
        products.sum() - 2 * products,
        (sums.sum() - 2 * sums) * (of_two.sum() - 2 * of_two),
        sums @ of_two - two @ sums - one @ of_two + products - sums * of_two,
    )


def _combined(
    n: int,
    products: np.ndarray | float,
    totals: np.ndarray | float,
    row_products: np.ndarray | float,
) -> np.ndarray | float:
    """HSIC from sums over pairs: of products, and of products of totals and rows."""
    return products + totals / ((n - 1) * (n - 2)) - 2 * row_products / (n - 2)


def _ranks(numbers: np.ndarray) -> np.ndarray:
    """Ranks of small whole numbers; equal ones share their mean rank."""
    counts = np.bincount(numbers)
    return (np.cumsum(counts) - (counts - 1) / 2)[numbers]
