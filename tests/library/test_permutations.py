"""The p-value of networks that share permutations."""

import numpy as np

from music_selectivity.stats.permutations import shared_permutation_p


def test_p_of_shared_permutations_is_the_rank_of_the_mean():
    ratios = np.array([1.2, 1.3])
    permuted = np.array([[1.0, 1.5, 1.1, 1.3], [1.1, 1.4, 1.2, 1.1]])
    # Means are 1.05, 1.45, 1.15 and 1.2; measured is 1.25.
    assert shared_permutation_p(ratios, permuted) == 2 / 5
    assert shared_permutation_p(ratios - 0.05, permuted) == 3 / 5
    assert np.isnan(shared_permutation_p(ratios, permuted[:, :0]))
    assert np.isnan(shared_permutation_p(ratios, permuted - 1.05))
