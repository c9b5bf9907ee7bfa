"""P-values by rank, and that of networks that share permutations."""

import numpy as np
import pytest
from scipy import stats

from music_selectivity.stats.permutations import rank_p, shared_permutation_p


def test_a_rank_counts_ties_against_the_value():
    null = np.array([0.1, 0.2, 0.3, 0.3])
    assert [rank_p(value, null) for value in (0.4, 0.3, 0.2, 0)] == [0.2, 0.6, 0.8, 1]
    assert np.isnan(rank_p(np.nan, null)) and np.isnan(rank_p(0.3, null[:0]))


@pytest.mark.parametrize("n", [19, 20])
def test_a_value_like_the_null_sample_is_significant_in_one_case_of_twenty(n):
    """Also if the largest of several layers is compared with those of twins."""
    rng = np.random.default_rng(0)
    layers = rng.normal(size=(4000, 1 + n, 5)) + rng.normal(size=(4000, 1 + n, 1))
    largest = layers.max(axis=2)
    found = sum(rank_p(each[0], each[1:]) <= 0.05 for each in largest)
    # The smallest possible p-value is 1 / (n + 1).
    low, high = stats.binom.interval(0.999, 4000, 1 / (n + 1))
    assert low <= found <= high


def test_p_of_shared_permutations_is_the_rank_of_the_mean():
    ratios = np.array([1.2, 1.3])
    permuted = np.array([[1.0, 1.5, 1.1, 1.3], [1.1, 1.4, 1.2, 1.1]])
    # Means are 1.05, 1.45, 1.15 and 1.2; measured is 1.25.
    assert shared_permutation_p(ratios, permuted) == 2 / 5
    assert shared_permutation_p(ratios - 0.05, permuted) == 3 / 5
    assert np.isnan(shared_permutation_p(ratios, permuted[:, :0]))
    assert np.isnan(shared_permutation_p(ratios, permuted - 1.05))
