"""Intervals over networks and clips: coverage by simulation, and closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from music_selectivity import seeds
from music_selectivity.stats.intervals import (
    MeanEstimate,
    clips_estimate,
    consistent_with,
    difference_estimate,
    mean_estimate,
)

STUDIES, CLIPS, DRAWS = 2000, 100, 200
# SD of responses between networks, between clips, and of each network to each clip. The
# mean over clips has a tenth of the last two.
CONDITIONS = {
    "networks vary": (1.0, 0.2, 0.2),
    "clips vary": (0.02, 4.0, 0.2),
    "both vary": (0.2, 2.5, 4.0),
}
KINDS = ("mean", "paired", "unpaired", "linear features")
SIZES = (5, 10)


def bootstrap_weights(rng) -> np.ndarray:
    """Weights of clips in their mean: equal, and in bootstrap samples of the clips."""
    drawn = rng.multinomial(CLIPS, np.full(CLIPS, 1 / CLIPS), size=DRAWS).T
    return np.column_stack([np.ones(CLIPS), drawn]) / CLIPS


def simulated(kind: str, condition: str, n: int) -> list[tuple[np.ndarray, ...]]:
    """Samples of `STUDIES` studies, whose true mean or difference is 0.

    Responses vary with the network, the clip and both; half of the variance between
    clips is common to both samples of a study.
    """
    rng = seeds.generator("intervals", kind, condition, n)
    of_network, of_clip, of_both = CONDITIONS[condition]
    weights = bootstrap_weights(rng)
    common = np.sqrt(0.5) * of_clip * rng.normal(size=(STUDIES, 1, CLIPS))

    def linear_features() -> np.ndarray:
        own = np.sqrt(0.5) * of_clip * rng.normal(size=(STUDIES, 1, CLIPS))
        return (common + own) @ weights

    def networks() -> np.ndarray:
        own = of_network * rng.normal(size=(STUDIES, n, 1))
        to_clips = of_both * rng.normal(size=(STUDIES, n, CLIPS)) @ weights
        return linear_features() + own + to_clips

    first = networks()
    if kind in ("mean", "other"):
        return list(zip(first, strict=True))
    second = linear_features() if kind == "linear features" else networks()
    if kind == "paired":
        of_seed = 5 * rng.normal(size=(STUDIES, n, 1))
        first, second = first + of_seed, second + of_seed
    return list(zip(first, second, strict=True))


def estimate(kind: str, study: tuple[np.ndarray, ...]) -> MeanEstimate:
    if kind == "mean":
        return mean_estimate(*study)
    return difference_estimate(*study, paired=kind == "paired")


def coverage(ends: np.ndarray) -> float:
    """Share of intervals, (studies, 2), that hold the true value, 0."""
    return float(np.mean((ends[:, 0] <= 0) & (ends[:, 1] >= 0)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("n", SIZES)
def test_intervals_cover_other_networks_and_clips(kind, condition, n):
    """Between .93 and .98; .95 has an SD of .005 over the simulated studies."""
    studies = simulated(kind, condition, n)
    ends = np.array([estimate(kind, study).interval() for study in studies])
    assert 0.93 <= coverage(ends) <= 0.98


def test_percentiles_of_a_bootstrap_over_five_networks_cover_too_little():
    """.82 where .95 is stated: the reason for Student's t."""
    means = np.array(
        [study[:, 0] for (study,) in simulated("mean", "networks vary", 5)]
    )
    drawn = seeds.generator("intervals", "bootstrap").integers(5, size=(5, 400))
    replicates = means[:, drawn].mean(axis=1)
    low, middle, high = np.quantile(replicates, [0.025, 0.5, 0.975], axis=1)
    shift = means.mean(axis=1) - middle
    assert 0.78 <= coverage(np.column_stack([low + shift, high + shift])) <= 0.86


@pytest.mark.parametrize("kind", KINDS)
def test_standard_errors_are_the_spread_of_the_estimates(kind):
    """Counting the variance of the mean over clips instead gives a third too much."""
    found = [estimate(kind, study) for study in simulated(kind, "both vary", 5)]
    spread = np.var([each.value for each in found])
    assert np.mean([each.error**2 for each in found]) == pytest.approx(spread, rel=0.1)


def same(found: MeanEstimate, value: float, scale: float, of: MeanEstimate) -> None:
    expected = (value, of.networks * scale**2, of.clips * scale**2, of.sd * scale)
    close = {"rel": 1e-6, "abs": 1e-9}
    assert (found.value, found.networks, found.clips, found.sd) == pytest.approx(
        expected, **close
    )
    assert found.n == of.n


def sample(n: int, draws: int, *names: object) -> np.ndarray:
    rng = seeds.generator("intervals", "sample", *names)
    of_draws = rng.normal(size=1 + draws)
    return (
        3 + rng.normal(size=(n, 1)) + 0.5 * of_draws + rng.normal(size=(n, 1 + draws))
    )


def covariances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Covariance over draws of each network of one sample with each of another."""
    return np.cov(first[:, 1:], second[:, 1:])[: len(first), len(first) :]


def between_networks(values: np.ndarray) -> float:
    """Mean covariance over draws of different networks."""
    return covariances(values, values)[~np.eye(len(values), dtype=bool)].mean()


def test_the_variance_over_clips_is_the_covariance_of_different_networks():
    first, second = sample(5, 50, "first"), sample(4, 50, "second")
    found = mean_estimate(first)
    assert found.clips == pytest.approx(between_networks(first))
    assert found.networks == pytest.approx(first[:, 0].var(ddof=1) / 5)
    assert found.degrees == pytest.approx(4 * (found.error**2 / found.networks) ** 2)
    between = between_networks(first) + between_networks(second)
    both = difference_estimate(first, second, paired=False)
    expected = between - 2 * covariances(first, second).mean()
    assert both.clips == pytest.approx(max(expected, 0))
    shared = difference_estimate(first + second[:1], second + second[:1], paired=False)
    assert shared.clips == pytest.approx(both.clips)


def test_clips_that_networks_do_not_share_add_nothing():
    rng = seeds.generator("intervals", "own clips")
    values = rng.normal(size=(5, 1001))
    assert values[:, 1:].mean(axis=0).var() == pytest.approx(0.2, rel=0.1)
    assert mean_estimate(values).clips < 0.02


@pytest.mark.parametrize("n", [3, 5, 10])
def test_without_draws_of_clips_intervals_are_scipys(n):
    first, second = sample(n, 0, "first"), 2 * sample(n + 1, 0, "second")
    one = stats.ttest_1samp(first[:, 0], 0).confidence_interval(0.9)
    assert mean_estimate(first).interval(0.9) == pytest.approx(one)
    paired = stats.ttest_rel(first[:, 0], second[:-1, 0]).confidence_interval()
    found = difference_estimate(first, second[:-1], paired=True)
    assert found.interval() == pytest.approx(paired)
    test = stats.ttest_ind(first[:, 0], second[:, 0], equal_var=False)
    found = difference_estimate(first, second, paired=False)
    assert found.interval() == pytest.approx(test.confidence_interval())
    assert found.degrees == pytest.approx(test.df)
    assert (found.n, found.sd) == (n, pytest.approx(first.std(ddof=1)))


def test_one_set_of_linear_features_varies_with_the_clips_alone():
    values = sample(1, 1000)[0]
    found = clips_estimate(values)
    half = stats.norm.ppf(0.975) * values[1:].std(ddof=1)
    assert found.interval() == pytest.approx((values[0] - half, values[0] + half))
    assert (found.networks, found.degrees, found.value) == (0, math.inf, values[0])
    networks = sample(5, 1000, "networks")
    apart = difference_estimate(networks, values[None], paired=False)
    for_each = difference_estimate(networks, np.tile(values, (5, 1)), paired=True)
    same(for_each, apart.value, 1, apart)
    assert apart.networks == mean_estimate(networks).networks


def test_a_sample_without_replicates_is_the_same_in_every_draw():
    first, constant = sample(5, 30), np.full((5, 31), np.nan)
    constant[:, 0] = 2.0
    for paired in (True, False):
        found = difference_estimate(first, constant, paired)
        assert found.clips == pytest.approx(mean_estimate(first).clips)
        assert found == difference_estimate(first, constant[:, :1], paired)


def test_draws_that_are_not_finite_are_left_out():
    values = sample(5, 30)
    gaps = values.copy()
    gaps[2, 7], gaps[4, 30] = np.nan, np.inf
    of = mean_estimate(np.delete(values, [7, 30], axis=1))
    same(mean_estimate(gaps), of.value, 1, of)
    none = np.where(np.arange(31) == 0, values, np.nan)
    assert mean_estimate(none).clips == 0


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "found",
    [
        mean_estimate(sample(1, 30)),
        mean_estimate(sample(2, 30)),
        mean_estimate(np.full((5, 31), 0.1)),
        difference_estimate(sample(1, 30), sample(1, 30, "second"), paired=False),
        difference_estimate(sample(2, 30), sample(5, 30, "second"), paired=False),
        difference_estimate(sample(2, 30), sample(1, 30, "second"), paired=False),
        clips_estimate(np.full(31, 0.1)),
        clips_estimate(np.ones(1)),
    ],
)
def test_there_is_no_interval_of_too_few_networks_or_of_what_does_not_vary(found):
    assert np.isnan(found.interval()).all()


numbers = st.integers(-1000, 1000).map(lambda number: number / 100)
tables = st.lists(
    st.lists(numbers, min_size=4, max_size=4), min_size=3, max_size=6
).map(np.array)


@given(tables, numbers, st.integers(1, 50))
def test_estimates_follow_shift_and_scale(values, shift, scale):
    of = mean_estimate(values)
    found = mean_estimate(shift + scale * values)
    same(found, shift + scale * of.value, scale, of)
    for paired in (True, False):
        of = difference_estimate(values, values[::-1], paired)
        moved = shift + scale * values
        found = difference_estimate(moved, moved[::-1], paired)
        same(found, scale * of.value, scale, of)


@given(tables, tables, st.randoms(use_true_random=False))
def test_the_order_of_networks_and_of_draws_does_not_matter(first, second, random):
    rows, columns = list(range(len(first))), [1, 2, 3]
    random.shuffle(rows)
    random.shuffle(columns)
    shuffled = first[rows][:, [0, *columns]]
    same(mean_estimate(shuffled), first[:, 0].mean(), 1, mean_estimate(first))
    of = difference_estimate(first, second, paired=False)
    found = difference_estimate(shuffled, second[:, [0, *columns]], paired=False)
    same(found, of.value, 1, of)
    turned = difference_estimate(second, first, paired=False)
    assert turned.value == pytest.approx(-of.value)
    assert turned.clips == pytest.approx(of.clips, abs=1e-9)
    low, high = of.interval()
    assert turned.interval() == pytest.approx((-high, -low), nan_ok=True)


# Numbers compared, networks of the other study, whether its SD is reported.
REPORTED = [(1, 5, True), (1, 5, False), (1, 1, False), (2, 5, True), (2, 5, False)]


def inconsistent(of_numbers: int, networks: int, has_sd: bool, apart: float) -> float:
    """Share of studies with a number that differs from that of another study.

    Both draw networks from populations with an SD of 1, whose means are `apart`.
    """
    rng = seeds.generator("intervals", "reported", of_numbers, networks, has_sd)
    ours = rng.normal(size=(STUDIES, of_numbers, 5, 1))
    theirs = apart + rng.normal(size=(STUDIES, of_numbers, networks))
    means = theirs.mean(axis=-1)
    sds = theirs.std(axis=-1, ddof=1) if has_sd else np.full(means.shape, np.nan)
    consistent = [
        all(
            consistent_with(mean_estimate(values), value, sd, networks, of_numbers)[0]
            for values, value, sd in zip(*study, strict=True)
        )
        for study in zip(ours, means, sds, strict=True)
    ]
    return 1 - np.mean(consistent)


@pytest.mark.parametrize("reported", REPORTED)
def test_exact_replications_are_inconsistent_in_one_of_twenty(reported):
    assert 0.035 <= inconsistent(*reported, apart=0) <= 0.065


def test_exact_replications_with_other_clips_are_inconsistent_in_one_of_twenty():
    """The clips of the other study vary as ours do."""
    ours = simulated("mean", "both vary", 5)
    theirs = [mean_estimate(*study) for study in simulated("other", "both vary", 5)]
    consistent = [
        consistent_with(mean_estimate(*study), other.value, other.sd, 5)[0]
        for study, other in zip(ours, theirs, strict=True)
    ]
    assert 0.035 <= 1 - np.mean(consistent) <= 0.065


@pytest.mark.parametrize(("networks", "least"), [(5, 0.9), (1, 0.6)])
def test_what_does_not_replicate_is_found(networks, least):
    assert inconsistent(1, networks, False, apart=4) >= least


def test_another_study_has_other_clips_too():
    """Without networks that vary, only the clips of both do."""
    values = sample(1, 500)[0]
    linear = clips_estimate(values)
    margin = stats.norm.ppf(0.975) * np.sqrt(2) * values[1:].std(ddof=1)
    near, far = values[0] + 0.99 * margin, values[0] + 1.01 * margin
    assert consistent_with(linear, near, math.nan, 1) == (True, pytest.approx(margin))
    assert consistent_with(linear, far, math.nan, 1) == (False, pytest.approx(margin))


def test_margins_are_those_of_welch_and_of_prediction():
    values, others = sample(5, 0), sample(4, 0, "others")
    found, sd = mean_estimate(values), values.std(ddof=1)
    test = stats.ttest_ind(values[:, 0], others[:, 0], equal_var=False)
    _, margin = consistent_with(found, 0.0, others.std(ddof=1), 4)
    assert margin == pytest.approx(np.ptp(test.confidence_interval()) / 2)
    _, margin = consistent_with(found, 0.0, math.nan, 1)
    assert margin == pytest.approx(stats.t(4).ppf(0.975) * sd * np.sqrt(1 / 5 + 1))
    _, margin = consistent_with(found, 0.0, math.nan, 5, comparisons=2)
    assert margin == pytest.approx(stats.t(4).ppf(0.9875) * sd * np.sqrt(2 / 5))


@pytest.mark.parametrize(
    "found",
    [mean_estimate([[3.0]]), mean_estimate(np.ones((5, 1))), clips_estimate([1.0])],
)
@pytest.mark.filterwarnings("error")
def test_what_does_not_vary_is_not_compared(found):
    consistent, margin = consistent_with(found, 1.0, math.nan, 5)
    assert not consistent and math.isnan(margin)
