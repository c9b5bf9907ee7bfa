"""Bootstrap intervals of 95 % over clips and networks."""

import numpy as np

# Coverage of all intervals.
LEVEL = 0.95
# Draws of networks where there are no draws of clips.
NETWORK_DRAWS = 1000


def network_interval(
    values: np.ndarray, rng: np.random.Generator
) -> tuple[float, float]:
    """Bootstrap interval, over clips and networks, of the mean over networks.

    Parameters
    ----------
    values
        (networks, 1 + draws): the value of each network, and its replicates over the
        same draws of clips; without replicates only networks are drawn.
    rng
        Draws networks, with replacement, once for every draw of clips.

    Returns
    -------
    low, high : float
        As for `bootstrap_interval`.
    """
    values = np.asarray(values, np.float64)
    chosen = _drawn_networks(values, _draws(values), rng)
    replicates = _drawn_means(values, chosen)
    return bootstrap_interval(values[:, 0].mean(), replicates)


def contrast_interval(
    first: np.ndarray,
    second: np.ndarray,
    paired: bool,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Bootstrap interval, over clips and networks, of one mean less another.

    Parameters
    ----------
    first, second
        As `values` of `network_interval`, with replicates of both over the same draws
        of clips. A sample without replicates has the same values in every draw.
    paired
        Whether the rows of both are the same networks, which are then drawn together;
        networks of two kinds are drawn separately.
    rng
        As for `network_interval`.

    Returns
    -------
    low, high : float
        As for `bootstrap_interval`.
    """
    first, second = (np.asarray(values, np.float64) for values in (first, second))
    draws = _draws(first, second)
    chosen = _drawn_networks(first, draws, rng)
    others = chosen if paired else _drawn_networks(second, draws, rng)
    replicates = _drawn_means(first, chosen) - _drawn_means(second, others)
    value = first[:, 0].mean() - second[:, 0].mean()
    return bootstrap_interval(value, replicates)


def bootstrap_interval(value: float, replicates: np.ndarray) -> tuple[float, float]:
    """Percentile interval of bootstrap replicates, shifted to the value.

    A measure that is not linear in the clips, such as an average precision, is biased
    in samples that hold a clip twice. Therefore the replicates are shifted so that
    their median equals the value, and only their spread counts.

    Parameters
    ----------
    value
        The measured value.
    replicates
        (draws,); those that are not finite are ignored.

    Returns
    -------
    low, high : float
        NaN if the value or all replicates are not finite, or if all replicates are
        equal, as where there is nothing to draw from.
    """
    replicates = np.asarray(replicates, np.float64)
    replicates = replicates[np.isfinite(replicates)]
    if len(replicates) == 0 or np.ptp(replicates) == 0 or not np.isfinite(value):
        return float("nan"), float("nan")
    tail = (1 - LEVEL) / 2
    low, middle, high = np.quantile(replicates, [tail, 0.5, 1 - tail])
    return float(value + low - middle), float(value + high - middle)


def _has_draws(values: np.ndarray) -> bool:
    return bool(np.isfinite(values[:, 1:]).any())


def _draws(*samples: np.ndarray) -> int:
    """The number of draws: that of clips if any of the samples has them."""
    widths = [values.shape[1] - 1 for values in samples if _has_draws(values)]
    return max(widths, default=NETWORK_DRAWS)


def _drawn_networks(
    values: np.ndarray, draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Row numbers of as many networks as `values` has, (networks, draws)."""
    return rng.integers(len(values), size=(len(values), draws))


def _drawn_means(values: np.ndarray, networks: np.ndarray) -> np.ndarray:
    """Mean over the drawn networks in each draw of clips, (draws,)."""
    clips = np.arange(networks.shape[1]) + 1 if _has_draws(values) else 0
    return values[networks, clips].mean(axis=0)
