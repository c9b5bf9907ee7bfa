"""Tests and effect sizes against the paper's numbers, enumeration and brute force."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from music_selectivity.errors import InputError
from music_selectivity.stats import rank_tests as statistics

small = st.lists(st.integers(-4, 4).map(float), min_size=1, max_size=8)
apart = np.arange(5.0) + 10


def test_the_papers_smallest_p_values():
    """p = .031 and .006 with 5 networks, one-tailed."""
    assert statistics.signed_rank(apart, 0.0, "greater").p == 1 / 32
    assert statistics.signed_rank(apart, np.arange(5.0)[::-1], "greater").p == 1 / 32
    found = statistics.rank_sum(apart, np.arange(5.0), "greater")
    assert round(found.p, 3) == 0.006
    assert found.effect_size == 1


def test_only_the_continuity_correction_gives_the_papers_rank_sum():
    x, y = apart, np.arange(5.0)
    assert round(stats.ranksums(x, y, alternative="greater").pvalue, 3) != 0.006
    exact = stats.mannwhitneyu(x, y, alternative="greater", method="exact").pvalue
    assert round(exact, 3) != 0.006
    # The other p-value that the paper gives, .417, is that of U = 14.
    x, y = np.array([1, 3, 5, 7, 8.5]), np.array([0, 2, 4, 6, 9.0])
    assert statistics.common_language(x, y) == 14 / 25
    assert round(statistics.rank_sum(x, y, "greater").p, 3) == 0.417


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


@given(small)
def test_signed_rank_is_exact_with_zeros_and_ties(differences):
    found = statistics.signed_rank(differences, 0.0, "greater").p
    assert found == pytest.approx(enumerated_signed_rank(differences), abs=1e-12)
    less = statistics.signed_rank([-d for d in differences], 0.0, "less").p
    assert less == pytest.approx(found)


def test_signed_rank_pairs():
    x, y = np.array([1.0, 5.0, 9.0]), np.array([0.5, 4.0, 8.8])
    paired = statistics.signed_rank(x, y, "greater")
    assert paired.p == statistics.signed_rank(x - y, 0.0, "greater").p == 1 / 8
    assert statistics.signed_rank(x, y, "two-sided").p == 1 / 4
    with pytest.raises(ValueError, match="3 and 2"):
        statistics.signed_rank(x, y[:2])


def test_equal_samples_are_no_evidence():
    assert statistics.signed_rank([2.0, 3.0], [2.0, 3.0], "greater") == (1.0, 0.5)
    assert statistics.rank_sum([2.0, 2.0], [2.0, 2.0, 2.0], "greater") == (1.0, 0.5)


@given(small, small)
def test_common_language_is_the_share_of_pairs(x, y):
    pairs = [(a > b) + (a == b) / 2 for a, b in itertools.product(x, y)]
    found = statistics.common_language(x, y)
    assert found == pytest.approx(np.mean(pairs), abs=1e-12)
    assert found + statistics.common_language(y, x) == pytest.approx(1)


def test_rank_sum_by_hand():
    """U = 7 of 3 x 4 without ties: z = (7 - 6 - 0.5) / sqrt(3 * 4 * 8 / 12)."""
    x, y = [2.0, 5.0, 6.0], [1.0, 3.0, 4.0, 7.0]
    found = statistics.rank_sum(x, y, "greater")
    assert found.effect_size == 7 / 12
    assert found.p == pytest.approx(stats.norm.sf(0.5 / np.sqrt(8)))
    assert statistics.rank_sum(y, x, "less").p == pytest.approx(found.p)


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
    found = statistics.smallest_p(test, n, m, alternative)
    assert found == pytest.approx(expected, rel=1e-12)


@given(st.permutations(range(8)), st.sampled_from(statistics.ALTERNATIVES))
def test_nothing_without_ties_is_below_the_smallest_p(order, alternative):
    x, y = np.array(order[:4], float), np.array(order[4:], float)
    assert (
        statistics.rank_sum(x, y, alternative).p
        >= statistics.smallest_p("rank_sum", 4, 4, alternative) - 1e-12
    )
    differences = (np.array(order) + 1.0) * np.where(np.array(order) % 2, 1, -1)
    assert statistics.signed_rank(
        differences, 0.0, alternative
    ).p >= statistics.smallest_p("signed_rank", 8, None, alternative)


def test_unknown_test_or_alternative():
    with pytest.raises(ValueError, match="t_test"):
        statistics.smallest_p("t_test", 5)
    with pytest.raises(ValueError, match="alternative"):
        statistics.rank_sum([1.0], [2.0], "greather")


def test_interval_of_many_networks_is_that_of_their_mean():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(40, 1))
    low, high = statistics.network_interval(values, rng)
    half = 1.96 * values.std() / np.sqrt(40)
    assert high - low == pytest.approx(2 * half, rel=0.1)
    assert low < values.mean() < high


def test_interval_joins_the_spread_of_clips_and_networks():
    rng = np.random.default_rng(0)
    clips = 0.3 * rng.normal(size=2000)  # what a draw of clips does to all networks
    networks = 0.5 * rng.normal(size=(40, 1))
    values = np.hstack([networks, networks + clips])
    low, high = statistics.network_interval(values, rng)
    spread = np.sqrt(0.3**2 + networks.var() / 40)
    assert high - low == pytest.approx(2 * 1.96 * spread, rel=0.1)


def test_interval_of_a_contrast_is_that_of_the_paired_differences():
    rng = np.random.default_rng(0)
    networks, clips = rng.normal(size=(40, 1)), rng.normal(size=2000)
    second = np.hstack([networks, networks + clips])
    first = second + 0.2 * rng.normal(size=(40, 1)) + 3
    low, high = statistics.contrast_interval(first, second, True, rng)
    spread = (first - second)[:, 0].std() / np.sqrt(40)
    assert high - low == pytest.approx(2 * 1.96 * spread, rel=0.1)
    assert low < 3 < high


def test_interval_of_a_contrast_of_two_kinds_draws_each_by_itself():
    """The luck of the clips cancels, that of the networks adds up."""
    rng = np.random.default_rng(0)
    clips = rng.normal(size=2000)
    networks = 0.5 * rng.normal(size=(2, 40, 1))
    first, second = (np.hstack([kind, kind + clips]) for kind in networks)
    low, high = statistics.contrast_interval(first, second, False, rng)
    spread = np.sqrt(networks.var(axis=1).sum() / 40)
    assert high - low == pytest.approx(2 * 1.96 * spread, rel=0.1)


def test_what_has_no_replicates_counts_as_it_stands():
    rng = np.random.default_rng(0)
    first = 2 + 0.3 * rng.normal(size=(1, 2001))
    second = np.full((1, 2001), np.nan)
    second[0, 0] = 0.5
    low, high = statistics.contrast_interval(first, second, True, rng)
    assert high - low == pytest.approx(2 * 1.96 * 0.3, rel=0.1)
    assert low < first[0, 0] - 0.5 < high


def test_interval_stands_on_the_value_whatever_the_bias_of_the_replicates():
    replicates = np.random.default_rng(0).normal(5, 1, 4000)
    low, high = statistics.bootstrap_interval(2.0, replicates)
    assert (low + high) / 2 == pytest.approx(2, abs=0.1)
    assert high - low == pytest.approx(2 * 1.96, rel=0.05)


def test_interval_of_nothing_to_draw_from():
    rng = np.random.default_rng(0)
    assert np.isnan(statistics.network_interval([[3.0]], rng)).all()
    assert np.isnan(statistics.bootstrap_interval(1.0, [np.nan, np.nan])).all()


def test_adjusted_p_values_leave_out_the_untested():
    p = np.array([0.01, np.nan, 0.02, 0.5])
    expected = [0.03, np.nan, 0.03, 0.5]
    np.testing.assert_allclose(statistics.benjamini_hochberg(p), expected)
    assert np.isnan(statistics.benjamini_hochberg([np.nan])).all()


@pytest.mark.parametrize("sample", [[], [1.0, np.nan], [np.inf]])
def test_samples_that_cannot_be_tested(sample):
    with pytest.raises(InputError, match="leave out"):
        statistics.common_language(sample, [1.0])
