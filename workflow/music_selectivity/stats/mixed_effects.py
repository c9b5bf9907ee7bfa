"""Mixed-effects models over clips, with the network as random effect.

A rank test over five networks saturates at p = .031 and does not count clips. Here
every response counts, and the effect may differ from network to network.

Responses are standardised within each network, so that effects are in SDs of its
responses. A network whose effect is d thus responds at -p d to one kind of clip and at
(1 - p) d to the other, where p is the share of the other. The predictor is therefore
centred within each network too (Enders & Tofighi 2007), in the fixed and in the random
part: with 0 and 1, the random slope would see the part (1 - p) d alone, underestimate
how much networks differ, and give intervals that are too narrow.

Where all networks hear the same clips, estimate, interval and p-value are those of two
stages: one effect per network, then Student's t over networks. If networks differ by no
more than their responses to single clips explain, the variance between them is
estimated as 0. The standard error is then that of all responses pooled, which is larger
than that of two stages, so that the interval covers more than 95 %.

The models do not include that all networks hear the same clips: an interval is valid
for other networks on the same clips. Those of `intervals` cover other clips too.
"""

import warnings
from typing import NamedTuple

import numpy as np
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMResults

# How statsmodels searches for the variance between networks. With gradients, which are
# its default, half of the searches for a small variance stop before they reach it. With
# the default tolerances, standard errors are wrong by up to 1 %.
SEARCH = {"method": "powell", "xtol": 1e-6, "ftol": 1e-10}
# A variance between networks below this share of the residual variance counts as none.
NO_VARIANCE = 1e-5


class Estimate(NamedTuple):
    """A fixed effect with its 95 % interval and two-tailed p-value.

    Interval and p-value are based on Student's t, with as many degrees of freedom as
    networks minus kinds of network: for five networks the normal distribution would be
    too narrow. `model` says what was fitted, or why nothing was, with NaN as numbers.
    """

    estimate: float
    low: float
    high: float
    p: float
    model: str


def slope(
    values: np.ndarray,
    x: np.ndarray,
    networks: np.ndarray,
    clips: np.ndarray | None = None,
) -> Estimate:
    """Effect of `x` on responses, with a random slope by network.

    Responses are standardised, and `x` is centred, within each network. There is no
    intercept, because each network's mean is then 0.

    Parameters
    ----------
    values, x
        (responses,): each response, and what it depends on; to contrast two kinds of
        clip, let `x` be 0 and 1.
    networks
        The network of each response, (responses,).
    clips
        The clip of each response, if each network heard several versions of one. The
        effect is then within clips, so that a network's mean response to a clip does
        not matter, and nothing is left to centre within networks.
    """
    values = _standardised(values, networks)
    x = np.asarray(x, np.float64)
    text = f"random slope by network, {_count(networks)} networks"
    if clips is None:
        x = _centred(x, networks)
    else:
        values, x, networks = _within(clips, values, x, networks)
        text = f"within clips, {text}"
    return _fit(values, [x], x, networks, 1, text)


def interaction(
    values: np.ndarray, x: np.ndarray, other: np.ndarray, networks: np.ndarray
) -> Estimate:
    """How much more `x` changes responses in networks of another kind.

    Responses are standardised, and `x` is centred, within each network, also where it
    interacts with the kind. Neither an intercept nor an effect of the kind is left.

    Parameters
    ----------
    values, x, networks
        As for `slope`.
    other
        (responses,): 1 for responses of networks of the other kind, 0 for the rest.
    """
    values = _standardised(values, networks)
    x, other = _centred(x, networks), np.asarray(other, np.float64)
    text = f"interaction, random slope by network, {_count(networks)} networks"
    return _fit(values, [x * other, x], x, networks, 2, text)


def mean_difference(differences: np.ndarray, networks: np.ndarray) -> Estimate:
    """Mean of differences, in their own unit, with a random intercept by network.

    Parameters
    ----------
    differences, networks
        (differences,): each difference, and the network that it was measured in.
    """
    text = f"random intercept by network, {_count(networks)} networks"
    ones = np.ones(len(differences))
    return _fit(np.asarray(differences, np.float64), [ones], ones, networks, 1, text)


def difference_of_kinds(
    values: np.ndarray, other: np.ndarray, networks: np.ndarray
) -> Estimate:
    """Mean over networks of another kind less that over the rest, in their own unit.

    Parameters
    ----------
    values, other, networks
        As for `interaction`; the intercept is random by network.
    """
    text = f"difference, random intercept by network, {_count(networks)} networks"
    values, other = np.asarray(values, np.float64), np.asarray(other, np.float64)
    ones = np.ones(len(values))
    return _fit(values, [other, ones], ones, networks, 2, text)


def _fit(
    values: np.ndarray,
    effects: list[np.ndarray],
    random: np.ndarray,
    networks: np.ndarray,
    n_kinds: int,
    text: str,
) -> Estimate:
    """The estimate of the first of the fixed `effects`."""
    n_networks = _count(networks)
    if n_networks <= n_kinds:
        return _nothing(f"none: too few networks ({n_networks})")
    if not np.isfinite(values).all():
        return _nothing("none: responses without variance, or not finite")
    fixed = np.column_stack(effects)
    if np.ptp(values) == 0 or np.linalg.matrix_rank(fixed) < fixed.shape[1]:
        return _nothing("none: nothing varies")
    found = _mixed(values, fixed, networks, random)
    if found is None:
        # Networks do not differ, so that the mixed fit is the pooled one.
        found = OLS(values, fixed).fit()
        text += ", which do not differ"
    estimate, error = float(found.params[0]), float(found.bse[0])
    student = stats.t(n_networks - n_kinds)
    half = student.ppf(0.975) * error
    p = 2 * student.sf(abs(estimate) / error)
    return Estimate(estimate, estimate - half, estimate + half, float(p), text)


def _mixed(
    values: np.ndarray, fixed: np.ndarray, networks: np.ndarray, random: np.ndarray
) -> MixedLMResults | None:
    """The mixed model; None where the search finds no variance between networks."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model = MixedLM(values, fixed, networks, exog_re=random[:, None])
            found = model.fit(**SEARCH)
        except (np.linalg.LinAlgError, ValueError):
            return None
        converged = found.converged and found.cov_re[0, 0] > NO_VARIANCE * found.scale
        return found if converged and np.isfinite(found.bse[0]) else None


def _nothing(reason: str) -> Estimate:
    return Estimate(np.nan, np.nan, np.nan, np.nan, reason)


def _numbered(names: np.ndarray) -> np.ndarray:
    """A number, from 0, for each distinct name."""
    return np.unique(names, return_inverse=True)[1]


def _count(names: np.ndarray) -> int:
    return len(np.unique(names))


def _means(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """The mean of each value's group."""
    groups = _numbered(groups)
    return (np.bincount(groups, values) / np.bincount(groups))[groups]


def _within(
    clips: np.ndarray, values: np.ndarray, x: np.ndarray, networks: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values, x and networks of the contrasts between the versions of each clip.

    For every version but the first, the contrast is its distance from the mean of the
    versions before it, scaled so that its error is that of a single version (Helmert
    contrasts). Versions less their mean hold the same information, but their errors are
    not independent: they are one more than their degrees of freedom.
    """
    networks = np.asarray(networks)
    pairs = _numbered(networks) * _count(clips) + _numbered(clips)
    order = np.argsort(pairs, kind="stable")
    _, first, count = np.unique(pairs[order], return_index=True, return_counts=True)
    before = np.arange(len(order)) - np.repeat(first, count)
    later = before > 0

    def contrasts(of: np.ndarray) -> np.ndarray:
        of = of[order]
        total = np.cumsum(of) - of
        total -= np.repeat(total[first], count)
        mean = total[later] / before[later]
        return (of[later] - mean) * np.sqrt(before[later] / (before[later] + 1))

    return contrasts(values), contrasts(x), networks[order][later]


def _centred(values: np.ndarray, networks: np.ndarray) -> np.ndarray:
    """Values less the mean of their network."""
    return np.asarray(values, np.float64) - _means(values, networks)


def _standardised(values: np.ndarray, networks: np.ndarray) -> np.ndarray:
    """z-scores of values within each network; NaN where the SD is 0."""
    centred = _centred(values, networks)
    with np.errstate(invalid="ignore", divide="ignore"):
        return centred / np.sqrt(_means(np.square(centred), networks))
