"""Jackknife: replicates against the bootstrap, and correlations against their own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity.stats.bootstrap import clip_weights, weighted_mean
from music_selectivity.stats.jackknife import (
    Jackknifed,
    correlation,
    correlation_without_each,
)


def without_each(measure, *arrays):
    """A measure without each observation, computed from the others."""
    n = len(arrays[0])
    return np.array(
        [measure(*(np.delete(x, i, axis=0) for x in arrays)) for i in range(n)]
    )


def jackknifed(value, without):
    return Jackknifed(np.asarray(value), np.asarray(without), np.empty((0,)))


def test_replicates_of_a_mean_are_those_of_the_bootstrap():
    values = np.random.default_rng(0).gamma(1, size=40)
    weights = clip_weights(["a"] * 15 + ["b"] * 25, 50, "jackknife")
    found = jackknifed(values.mean(), without_each(np.mean, values))
    np.testing.assert_allclose(
        found.replicates(weights), weighted_mean(values, weights)
    )


def test_replicates_of_a_correlation_vary_as_those_of_the_bootstrap():
    rng = np.random.default_rng(1)
    x, noise = rng.normal(size=(2, 300))
    y = x + noise
    weights = clip_weights(["a"] * 300, 400, "correlation")
    r = np.corrcoef(x, y)[0, 1]
    found = jackknifed(r, correlation_without_each(x, y)).replicates(weights)
    drawn = [np.repeat(np.arange(300), counts) for counts in weights.T]
    bootstrapped = [np.corrcoef(x[each], y[each])[0, 1] for each in drawn]
    assert found[0] == pytest.approx(r)
    assert found[1:].std() == pytest.approx(np.std(bootstrapped[1:]), rel=0.1)
    assert np.corrcoef(found[1:], bootstrapped[1:])[0, 1] > 0.98


def test_several_measures_are_those_one_by_one():
    rng = np.random.default_rng(2)
    values, without, null = rng.normal(size=3), rng.random((20, 3)), rng.random((9, 3))
    weights = clip_weights(["a"] * 20, 5, "several")
    together = Jackknifed(values, without, null)
    for number in range(3):
        one = together[number]
        np.testing.assert_allclose(
            together.replicates(weights)[number], one.replicates(weights)
        )
        assert together.p()[number] == one.p()


def test_p_counts_permutations_with_at_least_the_value():
    null = np.array([0.1, 0.2, 0.3, 0.4])
    for value, expected in ((0.5, 1 / 5), (0.3, 3 / 5), (0.0, 1.0), (np.nan, np.nan)):
        found = Jackknifed(np.array(value), np.zeros(2), null).p()
        np.testing.assert_equal(float(found), expected)


pairs = st.integers(4, 30).flatmap(
    lambda n: st.lists(
        st.tuples(*[st.floats(-5, 5, width=16)] * 2), min_size=n, max_size=n
    )
)


@given(pairs)
def test_correlations_are_numpys(values):
    x, y = np.array(values).T
    rows = [slice(None), *(np.arange(len(x)) != i for i in range(len(x)))]
    if any(np.ptp(z[kept]) == 0 for z in (x, y) for kept in rows):
        return
    assert correlation(x, y) == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-9)
    expected = without_each(lambda *both: np.corrcoef(*both)[0, 1], x, y)
    np.testing.assert_allclose(correlation_without_each(x, y), expected, atol=1e-6)


def test_what_does_not_vary_has_no_correlation(recwarn):
    x = np.column_stack([np.ones(5), np.arange(5)])
    y = np.column_stack([np.arange(5), np.arange(5)])
    np.testing.assert_allclose(correlation(x, y), [np.nan, 1])
    assert np.isnan(correlation_without_each(x, y)[:, 0]).all()
    assert not recwarn
