"""How a claim is tested over networks: the comparisons that the paper uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np

from music_selectivity.claims.quantities import Points, Quantity
from music_selectivity.claims.verdicts import LEAST_NETWORKS

if TYPE_CHECKING:
    from music_selectivity.claims.measured import Measured, Values


class Outcome(NamedTuple):
    """What a comparison found.

    `n` counts networks (of the smaller sample), `distance` is as `verdict` takes it,
    and `passed` is None where a test decides.
    """

    n: int
    test: str = ""
    p: float = np.nan
    effect_size: float = np.nan
    smallest_p: float = np.nan
    distance: float = np.nan
    passed: bool | None = None
    remark: str = ""


@dataclass(frozen=True)
class Paired:
    """Signed-rank test of two measures of the same networks.

    `alternative` is as for ``rank_tests.signed_rank``.
    """

    first: Quantity
    second: Quantity
    alternative: str = "greater"
    paired: ClassVar[bool] = True

    def samples(self, measured: Measured) -> tuple[Values, Values]:
        """Both measures of the networks that have both."""
        first, second = self.first(measured), self.second(measured)
        both = first.index.intersection(second.index)
        return first.loc[both], second.loc[both]

    def run(self, measured: Measured) -> Outcome:
        """Outcome over the networks that have both."""
        return _ranked("signed_rank", *self.samples(measured), self.alternative)


@dataclass(frozen=True)
class AgainstOne:
    """Signed-rank test of networks against the one value of linear features."""

    first: Quantity
    one: Quantity
    alternative: str = "greater"
    paired: ClassVar[bool] = True

    def samples(self, measured: Measured) -> tuple[Values, Values]:
        """The networks, and the one value for each; neither where one is missing."""
        first, one = self.first(measured), self.one(measured)
        if len(one) == 0 or len(first) == 0:
            return first.iloc[:0], one.iloc[:0]
        return first, one.loc[[one.index[0]] * len(first)].set_index(first.index)

    def run(self, measured: Measured) -> Outcome:
        """Outcome over networks; none where the one value is missing."""
        return _ranked("signed_rank", *self.samples(measured), self.alternative)


@dataclass(frozen=True)
class Unpaired:
    """Rank-sum test of two sets of networks."""

    first: Quantity
    second: Quantity
    alternative: str = "greater"
    paired: ClassVar[bool] = False

    def samples(self, measured: Measured) -> tuple[Values, Values]:
        """All networks of either kind."""
        return self.first(measured), self.second(measured)

    def run(self, measured: Measured) -> Outcome:
        """Outcome over all networks of both."""
        return _ranked("rank_sum", *self.samples(measured), self.alternative)


# Those that compare one sample of networks with another.
RANKED = (Paired, AgainstOne, Unpaired)


@dataclass(frozen=True)
class EveryNetwork:
    """No test: every network must lie above a threshold, or below it."""

    first: Quantity
    threshold: float
    above: bool = True

    def run(self, measured: Measured) -> Outcome:
        """Whether every network passes."""
        values = self.first(measured)[0]
        passes = values > self.threshold if self.above else values < self.threshold
        return Outcome(
            len(values),
            "none: every network must pass",
            passed=bool(passes.all()),
            remark=f"each must be {'above' if self.above else 'below'} "
            f"{self.threshold:.3g}",
        )


@dataclass(frozen=True)
class Correlation:
    """Pearson's r over all networks and conditions together, as in the paper."""

    points: Points

    def run(self, measured: Measured) -> Outcome:
        """Outcome over networks with a value under every condition."""
        # Imported here because the Snakefile reads the claims, and must plan quickly.
        from scipy import stats

        x, y = self.pooled(measured)
        if y.size == 0:
            return Outcome(0)
        n = y.shape[1]
        if x[:, :, 0].size < 3 or np.ptp(x[:, :, 0]) == 0 or np.ptp(y[:, :, 0]) == 0:
            return Outcome(n, "Pearson, two-tailed", smallest_p=1.0)
        r, p = stats.pearsonr(x[:, :, 0].ravel(), y[:, :, 0].ravel())
        # The paper's p is two-tailed; a correlation of the other sign is no support.
        return Outcome(
            n,
            "Pearson, two-tailed",
            float(p),
            float(r),
            0.0 if n >= LEAST_NETWORKS else 1.0,
            abs(float(r)),
            remark=f"over {y.shape[0]} conditions x {n} networks",
        )

    def pooled(self, measured: Measured) -> tuple[np.ndarray, np.ndarray]:
        """x and y, each (conditions, networks, 1 + draws)."""
        points = self.points(measured)
        if not points:
            return np.empty((0, 0, 0)), np.empty((0, 0, 0))
        networks = points[0][1].index
        for x, y in points:
            networks = networks.intersection(y.index)
            if not isinstance(x, float):
                networks = networks.intersection(x.index)
        ys = np.stack([y.loc[networks].to_numpy() for _, y in points])
        xs = np.stack(
            [
                np.full(ys.shape[1:], x)
                if isinstance(x, float)
                else x.loc[networks].to_numpy()
                for x, _ in points
            ]
        )
        return xs, ys


@dataclass(frozen=True)
class Trend:
    """No test: how far the response of the one set of linear features changes.

    The x of all `points` are numbers.
    """

    points: Points

    def run(self, measured: Measured) -> Outcome:
        """Whether there is a change, which its interval over clips then judges."""
        found = len(self.change(measured)) > 0
        return Outcome(int(found), "none: interval over clips, of one set of features")

    def change(self, measured: Measured) -> np.ndarray:
        """Change along the regression on x, from least to most, over the mean.

        Returns
        -------
        array, shape (1 + draws,)
            Empty where fewer than three conditions were measured.
        """
        points = [(x, y.iloc[0].to_numpy()) for x, y in self.points(measured) if len(y)]
        if len(points) < 3:
            return np.empty(0)
        x, y = (np.array(axis) for axis in zip(*points, strict=True))
        weights = (x - x.mean()) / np.square(x - x.mean()).sum()
        return np.ptp(x) * (weights @ y) / y.mean(axis=0)


def _ranked(test: str, first: Values, second: Values, alternative: str) -> Outcome:
    # Imported here for the reason given in `Correlation.run`.
    from music_selectivity.stats import rank_tests

    n = min(len(first), len(second))
    if n == 0:
        return Outcome(0)
    p, effect_size = getattr(rank_tests, test)(first[0], second[0], alternative)
    two_tailed = alternative == "two-sided"
    # "No more" is not refuted by less, nor "no less" by more.
    sign = {"greater": 1, "less": -1}.get(alternative)
    away = abs(effect_size - 0.5) if two_tailed else sign * (effect_size - 0.5)
    return Outcome(
        n,
        f"{test.replace('_', '-')}, {'two-tailed' if two_tailed else 'one-tailed'}",
        p,
        effect_size,
        rank_tests.smallest_p(test, len(first), len(second), alternative),
        max(away, 0.0),
        remark=f"{first[0].mean():.3g} against {second[0].mean():.3g}",
    )
