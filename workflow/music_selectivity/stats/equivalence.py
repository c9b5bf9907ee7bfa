"""When a change counts as none: two one-sided tests, for a mean over networks.

A change is none if its interval lies within a margin on both sides of 0, which is the
same as two one-sided tests, each at `LEVEL`, that it is beyond the margin. Between few
networks that differ, the interval may be too wide to tell, even if there is no change.
"""

import math

import numpy as np
from scipy.special import chdtri, ndtr, stdtr, stdtrit

from music_selectivity.stats.intervals import (
    LEAST_NETWORKS,
    MeanEstimate,
    welch_degrees,
)

# Level of each of the two tests.
LEVEL = 0.05
# Coverage of the interval that is as strict as both.
INTERVAL_LEVEL = 1 - 2 * LEVEL
# Points of the distribution of the SD that is found, of equal probability.
POINTS = 2000


def equivalence_p(
    estimate: MeanEstimate, margin: float, upper_only: bool = False
) -> float:
    """p-value of the two one-sided t tests that a change is beyond the margin.

    It is at most `LEVEL` exactly if the interval of `INTERVAL_LEVEL` lies within.

    Parameters
    ----------
    estimate
        The mean change.
    margin
        Half-width of the range that counts as no change, in the unit of the change.
    upper_only
        Whether only an increase counts as a change, so that there is one test.

    Returns
    -------
    float
        The larger of both p-values; NaN where there is no interval.
    """
    if math.isnan(estimate.interval()[0]):
        return math.nan
    distance = estimate.value if upper_only else abs(estimate.value)
    return float(stdtr(estimate.degrees, (distance - margin) / estimate.error))


def open_probability(
    sd: float, n: int, margin: float, clips: float = 0.0, upper_only: bool = False
) -> float:
    """Probability that the test does not find equivalence although nothing changes.

    Parameters
    ----------
    sd
        SD of the change between networks.
    n
        Number of networks.
    margin
        Half-width of the range that counts as no change, in the unit of the SD.
    clips
        Variance of the mean change due to the choice of clips, which networks share.
    upper_only
        As for `equivalence_p`.

    Returns
    -------
    float
        Probability that the interval of the mean change is not within the margin; NaN
        if there is no interval: of fewer than `intervals.LEAST_NETWORKS` networks, or
        if nothing varies.
    """
    if n < LEAST_NETWORKS or math.isnan(sd):
        return math.nan
    # The mean and the SD that are found are independent.
    found = sd**2 / n * chdtri(n - 1, (np.arange(POINTS) + 0.5) / POINTS) / (n - 1)
    degrees = welch_degrees([(found, n - 1)], clips)
    half = stdtrit(degrees, 1 - LEVEL) * np.sqrt(found + clips)
    with np.errstate(divide="ignore"):
        room = (margin - half) / np.sqrt(sd**2 / n + clips)
    within = ndtr(room) if upper_only else 2 * ndtr(np.maximum(room, 0)) - 1
    return float(1 - np.mean(within))
