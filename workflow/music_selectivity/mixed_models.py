"""Mixed-effects models over clips, with the network as random effect.

Linear models by restricted maximum likelihood (REML), as statsmodels' ``MixedLM`` and
R's lme4 fit them. With the network as the only grouping, the likelihood needs of each
network no more than the sums of products of its predictors and values, however many
clips those are over. With these few numbers 25 networks of 15,000 clips take a fraction
of a second, and networks without any variance between them are a fit like any other,
where ``MixedLM`` takes seconds and often stops short.

Intervals and p-values are of Student's t. Where an effect may differ by network its
degrees of freedom are those of the networks, for with five of them the normal
distribution claims too much. Clips of different networks count as independent, though
all networks hear the same ones: an interval is about other networks on these clips, and
where networks answer alike it is too narrow for other clips, of which bootstrap
intervals speak.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import optimize, stats

LEVEL = 0.95

# Fewer networks have no random effects at all, or no random slopes.
LEAST_NETWORKS, LEAST_FOR_SLOPES = 2, 3


class Estimate(NamedTuple):
    """A fixed effect and of which model, or why there is none (its numbers are NaN)."""

    estimate: float
    se: float
    p: float
    low: float
    high: float
    n_obs: int
    n_networks: int
    converged: bool
    model: str


class Design(NamedTuple):
    """What is fitted to values.

    `fixed` holds predictors, (rows, effects), `effect` the number of the one that is
    reported; `random` numbers those whose effect differs by network, and `formula`
    puts it in lme4's words. `n_models` kinds of networks have effects of their own,
    and `n_removed` means were taken from the values beforehand.
    """

    fixed: np.ndarray
    effect: int
    random: list[int]
    formula: str
    n_models: int = 1
    n_removed: int = 0


def contrast(
    values: Sequence[float], is_first: Sequence[bool], networks: Sequence
) -> Estimate:
    """Difference between two kinds of clips, in SDs of a network's values.

    ``y ~ 1 + x + (1 + x | network)``; with 2 networks ``(1 | network)``.

    Parameters
    ----------
    values
        (rows,), a row a clip and network; NaN are left out. They are divided by their
        standard deviation in the network.
    is_first
        (rows,), x: True in the kind of clips whose surplus is the estimate.
    networks
        (rows,), whose value it is: any names, alike within a network.
    """
    values, x, networks = _kept(values, [is_first], [networks])
    fixed = np.column_stack([np.ones(len(x)), x])
    return _in_sds(
        values,
        networks,
        Design(fixed, 1, [0, 1], "y ~ 1 + x + (1 + x | network)"),
        Design(fixed, 1, [0], "y ~ 1 + x + (1 | network)"),
    )


def slope(
    values: Sequence[float], x: Sequence[float], clips: Sequence, networks: Sequence
) -> Estimate:
    """Slope over conditions within clips, in SDs of a network's values per unit of x.

    ``y ~ 0 + x + (0 + x | network)`` after each clip's mean over its conditions, in
    the network, is taken from y and from x; with 2 networks one slope for both.

    Parameters
    ----------
    values, networks
        As for `contrast`, a row a clip, condition and network.
    x
        (rows,), what conditions differ in, such as the logarithm of a duration.
    clips
        (rows,), which clip it is: any names.
    """
    values, x, clips, networks = _kept(values, [x], [clips, networks])
    own = networks * (clips.max(initial=0) + 1) + clips
    own = np.unique(own, return_inverse=True)[1]
    fixed = (x - _means(x, own))[:, None]
    n_removed = int(own.max(initial=-1)) + 1
    return _in_sds(
        values - _means(values, own),
        networks,
        Design(fixed, 0, [0], "y ~ 0 + x + (0 + x | network)", n_removed=n_removed),
        Design(fixed, 0, [], "y ~ 0 + x", n_removed=n_removed),
        scale=_sds(values, networks),
    )


def interaction(
    values: Sequence[float],
    is_music: Sequence[bool],
    is_other_model: Sequence[bool],
    networks: Sequence,
) -> Estimate:
    """How much larger the music contrast is in networks of another model, in SDs.

    ``y ~ music * model + (1 + music | network)``; the estimate is ``music:model``.

    Parameters
    ----------
    values, networks
        As for `contrast`, with 2 networks or more of each model, and no name in both.
    is_music, is_other_model
        (rows,).
    """
    predictors = [is_music, is_other_model]
    values, music, other, networks = _kept(values, predictors, [networks])
    counts = [len(np.unique(networks[other == model])) for model in (0, 1)]
    n_networks = sum(counts)
    if min(counts) < LEAST_NETWORKS:
        reason = (
            f"{counts[0]} and {counts[1]} networks of the models; 2 each are needed"
        )
        return _nothing(len(values), n_networks, reason)
    fixed = np.column_stack([np.ones(len(music)), music, other, music * other])
    formula = "y ~ music * model + (1{} | network)"
    return _in_sds(
        values,
        networks,
        Design(fixed, 3, [0, 1], formula.format(" + music"), n_models=2),
        Design(fixed, 3, [0], formula.format(""), n_models=2),
    )


def mean_difference(differences: Sequence[float], networks: Sequence) -> Estimate:
    """Mean of differences, in their own unit: ``y ~ 1 + (1 | network)``.

    Parameters
    ----------
    differences
        (rows,), such as of a class's average precision between two conditions, a row a
        class and network; NaN are left out.
    networks
        (rows,), as for `contrast`.
    """
    values, networks = _kept(differences, [], [networks])
    fixed = np.ones((len(values), 1))
    return _fit(values, networks, Design(fixed, 0, [0], "y ~ 1 + (1 | network)"))


def _in_sds(
    values: np.ndarray,
    networks: np.ndarray,
    full: Design,
    reduced: Design,
    scale: np.ndarray | None = None,
) -> Estimate:
    """The full design's fit to standardised values, or else the reduced one's."""
    n_networks = int(networks.max(initial=-1)) + 1
    if n_networks < LEAST_NETWORKS:
        return _too_few(len(values), n_networks)
    scale = _sds(values, networks) if scale is None else scale
    if not scale.all():
        reason = f"{np.count_nonzero(scale == 0)} networks have one value throughout"
        return _nothing(len(values), n_networks, reason)
    predictor = full.fixed[:, full.effect]
    if not _sds(predictor, networks).any():
        reason = "the predictor does not vary within networks"
        return _nothing(len(values), n_networks, reason)
    values = values / scale[networks]
    if n_networks >= LEAST_FOR_SLOPES:
        found = _fit(values, networks, full)
        if found.converged or np.isnan(found.estimate):
            return found
        why = "it did not converge"
    else:
        why = f"fewer than {LEAST_FOR_SLOPES} networks"
    found = _fit(values, networks, reduced)
    if np.isnan(found.estimate):
        return found
    return found._replace(model=f"{found.model}; no random slope: {why}")


def _fit(values: np.ndarray, networks: np.ndarray, design: Design) -> Estimate:
    """REML estimate of the design's effect."""
    fixed, random = design.fixed, design.random
    n_obs, n_fixed = len(values), fixed.shape[1]
    n_networks = int(networks.max(initial=-1)) + 1
    if n_networks < LEAST_NETWORKS:
        return _too_few(n_obs, n_networks)
    # The model is fitted to what ordinary least squares leave, which keeps the digits.
    first, _, rank, _ = np.linalg.lstsq(fixed, values, rcond=1e-10)
    rest = values - fixed @ first
    if rank < n_fixed:
        return _nothing(n_obs, n_networks, "predictors that go together")
    products = _products(np.column_stack([fixed, rest]), networks)
    start, within = _two_stages(products, random)
    squares = rest @ rest
    alike = within <= 1e-12 * squares or squares <= 1e-24 * (values @ values)
    degrees = n_obs - design.n_removed - n_fixed
    if alike or degrees <= n_networks * len(random):
        return _nothing(n_obs, n_networks, "nothing varies within networks")

    def root(parameters: np.ndarray) -> np.ndarray:
        lower = np.zeros((len(random), len(random)))
        lower[np.tril_indices(len(random))] = parameters
        return start @ lower

    def deviance(parameters: np.ndarray) -> float:
        left, log_determinant = _whitened(products, random, root(parameters))
        _, of_fixed = np.linalg.slogdet(left[:-1, :-1])
        return degrees * np.log(_residual(left)) + log_determinant + of_fixed

    best, converged = np.zeros(0), True
    if random:
        identity = np.eye(len(random))[np.tril_indices(len(random))]
        best, converged = _minimise(deviance, identity)
    left, _ = _whitened(products, random, root(best))
    inverse = np.linalg.inv(left[:-1, :-1])
    estimate = (first + inverse @ left[:-1, -1])[design.effect]
    variance = _residual(left) / degrees * inverse[design.effect, design.effect]
    se = np.sqrt(variance)
    if design.effect in random or (design.n_models > 1 and len(random) > 1):
        degrees = n_networks - design.n_models
    else:
        degrees -= n_networks - 1
    half = stats.t.ppf((1 + LEVEL) / 2, degrees) * se
    p = 2 * stats.t.sf(abs(estimate) / se, degrees)
    numbers = map(float, (estimate, se, p, estimate - half, estimate + half))
    model = design.formula + ("" if converged else "; did not converge")
    return Estimate(*numbers, n_obs, n_networks, converged, model)


def _products(columns: np.ndarray, networks: np.ndarray) -> np.ndarray:
    """Sums of products of the columns in each network, (networks, columns, columns)."""
    parts = (columns[networks == network] for network in range(networks.max() + 1))
    return np.stack([part.T @ part for part in parts])


def _two_stages(
    products: np.ndarray, random: list[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Where to start, and the squares that networks' own regressions leave.

    The start is a lower-triangular root of the covariance of the networks' own effects,
    in units of the residual variance; widened so that no effect starts at zero.
    """
    own, of_values = products[:, random][:, :, random], products[:, random, -1:]
    effects = (np.linalg.pinv(own, hermitian=True) @ of_values)[..., 0]
    within = products[:, -1, -1].sum() - (effects * of_values[..., 0]).sum()
    if not random or within <= 0:
        return np.eye(len(random)), within
    size = products[:, 0, 0].sum()
    least = np.diag(size / np.diagonal(own, axis1=1, axis2=2).sum(axis=0) / size)
    spread = np.atleast_2d(np.cov(effects.T)) * size / within
    return np.linalg.cholesky(spread + least), within


def _whitened(
    products: np.ndarray, random: list[int], root: np.ndarray
) -> tuple[np.ndarray, float]:
    """Products over all networks with V^-1 between the factors, and log det V.

    V, the covariance of a network's values in units of the residual variance, is
    I + Z R R' Z' for predictors Z and the root R of their effects' covariance. By
    Woodbury's identity only matrices as small as R are inverted (Bates et al. 2015).
    """
    of_random = root.T @ products[:, random]
    middle = np.eye(len(random)) + of_random[:, :, random] @ root
    taken = np.swapaxes(of_random, 1, 2) @ np.linalg.solve(middle, of_random)
    return (products - taken).sum(axis=0), np.linalg.slogdet(middle)[1].sum()


def _residual(left: np.ndarray) -> float:
    """Squares of the values that the predictors leave, of `_whitened` products."""
    explained = np.linalg.solve(left[:-1, :-1], left[:-1, -1])
    return left[-1, -1] - left[:-1, -1] @ explained


def _minimise(function, start: np.ndarray) -> tuple[np.ndarray, bool]:
    """Minimum by Nelder and Mead's simplex, begun again once where it ends."""
    for _ in range(2):
        simplex = np.vstack([start, start + 0.5 * np.eye(len(start))])
        options = {"initial_simplex": simplex, "xatol": 1e-5, "fatol": 1e-7}
        found = optimize.minimize(
            function, start, method="Nelder-Mead", options=options | {"maxiter": 2000}
        )
        start = found.x
    return start, bool(found.success)


def _kept(
    values: Sequence[float], predictors: Sequence[Sequence], names: Sequence[Sequence]
) -> tuple[np.ndarray, ...]:
    """Values, predictors and names of the rows without NaN, all as numbers.

    Names are numbered from 0, without gaps.
    """
    numbers = [np.asarray(column, np.float64) for column in (values, *predictors)]
    names = [pd.Series(column).to_numpy() for column in names]
    lengths = {len(column) for column in (*numbers, *names)}
    if len(lengths) > 1:
        raise ValueError(f"columns of {sorted(lengths)} rows")
    kept = np.all([np.isfinite(column) for column in numbers], axis=0)
    codes = (pd.factorize(column[kept])[0] for column in names)
    return *(column[kept] for column in numbers), *codes


def _means(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Mean of the group that each value is in; groups are numbered without gaps."""
    return (np.bincount(groups, values) / np.bincount(groups))[groups]


def _sds(values: np.ndarray, networks: np.ndarray) -> np.ndarray:
    """Standard deviation in each network, exactly 0 where all values are alike."""
    _, first = np.unique(networks, return_index=True)
    shifted = values - values[first][networks]
    return np.sqrt(
        np.bincount(networks, (shifted - _means(shifted, networks)) ** 2)
        / np.maximum(np.bincount(networks) - 1, 1)
    )


def _nothing(n_obs: int, n_networks: int, reason: str) -> Estimate:
    return Estimate(*[float("nan")] * 5, n_obs, n_networks, False, reason)


def _too_few(n_obs: int, n_networks: int) -> Estimate:
    reason = f"{n_networks} networks with values; {LEAST_NETWORKS} are needed"
    return _nothing(n_obs, n_networks, reason)
