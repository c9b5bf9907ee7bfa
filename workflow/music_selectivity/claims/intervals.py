"""What complements a claim's test: bootstrap intervals and permutations of labels.

A test over networks does not count the luck of the clips, which all networks share.
"""

import numpy as np
import pandas as pd

from music_selectivity import seeds
from music_selectivity.claims.claim import Claim, ratio
from music_selectivity.claims.comparisons import RANKED, Correlation, Trend
from music_selectivity.claims.measured import Measured
from music_selectivity.stats.intervals import (
    NETWORK_DRAWS,
    bootstrap_interval,
    contrast_interval,
    network_interval,
)
from music_selectivity.stats.permutations import shared_permutation_p

# Columns of claims.csv.
SHOWN = ["measured", "sd", "low", "high"]
CONTRAST = ["contrast", "contrast_low", "contrast_high"]


def shown(claim: Claim, measured: Measured) -> dict[str, float]:
    """Mean, SD and interval, over clips and networks, of what the claim shows."""
    rng = seeds.generator("bootstrap", "networks", claim.id)
    sd = np.nan
    if isinstance(claim.comparison, Trend):
        value, *draws = claim.comparison.change(measured)
        ends = bootstrap_interval(value, draws)
    elif isinstance(claim.comparison, Correlation):
        x, y = claim.comparison.pooled(measured)
        value = _pearson(x[:, :, 0], y[:, :, 0])
        ends = bootstrap_interval(value, _drawn_correlations(x, y, rng))
    else:
        values = claim.shown(measured)
        value, sd = values[0].mean(), values[0].std()
        ends = network_interval(values.to_numpy(), rng)
    return dict(zip(SHOWN, (value, sd, *ends), strict=True))


def contrast(claim: Claim, measured: Measured) -> dict[str, float]:
    """Mean of the first sample less that of the second, and its interval.

    Empty for a claim that does not compare two samples.
    """
    if not isinstance(claim.comparison, RANKED):
        return {}
    first, second = claim.comparison.samples(measured)
    ends = contrast_interval(
        first.to_numpy(),
        second.to_numpy(),
        claim.comparison.paired,
        seeds.generator("bootstrap", "contrast", claim.id),
    )
    return dict(zip(CONTRAST, (first[0].mean() - second[0].mean(), *ends), strict=True))


def second_interval(claim: Claim, measured: Measured) -> tuple[float, float]:
    """Interval of the mean of the second sample."""
    _, second = claim.comparison.samples(measured)
    rng = seeds.generator("bootstrap", "second", claim.id)
    return network_interval(second.to_numpy(), rng)


def permutation_p(
    claim: Claim, measured: Measured, permutations: pd.DataFrame | None
) -> float:
    """p-value of the mean response ratio over networks, against permuted labels.

    `permutations` as for `evaluate`; NaN for claims that name no model for it.
    """
    if claim.permuted is None or permutations is None:
        return np.nan
    ratios = ratio(claim.permuted)(measured)[0]
    permuted = permutations[permutations["model"] == claim.permuted].pivot(
        index="seed", columns="permutation", values="ratio"
    )
    networks = ratios.index.intersection(permuted.index)
    return shared_permutation_p(
        ratios.loc[networks].to_numpy(), permuted.loc[networks].to_numpy()
    )


def _drawn_correlations(
    x: np.ndarray, y: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """r in each bootstrap sample, of clips and networks or of networks alone.

    x and y are as from `Correlation.pooled`.
    """
    drawn = y.shape[2] > 1 and np.isfinite(x[..., 1:] + y[..., 1:]).any()
    clips = range(1, y.shape[2]) if drawn else [0] * NETWORK_DRAWS
    draws = []
    for clip in clips:
        networks = rng.integers(y.shape[1], size=y.shape[1])
        draws.append(_pearson(x[:, networks, clip], y[:, networks, clip]))
    return np.array(draws)


def _pearson(x: np.ndarray, y: np.ndarray) -> float:
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.corrcoef(x.ravel(), y.ravel())[0, 1]) if x.size > 1 else np.nan
