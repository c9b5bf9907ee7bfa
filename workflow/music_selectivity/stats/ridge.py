"""Ridge regression between random halves of observations, in closed form.

All results follow from the products of observations (their Gram matrix) and its
eigenvectors, whose size does not depend on the number of predictors. Predictors are
standardised on the training half. The penalty of each target minimises the error of
predicting each training observation from all others. What a half predicts without one
of its observations has a closed form as well, with that penalty and scaling.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from music_selectivity.stats.jackknife import (
    Jackknifed,
    correlation,
    correlation_without_each,
)

# For products of observations divided by the number of predictors, so that a penalty
# means the same for any number. They are in units of the mean eigenvalue if all
# predictors vary; those that do not are counted, too.
PENALTIES = 10.0 ** np.arange(-4, 6.5, 0.5)

# Numbers of the observations in a training half, and in a test half.
Halves = tuple[np.ndarray, np.ndarray]


def random_halves(n: int, splits: int, rng: np.random.Generator) -> list[Halves]:
    """Random splits of `n` observations; of an odd number, one more is for training."""
    orders = [rng.permutation(n) for _ in range(splits)]
    middle = (n + 1) // 2
    return [(np.sort(order[:middle]), np.sort(order[middle:])) for order in orders]


def standardised(
    values: np.ndarray, of: np.ndarray | slice = slice(None)
) -> np.ndarray:
    """Columns with mean 0 and SD 1 over the rows `of`; 0 where these do not vary."""
    values = values - values[of].mean(axis=0)
    sd = values[of].std(axis=0)
    # Rounding leaves constants a tiny SD.
    varies = sd > 1e-12 * np.abs(values).max(axis=0)
    return np.divide(values, sd, out=np.zeros_like(values), where=varies)


@dataclass(frozen=True)
class CrossValidation:
    """How well targets are predicted in each split.

    Attributes
    ----------
    correlation, error : array, shape (splits, 1 + permutations, targets)
        Correlation of predicted and true targets over the test half; and the
        leave-one-out error in the training half, as a share of the target's variance.
        First for the targets themselves, then for their permutations.
    without : array, shape (splits, observations, targets)
        The correlation without each observation in turn.
    """

    correlation: np.ndarray
    error: np.ndarray
    without: np.ndarray

    def scores(self) -> Jackknifed:
        """Mean correlation over splits, of each target."""
        mean = self.correlation.mean(axis=0)
        return Jackknifed(mean[0], self.without.mean(axis=0), mean[1:])


def cross_validate(
    predictors: np.ndarray,
    targets: np.ndarray,
    permutations: np.ndarray,
    splits: Sequence[Halves],
) -> CrossValidation:
    """Predict the test half of each split from its training half.

    Parameters
    ----------
    predictors
        (observations, predictors).
    targets
        (observations, targets).
    permutations
        (permutations, observations): orders in which the targets are predicted as well.
    splits
        As from `random_halves`.
    """
    orders = np.vstack([np.arange(len(targets)), permutations])
    # (observations, (1 + permutations) * targets): predicted alike, all at once.
    permuted = targets[orders].transpose(1, 0, 2).reshape(len(targets), -1)
    measured = slice(targets.shape[1])
    correlations, errors, without = [], [], []
    for train, test in splits:
        ridge = _Ridge(predictors, train, test)
        weights, penalties, error = ridge.fit(permuted)
        correlations.append(correlation(ridge.predict(weights), permuted[test]))
        errors.append(error)
        without.append(
            ridge.correlation_without_each(
                targets, weights[:, measured], penalties[measured]
            )
        )
    shape = len(splits), len(orders), targets.shape[1]
    return CrossValidation(
        np.reshape(correlations, shape), np.reshape(errors, shape), np.stack(without)
    )


def best_of(candidates: Sequence[CrossValidation]) -> CrossValidation:
    """The candidate of least error in the training half of each split.

    It is chosen separately for each target and each permutation, and never by the test
    half that scores it.
    """
    errors = np.stack([each.error for each in candidates])
    best = np.where(np.isnan(errors), np.inf, errors).argmin(axis=0)[None]

    def of_best(values: Sequence[np.ndarray], chosen: np.ndarray) -> np.ndarray:
        return np.take_along_axis(np.stack(values), chosen, axis=0)[0]

    return CrossValidation(
        of_best([each.correlation for each in candidates], best),
        of_best(errors, best),
        of_best([each.without for each in candidates], best[:, :, :1]),
    )


class _Ridge:
    """Regressions on the standardised predictors of a training half, with an intercept.

    The intercept is left out of predictions, which are only correlated.
    """

    def __init__(
        self, predictors: np.ndarray, train: np.ndarray, test: np.ndarray
    ) -> None:
        self._train, self._test = train, test
        scaled = standardised(np.asarray(predictors, np.float64), train)
        products = scaled @ scaled[train].T / scaled.shape[1]
        self._onto_test = products[test]
        values, self._vectors = np.linalg.eigh(products[train])
        # By penalty: the factor of each eigenvector in the inverse of products +
        # penalty, and the diagonal of this inverse. The predictors are centred, so that
        # an intercept takes the constant vector out of the inverse.
        self._factors = 1 / (values[:, None] + PENALTIES)
        self._constant = 1 / (len(train) * PENALTIES)
        self._diagonal = self._vectors**2 @ self._factors - self._constant

    def fit(self, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Weights of the training observations, (train, targets); penalties; errors.

        `targets` are those of all observations.
        """
        targets = targets[self._train] - targets[self._train].mean(axis=0)
        rotated = self._vectors.T @ targets
        errors = np.stack(
            [
                np.square(
                    self._vectors @ (factors[:, None] * rotated) / diagonal[:, None]
                ).mean(axis=0)
                for factors, diagonal in zip(
                    self._factors.T, self._diagonal.T, strict=True
                )
            ]
        )
        penalties = errors.argmin(axis=0)
        weights = self._vectors @ (self._factors[:, penalties] * rotated)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = errors.min(axis=0) / targets.var(axis=0)
        return weights, penalties, share

    def predict(self, weights: np.ndarray) -> np.ndarray:
        """Of the test half, (test, targets), less the intercept."""
        return self._onto_test @ weights

    def correlation_without_each(
        self, targets: np.ndarray, weights: np.ndarray, penalties: np.ndarray
    ) -> np.ndarray:
        """Correlation in the test half without each observation, as `targets`.

        Weights and penalties are those of `fit`.
        """
        truth, without = targets[self._test], np.empty(targets.shape)
        without[self._test] = correlation_without_each(self.predict(weights), truth)
        for number, penalty in enumerate(penalties):
            predicted = self._predict_without_each(weights[:, number], penalty)
            without[self._train, number] = correlation(predicted, truth[:, [number]])
        return without

    def _predict_without_each(self, weights: np.ndarray, penalty: int) -> np.ndarray:
        """Predictions of a target without each training observation, (test, train)."""
        inverse = (self._vectors * self._factors[:, penalty]) @ self._vectors.T
        inverse -= self._constant[penalty]
        # Without an observation its weight is 0; the others change by its column of the
        # inverse, so that its own residual vanishes.
        moved = weights / self._diagonal[:, penalty]
        return self.predict(weights)[:, None] - (self._onto_test @ inverse) * moved
