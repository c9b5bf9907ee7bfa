"""How a claim is put to the test over networks: the comparisons that the paper uses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from scipy import stats

from music_selectivity import statistics
from music_selectivity.claims.measured import Measured, Quantity, Values
from music_selectivity.claims.verdicts import LEAST_NETWORKS


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

    ``alternative`` as in `statistics.signed_rank`.
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


# Those that set one sample of networks against another.
RANKED = (Paired, AgainstOne, Unpaired)


@dataclass(frozen=True)
class EveryNetwork:
    """No test: every network must exceed a threshold."""

    first: Quantity
    threshold: float

    def run(self, measured: Measured) -> Outcome:
        """Whether every network passes."""
        values = self.first(measured)[0]
        return Outcome(
            len(values),
            "none: every network must pass",
            passed=bool((values > self.threshold).all()),
            remark=f"each must exceed {self.threshold:.3g}",
        )


Points = Callable[[Measured], list[tuple[float | Values, Values]]]


@dataclass(frozen=True)
class Correlation:
    """Pearson's r over all networks and conditions together, as the paper has it.

    ``points`` gives x and y of each condition; x is a number or a quantity of the same
    networks.
    """

    points: Points
    alternative: str = "greater"

    def run(self, measured: Measured) -> Outcome:
        """Outcome over networks with a value under every condition."""
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

    ``points`` as for `Correlation`, with numbers as x.
    """

    points: Points

    def run(self, measured: Measured) -> Outcome:
        """Nothing but that there is a change to judge, by its interval over clips."""
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


def along(model: str, measure: str, prefix: str) -> Points:
    """Points of a measure whose conditions are `prefix` and a number, such as 50."""

    def points(measured: Measured) -> list[tuple[float, Values]]:
        numbers = sorted(
            float(condition.removeprefix(prefix))
            for condition in measured.conditions(model, measure)
            if condition.startswith(prefix) and condition[len(prefix) :].isdigit()
        )
        return [(x, measured.values(model, measure, f"{prefix}{x:g}")) for x in numbers]

    return points


def together(model: str, x: str, y: str) -> Points:
    """Points of two measures under each condition that both have."""

    def points(measured: Measured) -> list[tuple[Values, Values]]:
        shared = [
            condition
            for condition in measured.conditions(model, x)
            if condition in measured.conditions(model, y)
        ]
        return [
            (measured.values(model, x, name), measured.values(model, y, name))
            for name in shared
        ]

    return points


def _ranked(test: str, first: Values, second: Values, alternative: str) -> Outcome:
    n = min(len(first), len(second))
    if n == 0:
        return Outcome(0)
    p, effect_size = getattr(statistics, test)(first[0], second[0], alternative)
    two_tailed = alternative == "two-sided"
    # "No more" is not refuted by less, nor "no less" by more.
    sign = {"greater": 1, "less": -1}.get(alternative)
    away = abs(effect_size - 0.5) if two_tailed else sign * (effect_size - 0.5)
    return Outcome(
        n,
        f"{test.replace('_', '-')}, {'two-tailed' if two_tailed else 'one-tailed'}",
        p,
        effect_size,
        statistics.smallest_p(test, len(first), len(second), alternative),
        max(away, 0.0),
        remark=f"{first[0].mean():.3g} against {second[0].mean():.3g}",
    )
