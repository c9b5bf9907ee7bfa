"""How a claim is tested over networks: the tests of the paper, and of equivalence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from music_selectivity.claims.quantities import Points, Quantity, stacked
from music_selectivity.claims.verdicts import MARGIN

if TYPE_CHECKING:
    from music_selectivity.claims.measured import Measured, Values
    from music_selectivity.stats.intervals import MeanEstimate


class Outcome(NamedTuple):
    """What a test found.

    `n` counts networks (of the smaller sample); `smallest_p` is the least p that so
    many can give.
    """

    n: int
    test: str = ""
    p: float = np.nan
    effect_size: float = np.nan
    smallest_p: float = np.nan
    remark: str = ""


@dataclass(frozen=True)
class Paired:
    """Signed-rank test of two measures of the same networks.

    `alternative` is as for ``rank_tests.signed_rank``.
    """

    first: Quantity
    second: Quantity
    alternative: str = "greater"

    def samples(self, measured: Measured) -> tuple[Values, Values]:
        """Both measures of the networks that have both."""
        first, second = self.first(measured), self.second(measured)
        both = first.index.intersection(second.index)
        return first.loc[both], second.loc[both]

    def difference(self, measured: Measured) -> MeanEstimate:
        """Mean of the first minus that of the second."""
        return _difference(*self.samples(measured), paired=True)

    def run(self, measured: Measured) -> Outcome:
        """Outcome over the networks that have both."""
        first, second = self.samples(measured)
        return _signed_rank(first, second[0].to_numpy(), self.alternative)


@dataclass(frozen=True)
class AgainstOne:
    """Signed-rank test of networks against the one value of linear features."""

    first: Quantity
    one: Quantity
    alternative: str = "greater"

    def samples(self, measured: Measured) -> tuple[Values, Values]:
        """The networks, and the one value; neither where one is missing."""
        first, one = self.first(measured), self.one(measured).iloc[:1]
        if len(one) == 0 or len(first) == 0:
            return first.iloc[:0], one.iloc[:0]
        return first, one

    def difference(self, measured: Measured) -> MeanEstimate:
        """Mean over networks less the one value."""
        return _difference(*self.samples(measured), paired=False)

    def run(self, measured: Measured) -> Outcome:
        """Outcome over networks; none where the one value is missing."""
        first, one = self.samples(measured)
        if len(one) == 0:
            return Outcome(0)
        return _signed_rank(first, float(one[0].iloc[0]), self.alternative)


@dataclass(frozen=True)
class Unpaired:
    """Rank-sum test of two sets of networks.

    `same_networks` marks two measures of the same networks, which the paper tests so
    too; the interval of their difference is paired.
    """

    first: Quantity
    second: Quantity
    alternative: str = "greater"
    same_networks: bool = False

    def samples(self, measured: Measured) -> tuple[Values, Values]:
        """All networks of either kind."""
        return self.first(measured), self.second(measured)

    def difference(self, measured: Measured) -> MeanEstimate:
        """Mean of the first minus that of the second.

        It has no interval if a sample is a single network.
        """
        if self.same_networks:
            return Paired(self.first, self.second).difference(measured)
        first, second = self.samples(measured)
        estimate = _difference(first, second, paired=False)
        if min(len(first), len(second)) > 1:
            return estimate
        # A single row would count as linear features, which do not vary.
        return replace(estimate, networks=np.nan, degrees=np.nan, n=1)

    def run(self, measured: Measured) -> Outcome:
        """Outcome over all networks of both."""
        # Imported here because the Snakefile reads the claims, and must plan quickly.
        from music_selectivity.stats import rank_tests

        first, second = self.samples(measured)
        if min(len(first), len(second)) == 0:
            return Outcome(0)
        p, effect_size = rank_tests.rank_sum(first[0], second[0], self.alternative)
        return Outcome(
            min(len(first), len(second)),
            f"rank-sum, {_tails(self.alternative)}",
            p,
            effect_size,
            rank_tests.smallest_p(
                "rank_sum", len(first), len(second), self.alternative
            ),
            remark=_means(first, second[0]),
        )


@dataclass(frozen=True)
class Rises:
    """Signed-rank test that a slope is positive, with one slope per network.

    Several conditions of one network are not independent, so that a correlation over
    all of them, as in the paper, would count each network several times.
    """

    first: Quantity

    def difference(self, measured: Measured) -> MeanEstimate:
        """The mean slope, which is its difference from none."""
        return estimate_of(self.first(measured))

    def run(self, measured: Measured) -> Outcome:
        """Outcome over networks with a slope."""
        return _signed_rank(self.first(measured), 0.0, "greater")


# Claims of a difference that has an interval.
COMPARED = (Paired, AgainstOne, Unpaired, Rises)


@dataclass(frozen=True)
class EveryNetwork:
    """No test: every network must reach a threshold, or stay below it."""

    first: Quantity
    threshold: float
    above: bool = True

    def passed(self, measured: Measured) -> bool:
        """Whether every network passes."""
        values = self.first(measured)[0]
        above = values >= self.threshold
        return bool((above if self.above else ~above).all())

    def run(self, measured: Measured) -> Outcome:
        """How many networks there are; a criterion decides, not a test."""
        return Outcome(
            len(self.first(measured)),
            "none: every network must pass",
            remark=f"each must be {'at least' if self.above else 'below'} "
            f"{self.threshold:.3g}",
        )


@dataclass(frozen=True)
class Equivalence:
    """Two one-sided t tests that a change is smaller than a margin.

    Attributes
    ----------
    change
        The change of each network, or of the one set of linear features.
    paper
        The paper's test of the same claim, which is reported; None if it has none.
    margin : float
        In the unit of the change.
    upper_only : bool
        Whether only an increase counts as a change.
    linear : bool
        Whether the change is that of linear features, where only the choice of clips is
        random.
    """

    change: Quantity
    paper: Paired | Unpaired | None = None
    margin: float = MARGIN
    upper_only: bool = False
    linear: bool = False

    def estimate(self, measured: Measured) -> MeanEstimate:
        """The mean change."""
        return estimate_of(self.change(measured), self.linear)

    def run(self, measured: Measured) -> Outcome:
        """Outcome over networks; of linear features, over clips alone."""
        from music_selectivity.stats.equivalence import equivalence_p

        n = len(self.change(measured))
        if n == 0:
            return Outcome(0)
        p = equivalence_p(self.estimate(measured), self.margin, self.upper_only)
        test = "one one-sided t test" if self.upper_only else "two one-sided t tests"
        remark = ""
        if self.paper is not None:
            outcome = self.paper.run(measured)
            remark = (
                f"the paper's test ({outcome.test}): p = {outcome.p:.3g}, effect size "
                f"{outcome.effect_size:.3g}, {outcome.remark}"
            )
        return Outcome(n, test, p, remark=remark)


def estimate_of(values: Values, linear: bool = False) -> MeanEstimate:
    """Mean over networks; or the one value of linear features, where clips vary."""
    # Imported here because the Snakefile reads the claims, and must plan quickly.
    from music_selectivity.stats.intervals import clips_estimate, mean_estimate

    numbers = values.to_numpy(dtype=float)
    return clips_estimate(numbers[0]) if linear else mean_estimate(numbers)


def pooled_correlation(points: Points, measured: Measured) -> str:
    """The paper's correlation over all networks and conditions together, in words.

    It counts the conditions of one network as independent, so it judges nothing. Empty
    for fewer than three points.
    """
    from scipy import stats

    networks, x, y = stacked(points(measured))
    x, y = x[:, :, :1].ravel(), y[:, :, :1].ravel()
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return ""
    r, p = stats.pearsonr(x, y)
    return (
        f"the paper's test: pooled r = {r:.3g} over {len(x) // len(networks)} "
        f"conditions x {len(networks)} networks, two-tailed p = {p:.2g}"
    )


def _signed_rank(
    first: Values, second: np.ndarray | float, alternative: str
) -> Outcome:
    from music_selectivity.stats import rank_tests

    if len(first) == 0:
        return Outcome(0)
    p, effect_size = rank_tests.signed_rank(first[0], second, alternative)
    return Outcome(
        len(first),
        f"signed-rank, {_tails(alternative)}",
        p,
        effect_size,
        rank_tests.smallest_p("signed_rank", len(first), alternative=alternative),
        remark=_means(first, second),
    )


def _difference(first: Values, second: Values, paired: bool) -> MeanEstimate:
    from music_selectivity.stats.intervals import difference_estimate

    return difference_estimate(first.to_numpy(), second.to_numpy(), paired)


def _tails(alternative: str) -> str:
    return "two-tailed" if alternative == "two-sided" else "one-tailed"


def _means(first: Values, second: np.ndarray | float) -> str:
    return f"{first[0].mean():.3g} against {np.mean(second):.3g}"
