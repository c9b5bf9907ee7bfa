"""Means over networks, with intervals that cover other networks and other clips.

A mean over networks varies with the choice of networks and with the choice of clips,
which all networks share. The variance over networks, s^2 / n, is estimated from few
networks, so intervals are based on Student's t. It already contains what the choice of
clips does to each network separately. What it does to all networks alike, which is the
covariance of different networks over bootstrap draws of clips, is added. Degrees of
freedom are those of Welch and Satterthwaite; the variance over clips, which are many,
counts as known.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

# Coverage of intervals.
LEVEL = 0.95
# With fewer networks there is no interval. That of two networks is 12.7 standard errors
# wide on each side, which is wider than the range of most measures.
LEAST_NETWORKS = 3


@dataclass(frozen=True)
class MeanEstimate:
    """A mean over networks, or a difference of two means, and how it varies.

    Attributes
    ----------
    value
        The mean over networks, or the value of one set of linear features.
    networks
        Variance of the value due to the choice of networks: s^2 / n, or the sum of two
        such terms. 0 for one set of linear features, NaN for one network.
    clips
        Variance of the value due to the choice of clips, as far as networks share it; 0
        without draws of clips.
    degrees
        Degrees of freedom of the sum of both variances; infinite if only clips vary,
        NaN if nothing does.
    n
        Number of networks, of the smaller sample if there are two.
    sd
        SD over the networks of the first sample, or of the differences if they are
        paired; NaN for one row.
    """

    value: float
    networks: float
    clips: float
    degrees: float
    n: int
    sd: float

    @property
    def error(self) -> float:
        """Standard error of the value."""
        return math.sqrt(self.networks + self.clips)

    @property
    def linear(self) -> bool:
        """Whether this is one set of linear features, so that only clips vary."""
        return self.networks == 0 and math.isnan(self.sd)

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """Student's interval for other networks and other clips.

        NaN if networks vary but are fewer than `LEAST_NETWORKS`, or if nothing varies.
        """
        enough = self.linear or self.n >= LEAST_NETWORKS
        if not (enough and self.error > 0):
            return math.nan, math.nan
        half = float(stdtrit(self.degrees, (1 + level) / 2)) * self.error
        return self.value - half, self.value + half


def mean_estimate(values: np.ndarray) -> MeanEstimate:
    """Mean over networks.

    Parameters
    ----------
    values
        (networks, 1 + draws): the value of each network, and its replicates over the
        same draws of clips. Draws with a replicate that is not finite are left out;
        where none is left, only networks vary.
    """
    (values,) = _comparable(values)
    return _estimate([values])


def difference_estimate(
    first: np.ndarray, second: np.ndarray, paired: bool
) -> MeanEstimate:
    """Mean of one sample minus that of another, with their shared draws of clips.

    Parameters
    ----------
    first, second
        As `values` of `mean_estimate`, with replicates of both over the same draws of
        clips. A sample without replicates has the same values in every draw. A single
        row, if the other sample has several, is that of linear features, which do not
        vary between networks.
    paired
        Whether the rows of both are the same networks, so that the differences of each
        network count; otherwise the networks of both vary independently (Welch).
    """
    first, second = _comparable(first, second)
    return _estimate([first - second] if paired else [first, -second])


def clips_estimate(values: np.ndarray) -> MeanEstimate:
    """Value of one set of linear features, where only the choice of clips varies.

    Parameters
    ----------
    values
        (1 + draws,): the value, and its replicates over draws of clips; those that are
        not finite are left out.
    """
    (values,) = _comparable(np.atleast_2d(values))
    clips = float(_variance(values[0, 1:]))
    degrees = math.inf if clips > 0 else math.nan
    return MeanEstimate(float(values[0, 0]), 0.0, clips, degrees, 1, math.nan)


def consistent_with(
    estimate: MeanEstimate,
    value: float,
    sd: float,
    networks: int,
    comparisons: int = 1,
) -> tuple[bool, float]:
    """Whether another study's number may differ from ours by chance alone.

    The other study chose its own networks and its own clips. An exact replication is
    therefore inconsistent with ours in 5 %.

    Parameters
    ----------
    estimate
        Ours.
    value, sd, networks
        The reported mean, the reported SD over networks, and their number. Without an
        SD, or of a single network, its networks are taken to vary as ours do. Ignored
        for linear features but for the value.
    comparisons
        How many numbers are compared together, each at the level that Bonferroni
        allows.

    Returns
    -------
    consistent : bool
        Whether the difference is within the margin.
    margin : float
        The largest difference that is consistent. NaN, and not consistent, if it is not
        known how our networks vary, or if nothing varies.
    """
    clips = 2 * estimate.clips
    if estimate.linear:
        parts = []
    elif math.isnan(sd) or networks == 1:
        both = estimate.networks * (1 + estimate.n / networks)
        parts = [(both, estimate.n - 1)]
    else:
        parts = [(estimate.networks, estimate.n - 1), (sd**2 / networks, networks - 1)]
    variance = sum(part for part, _ in parts) + clips
    if not variance > 0:
        return False, math.nan
    tail = (1 - LEVEL) / comparisons / 2
    margin = float(stdtrit(welch_degrees(parts, clips), 1 - tail)) * math.sqrt(variance)
    return abs(estimate.value - value) <= margin, margin


def welch_degrees(
    parts: Iterable[tuple[np.ndarray | float, int]], clips: float
) -> np.ndarray | float:
    """Degrees of freedom of a sum of variances, by Welch and Satterthwaite.

    Parameters
    ----------
    parts
        Each variance with its degrees of freedom.
    clips
        Variance that is known without error.

    Returns
    -------
    float
        Infinite if only the last is not 0, NaN if all are 0.
    """
    total = clips + sum(variance for variance, _ in parts)
    squares = sum(variance**2 / free for variance, free in parts)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.square(total) / np.asarray(squares)


def _estimate(samples: list[np.ndarray]) -> MeanEstimate:
    """Sum of the means of independent samples of networks, from `_comparable`."""
    several = [sample for sample in samples if len(sample) > 1]
    variances = [float(_variance(sample[:, 0])) for sample in several]
    parts = [
        (variance / len(sample), len(sample) - 1)
        for variance, sample in zip(variances, several, strict=True)
    ]
    means = [sample.mean(axis=0) for sample in samples]
    total = sum(means)
    clips = 0.0
    if len(total) > 2:
        # Networks share the covariance between them, not the whole variance of their
        # mean: how far draws move each network from that mean is contained in s^2 / n.
        own = sum(
            _variance((sample - mean)[:, 1:]).mean() / (len(sample) - 1)
            for sample, mean in zip(samples, means, strict=True)
            if len(sample) > 1
        )
        clips = max(float(_variance(total[1:]) - own), 0.0)
    return MeanEstimate(
        value=float(total[0]),
        networks=sum(part for part, _ in parts) if parts else math.nan,
        clips=clips,
        degrees=float(welch_degrees(parts, clips)) if parts else math.nan,
        n=min((len(sample) for sample in several), default=1),
        sd=math.sqrt(variances[0]) if len(samples[0]) > 1 else math.nan,
    )


def _comparable(*samples: np.ndarray) -> list[np.ndarray]:
    """The samples, with the same draws of clips: those in which all are finite."""
    samples = [np.asarray(sample, np.float64) for sample in samples]
    width = max(sample.shape[1] for sample in samples)
    samples = [
        sample
        if np.isfinite(sample[:, 1:]).any()
        else np.repeat(sample[:, :1], width, axis=1)
        for sample in samples
    ]
    finite = np.all([np.isfinite(sample).all(axis=0) for sample in samples], axis=0)
    finite[0] = True
    return [sample[:, finite] for sample in samples]


def _variance(values: np.ndarray) -> np.ndarray:
    """Variance along the last axis: exactly 0 if all are equal, or fewer than two."""
    if values.shape[-1] < 2:
        return np.zeros(values.shape[:-1])
    return (values - values[..., :1]).var(axis=-1, ddof=1)
