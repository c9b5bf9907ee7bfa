"""Ridge regression between halves: against scikit-learn, and without an effect."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge, RidgeCV
from sklearn.preprocessing import StandardScaler

from music_selectivity.stats.bootstrap import clip_weights
from music_selectivity.stats.ridge import (
    PENALTIES,
    CrossValidation,
    best_of,
    cross_validate,
    random_halves,
    standardised,
)

N, TARGETS, SPLITS = 41, 3, 4
# Fewer and more predictors than observations in a training half.
SIZES = (5, 60)
NONE = np.empty((0, N), int)


def data(predictors, seed=0):
    """Predictors of several scales, and targets that they predict less and less."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(N, predictors)) * np.exp(rng.normal(size=predictors))
    latent = standardised(x)[:, :3] @ rng.normal(size=(3, TARGETS))
    return x, latent + [0.3, 1, 20] * rng.normal(size=(N, TARGETS))


def halves(seed=0):
    return random_halves(N, SPLITS, np.random.default_rng(seed))


@pytest.mark.parametrize("n", [164, 165])
def test_halves_are_random_and_hold_every_observation_once(n):
    splits = random_halves(n, 200, np.random.default_rng(0))
    for train, test in splits:
        assert len(train) - len(test) == n % 2
        assert sorted([*train, *test]) == list(range(n))
    trained = np.zeros(n)
    for train, _ in splits:
        trained[train] += 1
    assert abs(trained / 200 - 0.5).max() < 0.15


def test_columns_are_standardised_over_some_rows():
    x, _ = data(5)
    x[:, 2] = 7.1
    train = np.arange(20)
    expected = StandardScaler().fit(x[train]).transform(x)
    np.testing.assert_allclose(standardised(x, train), expected, atol=1e-12)
    assert (standardised(x, train)[:, 2] == 0).all()


@pytest.mark.parametrize("predictors", SIZES)
def test_predictions_are_scikit_learns(predictors):
    x, y = data(predictors)
    found = cross_validate(x, y, NONE, halves())
    for split, (train, test) in enumerate(halves()):
        scaled = StandardScaler().fit(x[train]).transform(x)
        model = RidgeCV(PENALTIES * predictors, alpha_per_target=True)
        model.fit(scaled[train], y[train])
        predicted = model.predict(scaled[test])
        r = [np.corrcoef(predicted[:, k], y[test, k])[0, 1] for k in range(TARGETS)]
        np.testing.assert_allclose(found.correlation[split, 0], r)
        share = -model.best_score_ / y[train].var(axis=0)
        np.testing.assert_allclose(found.error[split, 0], share)


@pytest.mark.parametrize("predictors", SIZES)
def test_errors_and_what_is_left_out_are_those_of_brute_force(predictors):
    """The penalty, and the scaling of the predictors, are those of the whole half."""
    x, y = data(predictors)
    found = cross_validate(x, y, NONE, halves())
    for split, (train, test) in enumerate(halves()):
        scaled = StandardScaler().fit(x[train]).transform(x)
        chosen = RidgeCV(PENALTIES * predictors, alpha_per_target=True)
        chosen.fit(scaled[train], y[train])
        for target, penalty in enumerate(chosen.alpha_):
            errors = []
            for left_out in train:
                kept = train[train != left_out]
                model = Ridge(penalty).fit(scaled[kept], y[kept, target])
                errors.append(model.predict(scaled[[left_out]]) - y[left_out, target])
                r = np.corrcoef(model.predict(scaled[test]), y[test, target])[0, 1]
                assert found.without[split, left_out, target] == pytest.approx(r)
            share = np.mean(np.square(errors)) / y[train, target].var()
            assert found.error[split, 0, target] == pytest.approx(share)
            model = Ridge(penalty).fit(scaled[train], y[train, target])
            for left_out in test:
                kept = test[test != left_out]
                r = np.corrcoef(model.predict(scaled[kept]), y[kept, target])[0, 1]
                assert found.without[split, left_out, target] == pytest.approx(r)


def test_permuted_targets_are_predicted_as_any_others():
    x, y = data(12)
    rng = np.random.default_rng(3)
    orders = np.array([rng.permutation(N) for _ in range(2)])
    found = cross_validate(x, y, orders, halves())
    for number, order in enumerate(orders, start=1):
        alone = cross_validate(x, y[order], NONE, halves())
        np.testing.assert_allclose(
            found.correlation[:, number], alone.correlation[:, 0]
        )
        np.testing.assert_allclose(found.error[:, number], alone.error[:, 0])
    scores = found.scores()
    np.testing.assert_allclose(scores.null, found.correlation[:, 1:].mean(axis=0))
    np.testing.assert_allclose(scores.value, found.correlation[:, 0].mean(axis=0))


def test_scores_do_not_depend_on_the_scale_of_a_unit():
    x, y = data(12)
    scale = np.exp(np.random.default_rng(4).normal(size=12) * 5)
    one = cross_validate(x, y, NONE, halves()).scores()
    two = cross_validate(3 + x * scale, 2 - 5 * y, NONE, halves()).scores()
    np.testing.assert_allclose(two.value, one.value)
    np.testing.assert_allclose(two.without, one.without)


def test_dead_units_are_ignored_and_dead_layers_predict_nothing(recwarn):
    x, y = data(12)
    dead = np.zeros((N, 12))
    one = cross_validate(x, y, NONE, halves())
    with_dead = cross_validate(np.hstack([x, dead]), y, NONE, halves())
    # The penalties are relative to the number of units, dead ones included.
    np.testing.assert_allclose(with_dead.correlation, one.correlation, atol=0.1)
    assert np.isnan(cross_validate(dead, y, NONE, halves()).scores().value).all()
    assert not recwarn


def test_the_best_candidate_is_chosen_by_its_error_alone():
    shape = 2, 2, 1
    first = CrossValidation(
        correlation=np.full(shape, 0.9),
        error=np.array([0.5, 0.2, 0.3, np.nan]).reshape(shape),
        without=np.full((2, N, 1), 0.8),
    )
    second = CrossValidation(
        correlation=np.full(shape, 0.1),
        error=np.array([0.4, 0.3, 0.4, 0.9]).reshape(shape),
        without=np.full((2, N, 1), 0.2),
    )
    found = best_of([first, second])
    assert found.correlation.ravel().tolist() == [0.1, 0.9, 0.9, 0.1]
    assert found.error.ravel().tolist() == [0.4, 0.2, 0.3, 0.9]
    assert found.without[:, 0, 0].tolist() == [0.2, 0.8]


def studies(count, share, predictors=8):
    """Scores of studies of 60 observations, with replicates, and p-values."""
    n, weights = 60, clip_weights(["x"] * 60, 200, "ridge")
    splits = random_halves(n, 3, np.random.default_rng(5))
    found = []
    for number in range(count):
        rng = np.random.default_rng(number)
        x = rng.normal(size=(n, predictors))
        y = share * x[:, :2].sum(axis=1, keepdims=True) + rng.normal(size=(n, 1))
        orders = np.array([rng.permutation(n) for _ in range(19)])
        scores = cross_validate(x, y, orders, splits).scores()[0]
        replicates = scores.replicates(weights)
        found.append((replicates[0], replicates[1:].std(), float(scores.p())))
    return np.array(found).T


@pytest.mark.parametrize(("share", "low"), [(1.0, 0.91), (0.4, 0.91), (0.0, 0.93)])
def test_intervals_cover_the_expected_score(share, low):
    """Without an effect they are too wide, because the score is then of second order.

    .95 has an SD of .013 over 300 studies.
    """
    value, error, _ = studies(300, share)
    covered = abs(value - value.mean()) < 1.96 * error
    assert low < covered.mean() <= (0.98 if share else 1)


def test_unrelated_predictors_score_nothing():
    """The level of the permutation test is 1/20, with an SD of .013."""
    value, _, p = studies(300, 0.0)
    assert abs(value.mean()) < 3 * value.std() / np.sqrt(300)
    assert 0.02 < (p <= 0.05).mean() < 0.09
    assert abs(p.mean() - 0.525) < 0.06


def test_the_best_of_many_unrelated_candidates_scores_nothing():
    best, largest = [], []
    for number in range(150):
        rng = np.random.default_rng(number)
        y = rng.normal(size=(N, 1))
        candidates = [
            cross_validate(rng.normal(size=(N, 6)), y, NONE, halves()) for _ in range(5)
        ]
        best.append(best_of(candidates).scores().value[0])
        largest.append(max(each.scores().value[0] for each in candidates))
    assert abs(np.mean(best)) < 3 * np.std(best) / np.sqrt(len(best))
    assert np.mean(largest) > 0.1
