"""Jackknife: replicates of a measure from leaving out each observation in turn.

The bootstrap draws observations twice. A measure that compares observations with each
other does not survive that: a cross-validated score has then learned what it is tested
on, and a distance of 0 lies between an observation and its copy. The jackknife leaves
observations out instead. What each one contributes is added up over the draws of the
bootstrap, which is a linear approximation of it (Efron & Tibshirani 1993, *An
Introduction to the Bootstrap*, chapter 11).
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Jackknifed:
    """A measure, or several, of the same observations.

    Attributes
    ----------
    value : array, shape (...)
        Of all observations.
    without : array, shape (observations, ...)
        Without each observation in turn.
    null : array, shape (permutations, ...)
        With the observations of one side permuted.
    """

    value: np.ndarray
    without: np.ndarray
    null: np.ndarray

    def __getitem__(self, index) -> "Jackknifed":
        """One of several measures."""
        return Jackknifed(
            self.value[index], self.without[:, index], self.null[:, index]
        )

    def replicates(self, weights: np.ndarray) -> np.ndarray:
        """The measure in each draw of observations, to first order, (..., 1 + draws).

        For a mean, these are the replicates of the bootstrap.

        Parameters
        ----------
        weights
            How often each draw contains each observation, (observations, 1 + draws), as
            from ``bootstrap.clip_weights``.
        """
        n = len(self.without)
        influence = (self.value - self.without) * (n - 1) / n
        moved = np.tensordot(influence, weights - 1.0, axes=(0, 0))
        return np.expand_dims(self.value, -1) + moved

    def p(self) -> np.ndarray:
        """Share of permutations with at least this value, the measured one included.

        One-sided p-values, NaN where a value is not finite.
        """
        with np.errstate(invalid="ignore"):
            at_or_above = (self.null >= self.value).sum(axis=0)
        p = (1 + at_or_above) / (1 + len(self.null))
        return np.where(np.isfinite(self.value), p, np.nan)


def correlation(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pearson's r along the first axis; NaN where `x` or `y` does not vary.

    Columns of one are compared with those of the other, or all with a single one.
    """
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (x * y).sum(axis=0) / np.sqrt((x * x).sum(axis=0) * (y * y).sum(axis=0))


def correlation_without_each(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """`correlation` without each observation in turn, of the shape of `x` and `y`."""
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    # Leaving an observation out moves the means as well: hence the factor.
    factor = len(x) / (len(x) - 1)

    def products(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return (a * b).sum(axis=0) - factor * a * b

    with np.errstate(divide="ignore", invalid="ignore"):
        return products(x, y) / np.sqrt(products(x, x) * products(y, y))
