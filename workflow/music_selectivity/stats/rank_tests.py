"""Rank tests and effect sizes over networks, as the paper uses them.

A sample holds one value per network, so its size is the number of seeds. Two measures
of the same networks are paired (signed-rank test), two kinds of network are not
(rank-sum test).
"""

import functools
from typing import NamedTuple

import numpy as np
from scipy import stats

from music_selectivity.errors import InputError

ALTERNATIVES = ("two-sided", "less", "greater")


class RankTest(NamedTuple):
    """The p-value, and the effect size, from 0 (x below y) over 0.5 to 1 (x above y).

    Those of the paper: for the rank-sum test, the probability that a value of x exceeds
    one of y, U / (n m); for the signed-rank test, the share of the positive differences
    in the sum of ranks, W+ / (n (n + 1) / 2). The paper's text defines one probability
    for both, but it reports U = 8 with .533 and U = 1 with .067 (Fig. 4b), which are
    shares of 15, the sum of five ranks.
    """

    p: float
    effect_size: float


def signed_rank(
    x: np.ndarray, y: np.ndarray | float = 0.0, alternative: str = "two-sided"
) -> RankTest:
    """Wilcoxon's signed-rank test of paired samples, or of one against a constant.

    Zero differences are dropped, as Wilcoxon did; tied ones share their mean rank.
    The p-value is exact, over all sign flips, for up to 13 differences, and for up to
    50 without zeros or ties; for more it is the normal approximation. With 5 networks
    that all agree, the one-tailed p is 1/32, the paper's .031. If all differences are
    zero, p is 1 and the effect size 0.5.

    Parameters
    ----------
    x, y
        (networks,), in the same order; or y a constant.
    alternative
        "two-sided", or for one tail that x is "greater" or "less" than y.

    Raises
    ------
    InputError
        A sample is empty or holds a value that is not finite.
    ValueError
        The samples differ in size, or the alternative is unknown.
    """
    x = _sample(x)
    y = np.broadcast_to(y, x.shape) if np.ndim(y) == 0 else _sample(y)
    if x.shape != y.shape:
        raise ValueError(f"paired samples of {len(x)} and {len(y)} networks")
    _check_alternative(alternative)
    differences = (x - y)[x != y]
    if len(differences) == 0:
        return RankTest(1.0, 0.5)
    # scipy computes a z-value first that it does not use for small samples.
    with np.errstate(divide="ignore", invalid="ignore"):
        test = stats.wilcoxon(differences, alternative=alternative)
    ranks = stats.rankdata(np.abs(differences))
    positive = ranks[differences > 0].sum() / ranks.sum()
    return RankTest(float(test.pvalue), float(positive))


def rank_sum(x: np.ndarray, y: np.ndarray, alternative: str = "two-sided") -> RankTest:
    """Wilcoxon's rank-sum (Mann-Whitney) test of two sets of networks.

    The p-value is the normal approximation with continuity and tie correction, because
    this gives the paper's numbers: 5 networks all above 5 others have a one-tailed p
    of .006 (.0045 without the continuity correction, .004 exactly), and the paper's
    .417 is the one-tailed p of U = 14. If all values are equal, p is 1.

    Parameters
    ----------
    x, y
        (networks,); the samples may differ in size.
    alternative
        As for `signed_rank`.

    Raises
    ------
    InputError
        A sample is empty or holds a value that is not finite.
    ValueError
        The alternative is unknown.
    """
    x, y = _sample(x), _sample(y)
    _check_alternative(alternative)
    if np.ptp(np.concatenate([x, y])) == 0:
        return RankTest(1.0, 0.5)
    test = stats.mannwhitneyu(
        x, y, alternative=alternative, method="asymptotic", use_continuity=True
    )
    return RankTest(float(test.pvalue), common_language(x, y))


def common_language(x: np.ndarray, y: np.ndarray) -> float:
    """Common-language effect size, P(X > Y) + P(X = Y) / 2 over all pairs.

    It takes n log n steps, from ranks: the ranks of x in both samples together, less
    the ranks of x alone, count the y below each x.

    Raises
    ------
    InputError
        A sample is empty or holds a value that is not finite.
    """
    x, y = _sample(x), _sample(y)
    ranks = stats.rankdata(np.concatenate([x, y]))[: len(x)]
    return float((ranks.sum() - len(x) * (len(x) + 1) / 2) / (len(x) * len(y)))


@functools.cache
def smallest_p(
    test: str, n: int, m: int | None = None, alternative: str = "two-sided"
) -> float:
    """The least p-value that samples without ties reach, when they do not overlap.

    Parameters
    ----------
    test
        "signed_rank" or "rank_sum".
    n, m
        Networks in the first and, for rank_sum, the second sample.
    alternative
        As for `signed_rank`; both one-tailed tests reach the same p-value.

    Raises
    ------
    ValueError
        The test or the alternative is unknown.
    """
    _check_alternative(alternative)
    tail = "two-sided" if alternative == "two-sided" else "greater"
    if test == "signed_rank":
        return signed_rank(np.arange(1.0, n + 1), 0.0, tail).p
    if test == "rank_sum" and m is not None:
        return rank_sum(np.arange(m, m + n), np.arange(m), tail).p
    raise ValueError(f"test {test!r} of {n} and {m} networks")


def _sample(values: np.ndarray) -> np.ndarray:
    values = np.asarray(values, dtype=np.float64).ravel()
    if len(values) == 0 or not np.isfinite(values).all():
        raise InputError(
            f"a sample of {len(values)} values with "
            f"{np.count_nonzero(~np.isfinite(values))} not finite cannot be tested; "
            "leave out networks without a value"
        )
    return values


def _check_alternative(alternative: str) -> None:
    if alternative not in ALTERNATIVES:
        raise ValueError(f"alternative {alternative!r}, not one of {ALTERNATIVES}")
