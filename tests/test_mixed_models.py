"""Mixed models against statsmodels, simulated effects, and data without an answer."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.regression.mixed_linear_model import MixedLM

from music_selectivity import mixed_models


def make(n_networks=6, n_clips=80, effect=0.5, slopes=0.3, seed=0):
    """Skewed values with an effect, network offsets and slopes: y, x, networks."""
    rng = np.random.default_rng(seed)
    networks = np.repeat(np.arange(n_networks), n_clips)
    x = np.tile(rng.random(n_clips) < 0.4, n_networks)
    own = effect + slopes * rng.normal(size=n_networks)
    offset = 0.4 * rng.normal(size=n_networks)
    y = rng.gamma(1, size=len(x)) + offset[networks] + own[networks] * x
    return y, x, networks


def in_sds(y, networks):
    return (
        y
        / np.array([y[networks == n].std(ddof=1) for n in np.unique(networks)])[
            networks
        ]
    )


def reference(y, fixed, networks, random):
    """Estimates and standard errors of the likeliest of three fits by statsmodels.

    Its gradient methods stop short where a variance is near zero, its simplex where
    none is.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MixedLM(y, fixed, networks, exog_re=random)
        fits = [model.fit(reml=True, method=[name]) for name in ("bfgs", "powell", "nm")]
    best = max(fits, key=lambda fit: fit.llf)
    return best.fe_params, best.bse_fe


def assert_agrees(found, estimate, se, degrees):
    assert found.converged
    assert found.estimate == pytest.approx(estimate, abs=1e-4)
    assert found.se == pytest.approx(se, rel=2e-3)
    low, high = stats.t.interval(0.95, degrees, found.estimate, found.se)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.p == pytest.approx(
        2 * stats.t.sf(abs(found.estimate) / found.se, degrees)
    )


@pytest.mark.parametrize("seed", range(3))
def test_contrast_is_that_of_statsmodels(seed):
    y, x, networks = make(seed=seed)
    fixed = np.column_stack([np.ones(len(x)), x])
    estimates, errors = reference(in_sds(y, networks), fixed, networks, fixed)
    found = mixed_models.contrast(y, x, [f"net {n}" for n in networks])
    assert_agrees(found, estimates[1], errors[1], 5)
    assert (found.n_obs, found.n_networks) == (480, 6)
    assert found.model == "y ~ 1 + x + (1 + x | network)"


def test_contrast_of_unequal_networks_is_that_of_statsmodels():
    y, x, networks = make(8, slopes=0.6)
    kept = np.random.default_rng(1).random(len(y)) < (0.2 + 0.1 * networks)
    y, x, networks = y[kept], x[kept], networks[kept]
    fixed = np.column_stack([np.ones(len(x)), x])
    estimates, errors = reference(in_sds(y, networks), fixed, networks, fixed)
    found = mixed_models.contrast(y, x, networks)
    assert_agrees(found, estimates[1], errors[1], 7)


def test_two_networks_have_no_random_slope():
    y, x, networks = make(2, 200)
    fixed = np.column_stack([np.ones(len(x)), x])
    ones = np.ones((len(x), 1))
    estimates, errors = reference(in_sds(y, networks), fixed, networks, ones)
    found = mixed_models.contrast(y, x, networks)
    assert_agrees(found, estimates[1], errors[1], 400 - 2 - 1)
    assert "fewer than 3 networks" in found.model


def test_slope_is_that_of_statsmodels_with_an_effect_of_each_clip():
    """Means taken away are the same as fixed effects, with their degrees of freedom."""
    rng = np.random.default_rng(2)
    n_networks, n_clips, x = 5, 8, np.array([0.0, 1.0, 2.0, 5.0])
    networks = np.repeat(np.arange(n_networks), n_clips * 4)
    clips = np.tile(np.repeat(np.arange(n_clips), 4), n_networks)
    x = np.tile(x, n_networks * n_clips)
    own = networks * n_clips + clips
    y = rng.normal(size=len(x)) + rng.normal(size=own.max() + 1)[own]
    y += (0.3 + 0.3 * rng.normal(size=n_networks))[networks] * x
    kept = rng.random(len(x)) < 0.9  # clips lack conditions
    y, x, networks, clips, own = (v[kept] for v in (y, x, networks, clips, own))
    fixed = np.column_stack([x, own[:, None] == np.unique(own)])
    scaled = in_sds(y, networks)
    estimates, errors = reference(scaled, fixed, networks, x[:, None])
    found = mixed_models.slope(y, x, [f"clip {c}" for c in clips], networks)
    assert_agrees(found, estimates[0], errors[0], 4)


def test_interaction_is_that_of_statsmodels():
    y, music, networks = make(10)
    other = networks >= 4
    y = y + 0.4 * (music & other)
    fixed = np.column_stack([np.ones(len(y)), music, other, music & other])
    estimates, errors = reference(in_sds(y, networks), fixed, networks, fixed[:, :2])
    found = mixed_models.interaction(y, music, other, networks)
    assert_agrees(found, estimates[3], errors[3], 10 - 2)


def test_mean_difference_is_that_of_statsmodels():
    rng = np.random.default_rng(3)
    networks = np.repeat(np.arange(5), 40)
    y = 0.2 + rng.normal(size=200) + 0.5 * rng.normal(size=5)[networks]
    ones = np.ones((200, 1))
    estimates, errors = reference(y, ones, networks, ones)
    found = mixed_models.mean_difference(y, networks)
    assert_agrees(found, estimates[0], errors[0], 4)


def test_balanced_mean_is_a_t_test_of_the_networks_means():
    """Where networks differ, REML of balanced data is the two-stage estimate."""
    rng = np.random.default_rng(4)
    y = rng.normal(size=(6, 30)) + np.arange(6)[:, None]
    found = mixed_models.mean_difference(y.ravel(), np.repeat(np.arange(6), 30))
    expected = stats.ttest_1samp(y.mean(axis=1), 0)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-4)
    low, high = expected.confidence_interval()
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-4)


def test_networks_without_variance_between_them_are_a_fit():
    """Here ``MixedLM`` stops short; the estimate is that of all rows together."""
    y = np.random.default_rng(5).normal(size=50)
    y = np.concatenate([y, y - y.mean() + y[::-1].mean(), y[::-1]])
    found = mixed_models.mean_difference(y, np.repeat([0, 1, 2], 50))
    assert found.converged
    assert found.estimate == pytest.approx(y.mean())
    assert found.se == pytest.approx(y.std(ddof=1) / np.sqrt(150), rel=1e-3)


def test_intervals_hold_the_effect_as_often_as_they_claim():
    """5 networks that differ; intervals of the normal distribution hold it 86 %."""
    truth, studies, found = 0.5, 200, []
    for seed in range(studies):
        rng = np.random.default_rng(seed)
        networks, x = np.repeat(np.arange(5), 200), np.tile([0, 1], 500)
        own = truth + 0.3 * rng.normal(size=5)  # in SDs of the values, ...
        step = own / np.sqrt(1 - own**2 / 4)  # ... of which the step is a part
        y = rng.normal(size=1000) + step[networks] * x
        found.append(mixed_models.contrast(y, x, networks))
    mean = np.mean([f.estimate for f in found])
    expected_se = np.sqrt((0.3**2 + 4 / 200) / 5)
    assert mean == pytest.approx(truth, abs=3 * expected_se / np.sqrt(studies))
    held = sum(f.low <= truth <= f.high for f in found)
    assert stats.binomtest(held, studies, 0.95).pvalue > 0.001
    assert stats.binomtest(held, studies, 0.86).pvalue < 0.01


def test_the_scale_of_a_network_does_not_matter():
    y, x, networks = make()
    plain = mixed_models.contrast(y, x, networks)
    scaled = mixed_models.contrast(y * 10.0 ** (networks - 3), x, networks)
    assert scaled[:5] == pytest.approx(plain[:5])


def test_offsets_do_not_cost_digits():
    y, networks = make()[::2]
    plain = mixed_models.mean_difference(y, networks)
    moved = mixed_models.mean_difference(y + 1e6, networks)
    assert moved.estimate - 1e6 == pytest.approx(plain.estimate, rel=1e-6)
    assert moved.se == pytest.approx(plain.se, rel=1e-6)


@settings(max_examples=20)
@given(st.permutations(range(6)))
def test_neither_the_order_of_rows_nor_names_matter(order):
    y, x, networks = make(n_clips=20)
    rows = np.argsort(np.array(order)[networks], kind="stable")
    plain = mixed_models.contrast(y, x, networks)
    other = mixed_models.contrast(y[rows], x[rows], np.array(order)[networks][rows])
    assert other[:5] == pytest.approx(plain[:5], rel=1e-3)


def test_values_that_are_missing_are_left_out():
    y, x, networks = make()
    missing = np.arange(len(y)) % 7 == 0
    found = mixed_models.contrast(np.where(missing, np.nan, y), x, networks)
    kept = mixed_models.contrast(y[~missing], x[~missing], networks[~missing])
    assert found == kept


y, x, networks = make(3, 40)
clips = np.tile(np.repeat(np.arange(20), 2), 3)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (lambda: mixed_models.contrast(y[:40], x[:40], networks[:40]), "1 networks"),
        (lambda: mixed_models.contrast([], [], []), "0 networks"),
        (lambda: mixed_models.contrast(y * np.nan, x, networks), "0 networks"),
        (lambda: mixed_models.contrast(y * (networks > 0), x, networks), "1 networks"),
        (lambda: mixed_models.contrast(y * 0 + 0.1, x, networks), "one value"),
        (lambda: mixed_models.contrast(y, x * 0, networks), "does not vary"),
        (lambda: mixed_models.contrast(y, networks > 0, networks), "does not vary"),
        (lambda: mixed_models.contrast(x + 0.1, x, networks), "nothing varies"),
        (lambda: mixed_models.slope(y, y * 0, clips, networks), "does not vary"),
        (lambda: mixed_models.slope([], [], [], []), "0 networks"),
        (
            lambda: mixed_models.slope(y, x, np.arange(len(y)), networks),
            "does not vary",
        ),
        (
            lambda: mixed_models.interaction(y, x, networks > 0, networks),
            "1 and 2 networks",
        ),
        (lambda: mixed_models.mean_difference([1.0, 2.0], [1, 1]), "1 networks"),
        (lambda: mixed_models.mean_difference([1.0, 2.0], [1, 2]), "nothing varies"),
        (lambda: mixed_models.mean_difference([0.1] * 9, [1, 2, 3] * 3), "nothing"),
        (lambda: mixed_models.mean_difference([0.1, 0.7] * 4, [1, 2] * 4), "nothing"),
    ],
)
def test_data_without_an_answer_give_a_reason(found, reason, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = found()
    assert np.isnan(found[:5]).all()
    assert not found.converged
    assert reason in found.model
    assert capfd.readouterr() == ("", "")


def test_columns_of_unequal_length():
    with pytest.raises(ValueError, match="rows"):
        mixed_models.contrast([1.0, 2.0], [True], [1, 2])
