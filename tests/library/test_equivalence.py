"""The rule that a change is none, and how often it cannot tell: by simulation."""

import math

import numpy as np
import pytest
from scipy import stats

from music_selectivity import seeds
from music_selectivity.stats.equivalence import (
    INTERVAL_LEVEL,
    LEVEL,
    equivalence_p,
    open_probability,
)
from music_selectivity.stats.intervals import mean_estimate

MARGIN = 0.1
STUDIES = 4000


def share_within(change: float, sd: float, n: int, clips: float = 0.0) -> float:
    """Share of simulated studies that find no change, by intervals from scipy."""
    rng = seeds.generator("equivalence", change, sd, n, clips)
    values = change + sd * rng.normal(size=(STUDIES, n))
    values += np.sqrt(clips) * rng.normal(size=(STUDIES, 1))
    variance = values.var(axis=1, ddof=1) / n
    degrees = (n - 1) * (1 + clips / variance) ** 2
    half = stats.t(degrees).ppf(1 - LEVEL) * np.sqrt(variance + clips)
    return np.mean(np.abs(values.mean(axis=1)) + half <= MARGIN)


@pytest.mark.parametrize(
    ("sd", "expected"), [(0.04, 0.0), (0.05, 0.05), (0.06, 0.16), (0.08, 0.47)]
)
def test_how_often_five_networks_cannot_tell(sd, expected):
    assert open_probability(sd, 5, MARGIN) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("n", [3, 5, 10])
@pytest.mark.parametrize("sd", [0.02, 0.06, 0.1])
@pytest.mark.parametrize("clips", [0.0, 0.0005])
def test_the_probability_is_that_of_simulated_studies(n, sd, clips):
    simulated = 1 - share_within(0.0, sd, n, clips)
    assert open_probability(sd, n, MARGIN, clips) == pytest.approx(simulated, abs=0.025)


def concluded(change: float, sd: float, n: int) -> float:
    """Share of simulated studies in which the p-value says that there is no change."""
    rng = seeds.generator("equivalence", "concluded", change, sd, n)
    values = change + sd * rng.normal(size=(STUDIES, n))
    estimates = [mean_estimate(study[:, None]) for study in values]
    return np.mean([equivalence_p(each, MARGIN) <= LEVEL for each in estimates])


@pytest.mark.parametrize("n", [3, 5, 10])
@pytest.mark.parametrize("sd", [0.001, 0.02, 0.1])
def test_a_change_at_the_margin_is_none_in_at_most_one_of_twenty(n, sd):
    """.05 has an SD of .0034 over the simulated studies."""
    for change in (-MARGIN, MARGIN):
        assert concluded(change, sd, n) <= LEVEL + 3 * 0.0034


@pytest.mark.parametrize("sd", [0.001, 0.02, 0.05, 0.1])
def test_a_change_of_twice_the_margin_is_never_none(sd):
    assert concluded(-2 * MARGIN, sd, 5) <= 0.002


def test_the_interval_is_that_of_both_tests():
    """Within the margin exactly if both one-sided tests of scipy reject."""
    rng = seeds.generator("equivalence", "tests")
    values = rng.choice([0, 0.05, 0.1], size=(400, 1)) + 0.05 * rng.normal(
        size=(400, 5)
    )
    above = stats.ttest_1samp(values, -MARGIN, axis=1, alternative="greater").pvalue
    below = stats.ttest_1samp(values, MARGIN, axis=1, alternative="less").pvalue
    rejected = (above <= LEVEL) & (below <= LEVEL)
    ends = [mean_estimate(each[:, None]).interval(INTERVAL_LEVEL) for each in values]
    within = [low >= -MARGIN and high <= MARGIN for low, high in ends]
    assert 0 < rejected.mean() < 1
    assert (rejected == within).all()
    estimates = [mean_estimate(each[:, None]) for each in values]
    p = [equivalence_p(estimate, MARGIN) for estimate in estimates]
    assert p == pytest.approx(np.maximum(above, below))
    p = [equivalence_p(estimate, MARGIN, upper_only=True) for estimate in estimates]
    assert p == pytest.approx(below)


def test_the_probability_rises_with_the_spread_and_falls_with_networks():
    spreads = [open_probability(sd, 5, MARGIN) for sd in np.linspace(0.01, 0.5, 20)]
    assert (np.diff(spreads) >= 0).all() and spreads[-1] > 0.99
    sizes = [open_probability(0.08, n, MARGIN) for n in range(3, 20)]
    assert (np.diff(sizes) <= 0).all()
    assert open_probability(5, 5, 10) == pytest.approx(open_probability(0.05, 5, 0.1))


@pytest.mark.parametrize("sd", [0.02, 0.06, 0.1])
def test_one_test_is_less_often_open_than_two(sd):
    rng = seeds.generator("equivalence", "upper", sd)
    values = sd * rng.normal(size=(STUDIES, 5))
    half = stats.t(4).ppf(1 - LEVEL) * values.std(axis=1, ddof=1) / np.sqrt(5)
    simulated = np.mean(values.mean(axis=1) + half > MARGIN)
    found = open_probability(sd, 5, MARGIN, upper_only=True)
    assert found == pytest.approx(simulated, abs=0.025)
    assert found <= open_probability(sd, 5, MARGIN)


def test_clips_alone():
    """Networks that do not differ leave a normal distribution of known variance."""
    error = 0.05
    half = stats.norm.ppf(1 - LEVEL) * error
    expected = 2 * stats.norm.sf((MARGIN - half) / error)
    assert open_probability(0.0, 5, MARGIN, error**2) == pytest.approx(expected)


@pytest.mark.parametrize(("sd", "n"), [(0.05, 2), (math.nan, 5), (0.0, 5)])
@pytest.mark.filterwarnings("error")
def test_without_an_interval_there_is_no_probability(sd, n):
    assert math.isnan(open_probability(sd, n, MARGIN))
