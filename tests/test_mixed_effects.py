"""Mixed models on simulated networks, and against statsmodels called directly."""

import re

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from music_selectivity.mixed_effects import interaction, mean_difference, slope


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


def test_it_is_statsmodels_own_estimate():
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
    ("values", "networks", "told"),
    [
        (np.arange(8.0), np.zeros(8), r"networks \(1\)"),
        (np.ones(8), np.repeat([0, 1], 4), "without variance"),
        (np.full(8, np.nan), np.repeat([0, 1], 4), "without variance"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_what_cannot_be_fitted_says_why(values, networks, told):
    found = slope(values, np.tile([0, 1], 4), networks)
    assert np.isnan([*found[:4]]).all()
    assert re.search(told, found.model)
    found = slope(np.arange(8.0), np.ones(8), np.repeat([0, 1], 4))
    assert found.model == "none: nothing varies"
    assert mean_difference(np.ones(8), np.repeat([0, 1], 4)).model.startswith("none")


def test_networks_that_do_not_differ_are_pooled():
    values, x, networks = simulated(spread=0.0)
    found = slope(values, x, networks)
    assert found.model.endswith("do not differ")
    sd = np.sqrt(1 + 0.8**2 * 0.24)
    assert found.estimate == pytest.approx(0.8 / sd, abs=0.1)
