"""How a claim is put to the test over networks: the comparisons that the paper uses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import stats

from music_selectivity import statistics
from music_selectivity.claims.measured import Measured, Quantity, Values


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
    """Signed-rank test of two measures of the same networks, or of one and a constant.

    ``alternative`` as in `statistics.signed_rank`.
    """

    first: Quantity
    second: Quantity | float
    alternative: str = "greater"

    def run(self, measured: Measured) -> Outcome:
        """Outcome over the networks that have both."""
        first = self.first(measured)
        if isinstance(self.second, float):
            second = first * 0 + self.second
        else:
            second = self.second(measured)
        both = first.index.intersection(second.index)
        return _ranked("signed_rank", first.loc[both], second.loc[both], self)


@dataclass(frozen=True)
class AgainstOne:
    """Signed-rank test of networks against the one value of linear features."""

    first: Quantity
    one: Quantity
    alternative: str = "greater"

    def run(self, measured: Measured) -> Outcome:
        """Outcome over networks; none where the one value is missing."""
        first, one = self.first(measured), self.one(measured)
        if len(one) == 0 or len(first) == 0:
            return Outcome(0)
        second = one.loc[[one.index[0]] * len(first)].set_index(first.index)
        return _ranked("signed_rank", first, second, self)


@dataclass(frozen=True)
class Unpaired:
    """Rank-sum test of two sets of networks."""

    first: Quantity
    second: Quantity
    alternative: str = "greater"

    def run(self, measured: Measured) -> Outcome:
        """Outcome over all networks of both."""
        return _ranked("rank_sum", self.first(measured), self.second(measured), self)


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
            0.0,
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


def _ranked(
    test: str, first: Values, second: Values, comparison: "Paired | Unpaired"
) -> Outcome:
    n = min(len(first), len(second))
    if n == 0:
        return Outcome(0)
    alternative = comparison.alternative
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
