"""Mixed-effects models of simulated networks: coverage, and the two-stage estimate."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from music_selectivity import seeds
from music_selectivity.stats.mixed_effects import (
    Estimate,
    difference_of_kinds,
    interaction,
    mean_difference,
    slope,
)

# Shares of music among the clips.
SHARES = [0.1, 0.3, 0.5, 0.7]


def simulated(effect=0.8, spread=0.1, n_networks=5, n_clips=400, seed=0):
    """Responses of unit SD, an x of 0 and 1, and the network of each."""
    rng = np.random.default_rng(seed)
    networks = np.repeat(np.arange(n_networks), n_clips)
    x = rng.random(len(networks)) < 0.4
    slopes = effect + spread * rng.normal(size=n_networks)
    return slopes[networks] * x + rng.normal(size=len(networks)), x, networks


def responses(share, *names, n=5, effect=0.0, spread=0.5, n_clips=200):
    """Responses of networks to the same clips, (n, clips), and which clips are music.

    The SDs are 1 between clips, and `spread` between the networks' effects of music.
    Standardised effects of networks that differ much more would not be normal.
    """
    rng = seeds.generator("mixed effects", share, *names)
    music = np.arange(n_clips) < round(share * n_clips)
    effects = effect + spread * rng.normal(size=(n, 1))
    return effects * music + rng.normal(size=(n, n_clips)), music


def listed(values, music):
    """Arguments of `slope`: one row per network and clip, in any order."""
    n, n_clips = values.shape
    rows = np.random.default_rng(0).permutation(n * n_clips)
    table = values.ravel(), np.tile(music, n), np.repeat(np.arange(n), n_clips)
    return tuple(column[rows] for column in table)


def standardised(values):
    """z-scores of each row."""
    return stats.zscore(values, axis=1)


def effects(values, music):
    """Effect of music in each network, in its SDs: the first stage."""
    values = standardised(values)
    return values[:, music].mean(axis=1) - values[:, ~music].mean(axis=1)


def same_as_test(found: Estimate, estimate: float, test) -> None:
    """Whether an estimate, its interval and its p are those of scipy's test."""
    assert not found.model.endswith("do not differ")
    interval = test.confidence_interval()
    expected = (estimate, interval.low, interval.high, test.pvalue)
    assert found[:4] == pytest.approx(expected, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("share", SHARES)
def test_a_slope_is_that_of_two_stages(share):
    """One effect per network, then Student's t over networks."""
    values, music = responses(share, "two stages", effect=0.8)
    of_networks = effects(values, music)
    test = stats.ttest_1samp(of_networks, 0)
    same_as_test(slope(*listed(values, music)), of_networks.mean(), test)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("sizes", [(5, 5), (3, 6)])
def test_an_interaction_is_that_of_two_stages(share, sizes):
    """One effect per network, then Student's t of two samples, variances pooled."""
    first, music = responses(share, "first kind", sizes, n=sizes[0], effect=0.8)
    second, _ = responses(share, "second kind", sizes, n=sizes[1])
    values, x, networks = listed(np.vstack([first, second]), music)
    of_kinds = effects(second, music), effects(first, music)
    found = interaction(values, x, networks >= sizes[0], networks)
    difference = of_kinds[0].mean() - of_kinds[1].mean()
    same_as_test(found, difference, stats.ttest_ind(*of_kinds))


def test_a_slope_within_clips_is_that_of_two_stages():
    rng = seeds.generator("mixed effects", "within clips")
    x = np.array([1.0, 2.0, 3.0, 6.0])
    of_clips = 5 * rng.normal(size=(5, 30, 1))
    values = of_clips + rng.normal(size=(5, 1, 1)) * x + rng.normal(size=(5, 30, 4))
    scaled = standardised(values.reshape(5, -1)).reshape(values.shape)
    centred = x - x.mean()
    of_networks = (scaled @ centred).mean(axis=1) / np.square(centred).sum()
    networks, clips, versions = (axis.ravel() for axis in np.indices(values.shape))
    found = slope(values.ravel(), x[versions], networks, clips)
    same_as_test(found, of_networks.mean(), stats.ttest_1samp(of_networks, 0))


def test_means_of_differences_are_those_of_two_stages():
    """Also in their own unit, and between two kinds of network."""
    rng = seeds.generator("mixed effects", "differences")
    values = 0.3 + 0.1 * rng.normal(size=(8, 1)) + 0.1 * rng.normal(size=(8, 40))
    networks, means = np.repeat(np.arange(8), 40), values.mean(axis=1)
    found = mean_difference(values.ravel(), networks)
    same_as_test(found, means.mean(), stats.ttest_1samp(means, 0))
    found = difference_of_kinds(values.ravel(), networks < 3, networks)
    difference = means[:3].mean() - means[3:].mean()
    same_as_test(found, difference, stats.ttest_ind(means[:3], means[3:]))


@pytest.mark.parametrize("seed", range(10))
def test_networks_that_hardly_differ_do_not_narrow_the_interval(seed):
    """Where the variance between networks is estimated as 0, too."""
    values, music = responses(0.3, "alike", seed, spread=0.1)
    found = slope(*listed(values, music))
    ends = stats.ttest_1samp(effects(values, music), 0).confidence_interval()
    assert found.high - found.low >= (ends.high - ends.low) * 0.999


@pytest.mark.full
def test_intervals_cover_the_truth_as_often_as_they_say():
    """At every share of music, and .95 of all within three of its SDs."""
    studies = 75
    covered = np.zeros((len(SHARES), studies), bool)
    for i, share in enumerate(SHARES):
        for study in range(studies):
            found = slope(*listed(*responses(share, "coverage", study)))
            covered[i, study] = found.low <= 0 <= found.high
    sd = np.sqrt(0.95 * 0.05 / studies)
    assert np.abs(covered.mean(axis=1) - 0.95).max() <= 3 * sd
    assert abs(covered.mean() - 0.95) <= 3 * sd / np.sqrt(len(SHARES))


@pytest.mark.full
def test_kinds_that_do_not_differ_are_found_to_in_one_of_twenty():
    found = []
    for study in range(120):
        values, music = responses(0.7, "one kind", study, n=10)
        values, x, networks = listed(values, music)
        found.append(interaction(values, x, networks >= 5, networks).p <= 0.05)
    assert abs(np.mean(found) - 0.05) <= 3 * np.sqrt(0.95 * 0.05 / len(found))


def test_an_effect_is_found_in_sds():
    values, x, networks = simulated()
    found = slope(5 + 100 * values, x, networks)
    sd = np.sqrt(1 + 0.8**2 * 0.24)
    assert found.estimate == pytest.approx(0.8 / sd, abs=0.1)
    assert found.low < 0.8 / sd < found.high
    assert found.p < 0.001
    assert found.model == "random slope by network, 5 networks"


def test_an_effect_within_clips_is_found_under_their_spread():
    rng = np.random.default_rng(0)
    networks, clips, length = (
        axis.ravel() for axis in np.meshgrid(range(5), range(100), [1.0, 2.0, 3.0])
    )
    of_clip = 20 * rng.normal(size=100)
    values = of_clip[clips] + 0.5 * length + rng.normal(size=len(clips))
    within = slope(values, length, networks, clips)
    assert within.p < 0.001
    assert within.estimate * values.std() == pytest.approx(0.5, abs=0.1)
    assert slope(values, length, networks).p > 0.05
    assert within.model.startswith("within clips")


def versions(n_versions=2, spread=0.1, seed=0):
    """Responses of 5 networks to versions of 40 clips; x is the version's number."""
    rng = np.random.default_rng(seed)
    networks, clips, x = (
        axis.ravel()
        for axis in np.meshgrid(range(5), range(40), np.arange(1.0, n_versions + 1))
    )
    slopes = 0.1 + spread * rng.normal(size=5)
    values = rng.normal(size=(5, 40))[networks, clips] + slopes[networks] * x
    return values + 0.3 * rng.normal(size=len(x)), x, networks, clips


def test_an_effect_within_two_versions_is_that_of_their_differences():
    values, x, networks, clips = versions()
    found = slope(values, x, networks, clips)
    frame = pd.DataFrame({"y": values, "x": x, "network": networks, "clip": clips})
    pairs = frame.pivot(index=["network", "clip"], columns="x", values="y")
    scale = frame.groupby("network")["y"].std(ddof=0)
    differences = (pairs[2.0] - pairs[1.0]) / scale
    direct = mean_difference(
        differences.to_numpy(), differences.index.get_level_values("network")
    )
    assert found[:3] == pytest.approx(direct[:3], rel=1e-3)


def test_an_effect_within_clips_does_not_depend_on_the_order_of_rows():
    values, x, networks, clips = versions(n_versions=4)
    order = np.random.default_rng(1).permutation(len(x))
    again = slope(values[order], x[order], networks[order], clips[order])
    assert again[:3] == pytest.approx(slope(values, x, networks, clips)[:3], rel=1e-4)


def test_interaction_is_the_difference_of_effects():
    first = simulated(0.9, seed=1)
    second = simulated(0.3, seed=2)
    values, x, _ = (np.concatenate(pair) for pair in zip(first, second, strict=True))
    networks = np.concatenate([first[2], second[2] + 10])
    other = np.repeat([0, 1], len(first[0]))
    found = interaction(values, x, other, networks)
    expected = slope(*second).estimate - slope(*first).estimate
    assert found.estimate == pytest.approx(expected, abs=0.02)
    assert found.p < 0.01 and found.high < 0


def test_mean_difference_keeps_its_unit():
    rng = np.random.default_rng(0)
    networks = np.repeat(range(5), 40)
    differences = 0.02 + 0.01 * rng.normal(size=200)
    found = mean_difference(differences, networks)
    assert found.estimate == pytest.approx(differences.mean(), abs=1e-4)
    assert found.p < 0.001


@pytest.mark.parametrize(
    ("values", "networks", "reason"),
    [
        (np.arange(8.0), np.zeros(8), r"networks \(1\)"),
        (np.ones(8), np.repeat([0, 1], 4), "without variance"),
        (np.full(8, np.nan), np.repeat([0, 1], 4), "without variance"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_what_cannot_be_fitted_says_why(values, networks, reason):
    found = slope(values, np.tile([0, 1], 4), networks)
    assert np.isnan([*found[:4]]).all()
    assert re.search(reason, found.model)
    found = slope(np.arange(8.0), np.ones(8), np.repeat([0, 1], 4))
    assert found.model == "none: nothing varies"
    assert mean_difference(np.ones(8), np.repeat([0, 1], 4)).model.startswith("none")


def profiled(values, fixed, random, networks):
    """First effect, its error and the variance of networks, by REML on a fine grid."""
    best = None
    for ratio in np.concatenate([[0], np.geomspace(1e-5, 1, 1000)]):
        products, moments, squares, logs = np.zeros((2, 2)), np.zeros(2), 0.0, 0.0
        for network in np.unique(networks):
            x, z, y = (a[networks == network] for a in (fixed, random, values))
            shrunk = ratio / (1 + ratio * (z @ z))
            products += x.T @ x - shrunk * np.outer(x.T @ z, x.T @ z)
            moments += x.T @ y - shrunk * (x.T @ z) * (y @ z)
            squares += y @ y - shrunk * (y @ z) ** 2
            logs += np.log1p(ratio * (z @ z))
        effects = np.linalg.solve(products, moments)
        free = len(values) - 2
        scale = (squares - effects @ moments) / free
        logs += np.linalg.slogdet(products)[1] + free * np.log(scale)
        if best is None or logs < best[0]:
            error = np.sqrt(scale * np.linalg.inv(products)[0, 0])
            best = logs, effects[0], error, ratio * scale
    return best[1:]


@pytest.mark.parametrize("seed", range(5))
def test_a_small_variance_of_networks_is_found(seed):
    """A search that stops too early would find networks that do not differ."""
    rng = np.random.default_rng(seed)
    networks = np.repeat(range(10), 40)
    other = networks >= 5
    values = 0.2 * other + (0.02 * rng.normal(size=10))[networks]
    values += 0.1 * rng.normal(size=400)
    found = difference_of_kinds(values, other, networks)
    ones = np.ones(400)
    fixed = np.column_stack([other, ones])
    effect, error, variance = profiled(values, fixed, ones, networks)
    assert found.estimate == pytest.approx(effect, abs=1e-6)
    half = stats.t(8).ppf(0.975) * error
    assert found.high - found.low == pytest.approx(2 * half, rel=0.01)
    assert found.model.endswith("do not differ") == (variance < 1e-7)


def test_networks_that_do_not_differ_are_pooled():
    values, x, networks = simulated(spread=0.0)
    found = slope(values, x, networks)
    assert found.model.endswith("do not differ")
    sd = np.sqrt(1 + 0.8**2 * 0.24)
    assert found.estimate == pytest.approx(0.8 / sd, abs=0.1)
