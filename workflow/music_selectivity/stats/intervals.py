"""Bootstrap intervals over clips and networks."""

import numpy as np

# Draws of networks where there are no draws of clips.
NETWORK_DRAWS = 1000


def network_interval(
    values: np.ndarray, rng: np.random.Generator, level: float = 0.95
) -> tuple[float, float]:
    """Bootstrap interval, over clips and networks, of the mean over networks.

    Parameters
    ----------
    values
        (networks, 1 + draws): of each network its value, and its replicates over the
        same draws of clips; without replicates only networks are drawn.
    rng
        Draws networks, with replacement, anew for every draw of clips.
    """
    values = np.asarray(values, np.float64)
    chosen = _drawn_networks(values, _draws(values), rng)
    replicates = _drawn_means(values, chosen)
    return bootstrap_interval(values[:, 0].mean(), replicates, level)


def contrast_interval(
    first: np.ndarray,
    second: np.ndarray,
    paired: bool,
    rng: np.random.Generator,
    level: float = 0.95,
) -> tuple[float, float]:
    """Bootstrap interval, over clips and networks, of one mean less another.

    Parameters
    ----------
    first, second
        As `values` of `network_interval`, replicates of both over the same draws of
        clips. What has none counts as it stands in every draw.
    paired
        Whether rows of both are the same networks, which are then drawn together;
        networks of two kinds are drawn by themselves.
    rng
        As for `network_interval`.
    """
    first, second = (np.asarray(values, np.float64) for values in (first, second))
    draws = _draws(first, second)
    chosen = _drawn_networks(first, draws, rng)
    others = chosen if paired else _drawn_networks(second, draws, rng)
    replicates = _drawn_means(first, chosen) - _drawn_means(second, others)
    value = first[:, 0].mean() - second[:, 0].mean()
    return bootstrap_interval(value, replicates, level)


def bootstrap_interval(
    value: float, replicates: np.ndarray, level: float = 0.95
) -> tuple[float, float]:
    """Percentile interval of bootstrap replicates, centred on the value.

    A measure that is not linear in the clips, such as an average precision, is biased
    in samples that hold a clip twice: the replicates are moved so that their median
    stands on the value, and only their spread counts. NaN if none is finite, or if
    there is nothing to draw from (all replicates equal).
    """
    replicates = np.asarray(replicates, np.float64)
    replicates = replicates[np.isfinite(replicates)]
    if len(replicates) == 0 or np.ptp(replicates) == 0 or not np.isfinite(value):
        return float("nan"), float("nan")
    tail = (1 - level) / 2
    low, middle, high = np.quantile(replicates, [tail, 0.5, 1 - tail])
    return float(value + low - middle), float(value + high - middle)


def _has_draws(values: np.ndarray) -> bool:
    return bool(np.isfinite(values[:, 1:]).any())


def _draws(*samples: np.ndarray) -> int:
    """Draws of clips that any of the samples, (networks, 1 + draws), has."""
    widths = [values.shape[1] - 1 for values in samples if _has_draws(values)]
    return max(widths, default=NETWORK_DRAWS)


def _drawn_networks(
    values: np.ndarray, draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Numbers of as many networks as there are, (networks, draws)."""
    return rng.integers(len(values), size=(len(values), draws))


def _drawn_means(values: np.ndarray, networks: np.ndarray) -> np.ndarray:
    """Mean over the networks drawn, (draws,), each with its draw of clips."""
    clips = np.arange(networks.shape[1]) + 1 if _has_draws(values) else 0
    return values[networks, clips].mean(axis=0)
