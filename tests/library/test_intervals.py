"""Bootstrap intervals against the spread that is known of their samples."""

import numpy as np
import pytest

from music_selectivity.stats.intervals import (
    bootstrap_interval,
    contrast_interval,
    network_interval,
)


def test_interval_of_many_networks_is_that_of_their_mean():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(40, 1))
    low, high = network_interval(values, rng)
    half = 1.96 * values.std() / np.sqrt(40)
    assert high - low == pytest.approx(2 * half, rel=0.1)
    assert low < values.mean() < high


def test_interval_joins_the_spread_of_clips_and_networks():
    rng = np.random.default_rng(0)
    clips = 0.3 * rng.normal(size=2000)  # what a draw of clips does to all networks
    networks = 0.5 * rng.normal(size=(40, 1))
    values = np.hstack([networks, networks + clips])
    low, high = network_interval(values, rng)
    spread = np.sqrt(0.3**2 + networks.var() / 40)
    assert high - low == pytest.approx(2 * 1.96 * spread, rel=0.1)


def test_interval_of_a_contrast_is_that_of_the_paired_differences():
    rng = np.random.default_rng(0)
    networks, clips = rng.normal(size=(40, 1)), rng.normal(size=2000)
    second = np.hstack([networks, networks + clips])
    first = second + 0.2 * rng.normal(size=(40, 1)) + 3
    low, high = contrast_interval(first, second, True, rng)
    spread = (first - second)[:, 0].std() / np.sqrt(40)
    assert high - low == pytest.approx(2 * 1.96 * spread, rel=0.1)
    assert low < 3 < high


def test_interval_of_a_contrast_of_two_kinds_draws_each_separately():
    """The effects of the draws of clips cancel, those of the networks add up."""
    rng = np.random.default_rng(0)
    clips = rng.normal(size=2000)
    networks = 0.5 * rng.normal(size=(2, 40, 1))
    first, second = (np.hstack([kind, kind + clips]) for kind in networks)
    low, high = contrast_interval(first, second, False, rng)
    spread = np.sqrt(networks.var(axis=1).sum() / 40)
    assert high - low == pytest.approx(2 * 1.96 * spread, rel=0.1)


def test_a_sample_without_replicates_is_the_same_in_every_draw():
    rng = np.random.default_rng(0)
    first = 2 + 0.3 * rng.normal(size=(1, 2001))
    second = np.full((1, 2001), np.nan)
    second[0, 0] = 0.5
    low, high = contrast_interval(first, second, True, rng)
    assert high - low == pytest.approx(2 * 1.96 * 0.3, rel=0.1)
    assert low < first[0, 0] - 0.5 < high


def test_interval_is_around_the_value_whatever_the_bias_of_the_replicates():
    replicates = np.random.default_rng(0).normal(5, 1, 4000)
    low, high = bootstrap_interval(2.0, replicates)
    assert (low + high) / 2 == pytest.approx(2, abs=0.1)
    assert high - low == pytest.approx(2 * 1.96, rel=0.05)


def test_interval_of_nothing_to_draw_from():
    rng = np.random.default_rng(0)
    assert np.isnan(network_interval([[3.0]], rng)).all()
    assert np.isnan(bootstrap_interval(1.0, [np.nan, np.nan])).all()
