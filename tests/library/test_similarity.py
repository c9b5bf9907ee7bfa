"""RSA and CKA: against scipy and against their definitions."""

from itertools import permutations as orders_of

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist
from scipy.stats import rankdata, spearmanr

from music_selectivity.stats.bootstrap import clip_weights
from music_selectivity.stats.similarity import _ranks, cka, rsa

N = 24
NONE = np.empty((0, N), int)


def representations(seed=0, first=9, second=30, shared=1.0):
    rng = np.random.default_rng(seed)
    latent = shared * rng.normal(size=(N, 3))
    return [
        latent @ rng.normal(size=(3, units)) + rng.normal(size=(N, units))
        for units in (first, second)
    ]


def orders(count, seed=1):
    rng = np.random.default_rng(seed)
    return np.array([rng.permutation(N) for _ in range(count)])


def scipys_rsa(first, second):
    both = [pdist(each, "correlation") for each in (first, second)]
    return spearmanr(*both).statistic


def song_hsic(first, second):
    """Equation 5 of Song et al. 2012, as written there."""
    n = len(first)
    k, m = (each @ each.T for each in (first, second))
    np.fill_diagonal(k, 0)
    np.fill_diagonal(m, 0)
    one = np.ones(n)
    return (
        np.trace(k @ m)
        + (one @ k @ one) * (one @ m @ one) / ((n - 1) * (n - 2))
        - 2 / (n - 2) * (one @ k @ m @ one)
    ) / (n * (n - 3))


def definition_of_cka(first, second):
    return song_hsic(first, second) / np.sqrt(
        song_hsic(first, first) * song_hsic(second, second)
    )


MEASURES = pytest.mark.parametrize(
    ("measure", "reference"), [(rsa, scipys_rsa), (cka, definition_of_cka)]
)


@MEASURES
@pytest.mark.parametrize("shared", [0.0, 1.0])
def test_values_are_those_of_the_reference(measure, reference, shared):
    first, second = representations(shared=shared)
    permuted = orders(5)
    found = measure(first, second, permuted)
    assert found.value == pytest.approx(reference(first, second))
    for left_out in range(N):
        kept = np.arange(N) != left_out
        expected = reference(first[kept], second[kept])
        assert found.without[left_out] == pytest.approx(expected)
    for value, order in zip(found.null, permuted, strict=True):
        assert value == pytest.approx(reference(first, second[order]))


@given(st.lists(st.integers(0, 9), min_size=1))
def test_ranks_are_scipys(numbers):
    np.testing.assert_array_equal(_ranks(np.array(numbers)), rankdata(numbers))


@MEASURES
def test_a_representation_is_most_similar_to_itself(measure, reference):
    first, second = representations()
    assert measure(first, first, NONE).value == pytest.approx(1)
    found, back = measure(first, second, NONE), measure(second, first, NONE)
    assert found.value == pytest.approx(back.value)


def test_cka_is_blind_to_rotation_scale_and_offset():
    first, second = representations()
    rotation, _ = np.linalg.qr(np.random.default_rng(2).normal(size=(9, 9)))
    one = cka(first, second, NONE)
    two = cka(5 + 3 * first @ rotation, second, NONE)
    assert two.value == pytest.approx(one.value)
    np.testing.assert_allclose(two.without, one.without)


@pytest.mark.parametrize("units", [6, 200])
def test_unrelated_representations_are_not_similar(units):
    """However many units they have, and by p-values of which 5 % are at most .05."""
    found = {rsa: [], cka: []}
    for seed in range(200):
        both = representations(seed, units, units, shared=0)
        for measure, results in found.items():
            result = measure(*both, orders(19, seed))
            results.append((float(result.value), float(result.p())))
    for results in found.values():
        value, p = np.transpose(results)
        assert abs(value.mean()) < 3.5 * value.std() / np.sqrt(200)
        assert 0.01 < (p <= 0.05).mean() < 0.10


@pytest.mark.parametrize("measure", [rsa, cka])
def test_intervals_cover_the_expected_similarity(measure):
    weights = clip_weights(["x"] * N, 200, "similarity")
    found = []
    for seed in range(200):
        # The same units hear other sounds in each study.
        units = np.random.default_rng(7)
        mixing = [units.normal(size=(3, count)) for count in (9, 30)]
        rng = np.random.default_rng(seed)
        latent = rng.normal(size=(N, 3))
        both = [latent @ each + rng.normal(size=(N, each.shape[1])) for each in mixing]
        replicates = measure(*both, NONE).replicates(weights)
        found.append((replicates[0], replicates[1:].std()))
    value, error = np.transpose(found)
    covered = abs(value - value.mean()) < 1.96 * error
    assert 0.88 < covered.mean() < 0.99


def test_all_orders_of_few_sounds_give_the_exact_p_value():
    first, second = (each[:5] for each in representations())
    every = np.array(list(orders_of(range(5))))
    found = rsa(first, second, every)
    exact = np.mean([scipys_rsa(first, second[list(o)]) >= found.value for o in every])
    assert float(found.p()) == pytest.approx((1 + 120 * exact) / 121, abs=2 / 121)
