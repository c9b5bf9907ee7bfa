"""Mixed-effects models of simulated networks, and against statsmodels itself."""

import re

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats

from music_selectivity.stats.mixed_effects import (
    difference_of_kinds,
    interaction,
    mean_difference,
    slope,
)


def simulated(effect=0.8, spread=0.1, n_networks=5, n_clips=400, seed=0):
    """Responses of unit SD, an x of 0 and 1, and the network of each."""
    rng = np.random.default_rng(seed)
    networks = np.repeat(np.arange(n_networks), n_clips)
    x = rng.random(len(networks)) < 0.4
    slopes = effect + spread * rng.normal(size=n_networks)
    return slopes[networks] * x + rng.normal(size=len(networks)), x, networks


def test_an_effect_is_found_in_sds():
    values, x, networks = simulated()
    found = slope(5 + 100 * values, x, networks)
    sd = np.sqrt(1 + 0.8**2 * 0.24)
    assert found.estimate == pytest.approx(0.8 / sd, abs=0.1)
    assert found.low < 0.8 / sd < found.high
    assert found.p < 0.001
    assert found.model == "random slope by network, 5 networks"


def test_the_estimate_is_that_of_statsmodels():
    values, x, networks = simulated(spread=0.5)
    frame = pd.DataFrame({"y": values, "x": x.astype(float), "network": networks})
    frame["y"] = frame.groupby("network")["y"].transform(
        lambda y: (y - y.mean()) / y.std(ddof=0)
    )
    direct = smf.mixedlm("y ~ x", frame, groups="network", re_formula="0 + x").fit()
    found = slope(values, x, networks)
    assert found.estimate == pytest.approx(direct.params["x"], abs=1e-4)
    assert found.high - found.low == pytest.approx(
        2 * 2.776 * direct.bse["x"], rel=0.02
    )


def test_intervals_cover_the_truth_as_often_as_they_say():
    covered = []
    for seed in range(60):
        values, x, networks = simulated(0.0, 0.2, n_clips=150, seed=seed)
        found = slope(values, x, networks)
        covered.append(found.low <= 0 <= found.high)
    # 95 % of 60 are 57, with an SD of 1.7.
    assert sum(covered) >= 51


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


def test_difference_of_kinds_is_that_of_statsmodels_and_keeps_its_unit():
    rng = np.random.default_rng(0)
    networks = np.repeat(range(10), 40)
    other = networks >= 5
    of_network = 0.05 * rng.normal(size=10)
    values = 0.3 + 0.2 * other + of_network[networks] + 0.1 * rng.normal(size=400)
    found = difference_of_kinds(values, other, networks)
    frame = pd.DataFrame({"y": values, "x": other.astype(float), "network": networks})
    direct = smf.mixedlm("y ~ x", frame, groups="network").fit(method="nm")
    assert found.estimate == pytest.approx(direct.params["x"], abs=1e-6)
    half = stats.t(8).ppf(0.975) * direct.bse["x"]
    assert found.high - found.low == pytest.approx(2 * half, rel=1e-3)
    assert found.low < 0.2 < found.high


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
