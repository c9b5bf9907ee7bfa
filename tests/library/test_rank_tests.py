"""Tests and effect sizes against the paper's numbers, enumeration and brute force."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from music_selectivity.errors import InputError
from music_selectivity.stats import rank_tests

small = st.lists(st.integers(-4, 4).map(float), min_size=1, max_size=8)
apart = np.arange(5.0) + 10


def test_the_papers_smallest_p_values():
    """p = .031 and .006 with 5 networks, one-tailed."""
    assert rank_tests.signed_rank(apart, 0.0, "greater").p == 1 / 32
    assert rank_tests.signed_rank(apart, np.arange(5.0)[::-1], "greater").p == 1 / 32
    found = rank_tests.rank_sum(apart, np.arange(5.0), "greater")
    assert round(found.p, 3) == 0.006
    assert found.effect_size == 1


def test_only_the_continuity_correction_gives_the_papers_rank_sum():
    x, y = apart, np.arange(5.0)
    assert round(stats.ranksums(x, y, alternative="greater").pvalue, 3) != 0.006
    exact = stats.mannwhitneyu(x, y, alternative="greater", method="exact").pvalue
    assert round(exact, 3) != 0.006
    # The other p-value that the paper gives, .417, is that of U = 14.
    x, y = np.array([1, 3, 5, 7, 8.5]), np.array([0, 2, 4, 6, 9.0])
    assert rank_tests.common_language(x, y) == 14 / 25
    assert round(rank_tests.rank_sum(x, y, "greater").p, 3) == 0.417


def enumerated_signed_rank(differences):
    """One-tailed p over all sign flips; zeros dropped, ties by mean rank."""
    kept = np.array([d for d in differences if d])
    if not len(kept):
        return 1.0
    ranks = stats.rankdata(np.abs(kept))
    observed = ranks[kept > 0].sum()
    sums = [
        ranks[np.array(signs)].sum()
        for signs in itertools.product([False, True], repeat=len(kept))
    ]
    return np.mean([total >= observed - 1e-9 for total in sums])


@settings(max_examples=40)
@given(small)
def test_signed_rank_is_exact_with_zeros_and_ties(differences):
    found = rank_tests.signed_rank(differences, 0.0, "greater").p
    assert found == pytest.approx(enumerated_signed_rank(differences), abs=1e-12)
    less = rank_tests.signed_rank([-d for d in differences], 0.0, "less").p
    assert less == pytest.approx(found)


@pytest.mark.parametrize(
    ("differences", "effect_size"),
    [
        ([-1, -2, 3, -4, 5], 0.533),  # W+ = 8
        ([1, -2, -3, -4, -5], 0.067),  # W+ = 1
        ([1, 2, 3, 4, 5], 1),
        ([-1, -2, -3, -4, -5], 0),
    ],
)
def test_effect_sizes_of_signed_ranks_are_the_papers(differences, effect_size):
    """W+ over the sum of the ranks of five networks, 15."""
    x, y = np.array(differences) + np.arange(5.0), np.arange(5.0)
    found = rank_tests.signed_rank(x, y, "greater").effect_size
    assert found == pytest.approx(effect_size, abs=0.0005)


@settings(max_examples=40)
@given(small.filter(any))
def test_effect_sizes_of_signed_ranks_are_shares_of_scipys_statistic(differences):
    """Over the differences that are not zero, with tied ranks shared."""
    n = np.count_nonzero(differences)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = stats.wilcoxon(differences, alternative="greater").statistic
    found = rank_tests.signed_rank(differences).effect_size
    assert found == pytest.approx(statistic / (n * (n + 1) / 2))
    turned = rank_tests.signed_rank([-each for each in differences]).effect_size
    assert found + turned == pytest.approx(1)


def test_signed_rank_pairs():
    x, y = np.array([1.0, 5.0, 9.0]), np.array([0.5, 4.0, 8.8])
    paired = rank_tests.signed_rank(x, y, "greater")
    assert paired.p == rank_tests.signed_rank(x - y, 0.0, "greater").p == 1 / 8
    assert rank_tests.signed_rank(x, y, "two-sided").p == 1 / 4
    with pytest.raises(ValueError, match="3 and 2"):
        rank_tests.signed_rank(x, y[:2])


def test_equal_samples_are_no_evidence():
    assert rank_tests.signed_rank([2.0, 3.0], [2.0, 3.0], "greater") == (1.0, 0.5)
    assert rank_tests.rank_sum([2.0, 2.0], [2.0, 2.0, 2.0], "greater") == (1.0, 0.5)


@given(small, small)
def test_common_language_is_the_share_of_pairs(x, y):
    pairs = [(a > b) + (a == b) / 2 for a, b in itertools.product(x, y)]
    found = rank_tests.common_language(x, y)
    assert found == pytest.approx(np.mean(pairs), abs=1e-12)
    assert found + rank_tests.common_language(y, x) == pytest.approx(1)


def test_rank_sum_by_hand():
    """U = 7 of 3 x 4 without ties: z = (7 - 6 - 0.5) / sqrt(3 * 4 * 8 / 12)."""
    x, y = [2.0, 5.0, 6.0], [1.0, 3.0, 4.0, 7.0]
    found = rank_tests.rank_sum(x, y, "greater")
    assert found.effect_size == 7 / 12
    assert found.p == pytest.approx(stats.norm.sf(0.5 / np.sqrt(8)))
    assert rank_tests.rank_sum(y, x, "less").p == pytest.approx(found.p)


@pytest.mark.parametrize(
    ("test", "n", "m", "alternative", "expected"),
    [
        ("signed_rank", 1, None, "greater", 1 / 2),
        ("signed_rank", 4, None, "less", 1 / 16),
        ("signed_rank", 5, None, "greater", 1 / 32),
        ("signed_rank", 5, None, "two-sided", 1 / 16),
        ("rank_sum", 5, 5, "greater", stats.norm.sf(12 / np.sqrt(25 * 11 / 12))),
        ("rank_sum", 2, 2, "less", stats.norm.sf(1.5 / np.sqrt(4 * 5 / 12))),
        ("rank_sum", 3, 5, "two-sided", 2 * stats.norm.sf(7 / np.sqrt(15 * 9 / 12))),
    ],
)
def test_smallest_p(test, n, m, alternative, expected):
    found = rank_tests.smallest_p(test, n, m, alternative)
    assert found == pytest.approx(expected, rel=1e-12)


@given(st.permutations(range(8)), st.sampled_from(rank_tests.ALTERNATIVES))
def test_nothing_without_ties_is_below_the_smallest_p(order, alternative):
    x, y = np.array(order[:4], float), np.array(order[4:], float)
    assert (
        rank_tests.rank_sum(x, y, alternative).p
        >= rank_tests.smallest_p("rank_sum", 4, 4, alternative) - 1e-12
    )
    differences = (np.array(order) + 1.0) * np.where(np.array(order) % 2, 1, -1)
    assert rank_tests.signed_rank(
        differences, 0.0, alternative
    ).p >= rank_tests.smallest_p("signed_rank", 8, None, alternative)


def test_unknown_test_or_alternative():
    with pytest.raises(ValueError, match="t_test"):
        rank_tests.smallest_p("t_test", 5)
    with pytest.raises(ValueError, match="alternative"):
        rank_tests.rank_sum([1.0], [2.0], "greather")


@pytest.mark.parametrize("sample", [[], [1.0, np.nan], [np.inf]])
def test_samples_that_cannot_be_tested(sample):
    with pytest.raises(InputError, match="leave out"):
        rank_tests.common_language(sample, [1.0])
