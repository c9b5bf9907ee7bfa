"""Bootstrap weights, weighted means and weighted average precision."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from music_selectivity.measures import measure_table
from music_selectivity.stats.bootstrap import (
    average_precision,
    average_precision_of_each,
    clip_weights,
    weighted_common_language,
    weighted_mean,
)


def test_weights_draw_each_group_with_replacement():
    strata = np.array(["music"] * 30 + ["nonmusic"] * 50)
    weights = clip_weights(strata, 200, "a test")
    assert weights.shape == (80, 201)
    assert (weights[:, 0] == 1).all()
    assert (weights[:30].sum(axis=0) == 30).all()
    assert (weights[30:].sum(axis=0) == 50).all()
    # Counts of a multinomial: mean 1, variance 1 - 1/n.
    assert weights[30:, 1:].var() == pytest.approx(1 - 1 / 50, abs=0.05)
    assert (weights == clip_weights(strata, 200, "a test")).all()
    assert (weights != clip_weights(strata, 200, "another")).any()


def test_weighted_mean_is_the_mean_of_the_drawn_clips():
    values = np.random.default_rng(0).normal(size=12)
    weights = clip_weights(["x"] * 12, 20, "mean")
    expected = [np.repeat(values, column).mean() for column in weights.T]
    np.testing.assert_allclose(weighted_mean(values, weights), expected)
    assert np.isnan(weighted_mean(values, np.zeros((12, 1)))).all()


@given(
    st.lists(
        st.tuples(*[st.booleans()] * 2, *[st.integers(0, 6)] * 2, st.integers(0, 3)),
        min_size=1,
        max_size=40,
    )
)
def test_average_precision_is_scikit_learns_of_the_drawn_clips(clips):
    """Of two classes at once, with ties, and with the draws as sample weights."""
    columns = np.array(clips).T
    labels, scores, counts = columns[:2] > 0, columns[2:4].astype(float), columns[4]
    weights = np.stack([np.ones_like(counts), counts], axis=1).astype(np.uint8)
    found = average_precision(labels, scores, weights)
    for truth, score, values in zip(labels, scores, found, strict=True):
        for value, column in zip(values, weights.T, strict=True):
            drawn = np.repeat(np.arange(len(truth)), column)
            if truth[drawn].any():
                expected = [
                    average_precision_score(truth[drawn], score[drawn]),
                    average_precision_score(truth, score, sample_weight=column),
                ]
                np.testing.assert_allclose(value, expected, atol=1e-12)
            else:
                assert np.isnan(value)
    shared = average_precision(labels[0], scores, weights)
    expected = average_precision(labels[[0, 0]], scores, weights)
    np.testing.assert_array_equal(shared, expected)


def test_average_precision_of_many_clips_does_not_overflow():
    """Of 300 clips, and of 70,000: the sums exceed 8 and 16 bits."""
    for n in (300, 70_000):
        weights = clip_weights(["x"] * n, 2, "overflow", n)
        assert weights.sum(axis=0).tolist() == [n] * 3
        rng = np.random.default_rng(n)
        labels, scores = rng.random(n) < 0.3, rng.normal(size=n).astype(np.float32)
        found = average_precision(labels, scores[None], weights)[0]
        expected = [
            average_precision_score(labels, scores, sample_weight=column)
            for column in weights.T
        ]
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@given(st.data())
def test_average_precision_of_each_is_that_of_one_by_one(data):
    n = data.draw(st.integers(1, 25))

    def row(values):
        return np.array(data.draw(st.lists(values, min_size=n, max_size=n)))

    labels, weights = row(st.booleans()), row(st.integers(0, 3))
    scores = np.stack([row(st.integers(-3, 3)).astype(float) for _ in range(3)])
    found = average_precision_of_each(labels, scores, weights.astype(np.uint8))
    expected = [
        average_precision(labels, each[None], weights[:, None].astype(np.uint8))[0, 0]
        for each in scores
    ]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_a_table_holds_values_and_their_replicates():
    table = measure_table([("a", "x", np.array([1.0, 2.0, 3.0])), ("b", "", 4.0)])
    expected = pd.DataFrame(
        {
            "measure": ["a", "b"],
            "condition": ["x", ""],
            "value": [1.0, 4.0],
            "draw_0001": [2.0, np.nan],
            "draw_0002": [3.0, np.nan],
        }
    )
    pd.testing.assert_frame_equal(table, expected)
    assert list(measure_table([]).columns) == ["measure", "condition", "value"]


@given(st.data())
def test_weighted_common_language_counts_pairs(data):
    def sample():
        size = data.draw(st.integers(1, 6))
        values = data.draw(st.lists(st.integers(0, 4), min_size=size, max_size=size))
        counts = st.lists(st.integers(0, 3), min_size=size, max_size=size)
        weights = data.draw(st.lists(counts, min_size=2, max_size=2))
        return np.array(values, float), np.array(weights, np.uint8).T

    (x, x_weights), (y, y_weights) = sample(), sample()
    found = weighted_common_language(x, x_weights, y, y_weights)
    for sample_number, value in enumerate(found):
        xs = np.repeat(x, x_weights[:, sample_number])
        ys = np.repeat(y, y_weights[:, sample_number])
        if len(xs) == 0 or len(ys) == 0:
            assert np.isnan(value)
        else:
            wins = np.sign(xs[:, None] - ys[None, :])
            assert value == pytest.approx((wins.mean() + 1) / 2)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32])
def test_weighted_common_language_does_not_overflow(dtype):
    """9,000 separate values, each drawn 255 times, exceed 32 bits."""
    weights = np.full((9000, 1), 255, dtype)
    found = weighted_common_language(np.ones(9000), weights, np.zeros(9000), weights)
    assert found == 1
