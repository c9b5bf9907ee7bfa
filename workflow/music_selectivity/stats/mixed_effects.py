"""Mixed-effects models over clips, with the network as random effect.

A rank test over five networks saturates at p = .031 and knows nothing of clips. Here
every response counts, and the effect may differ from network to network. Responses are
standardised within each network, so that effects are in SDs of its responses.

That all networks hear the same clips is not modelled: an interval speaks of other
networks on these clips. Of other clips, bootstrap intervals speak.
"""

import warnings
from typing import NamedTuple

import numpy as np
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMResults

# Of the residual variance: less than this between networks is none.
NO_VARIANCE = 1e-5


class Estimate(NamedTuple):
    """A fixed effect with its 95 % interval and two-tailed p.

    Both by Student's t with as many degrees of freedom as there are networks, less one
    (of either kind): with five of them the normal distribution claims too much. `model`
    says what was fitted, or why nothing was and the numbers are NaN.
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

    Parameters
    ----------
    values, x
        (responses,): each response, and what it depends on; a contrast of two kinds of
        clip is an `x` of 0 and 1.
    networks
        Which network each is of, (responses,).
    clips
        Which clip, where each network heard several versions of one: then the effect is
        within clips, and what a network answers to one on the whole has no part in it.
    """
    values = _standardised(values, networks)
    x = np.asarray(x, np.float64)
    text = f"random slope by network, {_count(networks)} networks"
    if clips is None:
        return _fit(values, [x, np.ones(len(x))], x, networks, 1, text)
    values, x, networks = _within(clips, values, x, networks)
    return _fit(values, [x], x, networks, 1, f"within clips, {text}")


def interaction(
    values: np.ndarray, x: np.ndarray, other: np.ndarray, networks: np.ndarray
) -> Estimate:
    """How much more `x` changes responses in networks of another kind.

    Parameters
    ----------
    values, x, networks
        As for `slope`.
    other
        (responses,): 1 for responses of networks of the kind in question, 0 else.
    """
    values = _standardised(values, networks)
    x, other = np.asarray(x, np.float64), np.asarray(other, np.float64)
    text = f"interaction, random slope by network, {_count(networks)} networks"
    fixed = [x * other, x, other, np.ones(len(x))]
    return _fit(values, fixed, x, networks, 2, text)


def mean_difference(differences: np.ndarray, networks: np.ndarray) -> Estimate:
    """Mean of differences, in their own unit, with a random intercept by network."""
    text = f"random intercept by network, {_count(networks)} networks"
    ones = np.ones(len(differences))
    return _fit(np.asarray(differences, np.float64), [ones], ones, networks, 1, text)


def difference_of_kinds(
    values: np.ndarray, other: np.ndarray, networks: np.ndarray
) -> Estimate:
    """Mean of the networks of another kind less that of the rest, in their own unit.

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
    """The first of the fixed `effects`."""
    n_networks = _count(networks)
    if n_networks <= n_kinds:
        return _nothing(f"none, for want of networks ({n_networks})")
    if not np.isfinite(values).all():
        return _nothing("none: responses without variance, or not finite")
    fixed = np.column_stack(effects)
    if np.ptp(values) == 0 or np.linalg.matrix_rank(fixed) < fixed.shape[1]:
        return _nothing("none: nothing varies")
    found = _mixed(values, fixed, networks, random)
    if found is None:
        # Networks that do not differ: the pooled fit is the mixed one without variance.
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
    """The mixed model; None where its search ends without a variance of networks."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # By gradients, as is statsmodels' default, half of the searches for a small
            # variance stop short of it.
            model = MixedLM(values, fixed, networks, exog_re=random[:, None])
            found = model.fit(method="powell")
        except (np.linalg.LinAlgError, ValueError):
            return None
        converged = found.converged and found.cov_re[0, 0] > NO_VARIANCE * found.scale
        return found if converged and np.isfinite(found.bse[0]) else None


def _nothing(reason: str) -> Estimate:
    return Estimate(np.nan, np.nan, np.nan, np.nan, reason)


def _numbered(names: np.ndarray) -> np.ndarray:
    """Numbers, from 0, that stand for names."""
    return np.unique(names, return_inverse=True)[1]


def _count(names: np.ndarray) -> int:
    return len(np.unique(names))


def _means(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Of each value, the mean of its group, which is numbered."""
    groups = _numbered(groups)
    return (np.bincount(groups, values) / np.bincount(groups))[groups]


def _within(
    clips: np.ndarray, values: np.ndarray, x: np.ndarray, networks: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values, x and networks of the contrasts of a clip's versions, a row fewer each.

    Of every version but the first, how far it lies from the mean of those before it, in
    units in which its error is that of a version (Helmert contrasts). Versions less
    their mean say the same, but are one more than can err freely.
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


def _standardised(values: np.ndarray, networks: np.ndarray) -> np.ndarray:
    """Values less the mean, over the SD, of their network; NaN where that is 0."""
    centred = np.asarray(values, np.float64) - _means(values, networks)
    with np.errstate(invalid="ignore", divide="ignore"):
        return centred / np.sqrt(_means(np.square(centred), networks))
