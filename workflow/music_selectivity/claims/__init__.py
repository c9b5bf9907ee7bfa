"""Every claim of the paper that a study can test, against what it measured.

`catalogue` holds the claims, `comparisons` how each is tested, and `verdicts` the one
rule by which all are judged.
"""

import numpy as np
import pandas as pd

from music_selectivity import seeds, statistics
from music_selectivity.claims.catalogue import CLAIMS
from music_selectivity.claims.claim import Claim
from music_selectivity.claims.comparisons import Correlation, Outcome
from music_selectivity.claims.measured import Measured, Values
from music_selectivity.claims.verdicts import (
    DIFFERENCE,
    ENOUGH_NETWORKS,
    NOT_REPLICATED,
    NOT_RUN,
    REPLICATED,
    TOO_FEW,
    verdict,
)

__all__ = ["evaluate", "verdict"]

# Where there are no draws of clips.
NETWORK_DRAWS = 1000

MIXED = ["mixed_estimate", "mixed_low", "mixed_high", "mixed_p"]


def evaluate(
    table: pd.DataFrame,
    replicates: pd.DataFrame | None = None,
    mixed: pd.DataFrame | None = None,
    claims: tuple[Claim, ...] = CLAIMS,
) -> pd.DataFrame:
    """Judge every claim (claims.csv).

    Parameters
    ----------
    table
        statistics.csv: model, seed, measure, condition, value.
    replicates
        Of the same rows, a column a bootstrap draw.
    mixed
        mixed_models.csv: id (of the claim), estimate, low, high, p, model.

    Returns
    -------
    DataFrame
        A row a claim: id, claim, models, where, paper; measured and sd, mean and SD
        over networks of what `notes` names; low and high, its 95 % bootstrap interval
        over clips and networks; n, networks (of the smaller sample); test, p,
        p_adjusted (Benjamini and Hochberg, over all claims that are tested),
        effect_size (that the first sample exceeds the second, or Pearson's r); the
        estimate, interval and p of the mixed-effects model; verdict, "not run" where a
        model or measure is missing; notes.

    Raises
    ------
    InputError
        The table lacks a column or holds a value twice.
    """
    measured = Measured(table, replicates)
    found = pd.DataFrame([_judge(claim, measured) for claim in claims])
    found["p_adjusted"] = statistics.benjamini_hochberg(found["p"])
    found = _with_mixed(found, mixed)
    first = ["id", "claim", "models", "where", "paper", "measured", "sd", "low", "high"]
    tests = ["n", "test", "p", "p_adjusted", "effect_size", *MIXED]
    return found[[*first, *tests, "verdict", "notes"]]


def _judge(claim: Claim, measured: Measured) -> dict:
    outcome = claim.comparison.run(measured)
    row = {
        "id": claim.id,
        "claim": claim.sentence,
        "models": ", ".join(claim.models),
        "where": claim.where,
        "paper": claim.paper,
        **dict.fromkeys(("measured", "sd", "low", "high"), np.nan),
        "n": outcome.n,
        "test": outcome.test,
        "p": outcome.p,
        "effect_size": outcome.effect_size,
        "verdict": NOT_RUN,
        "notes": f"measured: {claim.measured}",
    }
    if outcome.n == 0:
        return row | {"test": "", "p": np.nan, "effect_size": np.nan}
    row |= _shown(claim, measured)
    inside = None
    if claim.paper_value is not None and np.isfinite(row["low"]):
        inside = row["low"] <= claim.paper_value <= row["high"]
    row["verdict"] = _verdict(claim, outcome, inside)
    left_out = measured.n_networks(claim.models) - outcome.n
    remarks = [outcome.remark]
    if inside is not None:
        remarks.append(f"the paper's {claim.paper_value:g} lies {_side(row, claim)}")
    if left_out > 0:
        remarks.append(f"{left_out} networks without a value left out")
    row["notes"] = "; ".join([row["notes"], *filter(None, remarks)])
    return row


def _verdict(claim: Claim, outcome: Outcome, inside: bool | None) -> str:
    if outcome.passed is not None:
        if not outcome.passed:
            return NOT_REPLICATED
        return REPLICATED if outcome.n >= ENOUGH_NETWORKS else TOO_FEW
    p = outcome.p
    wrong_sign = isinstance(claim.comparison, Correlation) and outcome.effect_size < 0
    if claim.kind == DIFFERENCE and wrong_sign:
        p = 1.0
    return verdict(
        claim.kind, p, outcome.smallest_p, outcome.distance, outcome.n, inside
    )


def _shown(claim: Claim, measured: Measured) -> dict[str, float]:
    """Mean, SD and interval of what the claim shows."""
    rng = seeds.generator("bootstrap", "networks", claim.id)
    if isinstance(claim.comparison, Correlation):
        x, y = claim.comparison.pooled(measured)
        value = _pearson(x[:, :, 0], y[:, :, 0])
        draws = []
        drawn = y.shape[2] > 1 and np.isfinite(x[..., 1:] + y[..., 1:]).any()
        for clips in range(1, y.shape[2]) if drawn else [0] * NETWORK_DRAWS:
            networks = rng.integers(y.shape[1], size=y.shape[1])
            draws.append(_pearson(x[:, networks, clips], y[:, networks, clips]))
        low, high = statistics.bootstrap_interval(value, np.array(draws))
        return {"measured": value, "sd": np.nan, "low": low, "high": high}
    shown: Values = claim.shown(measured)
    low, high = statistics.network_interval(shown.to_numpy(), rng)
    return {"measured": shown[0].mean(), "sd": shown[0].std(), "low": low, "high": high}


def _pearson(x: np.ndarray, y: np.ndarray) -> float:
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.corrcoef(x.ravel(), y.ravel())[0, 1]) if x.size > 1 else np.nan


def _side(row: dict, claim: Claim) -> str:
    if claim.paper_value < row["low"]:
        return "below the interval"
    return "above the interval" if claim.paper_value > row["high"] else "inside it"


def _with_mixed(found: pd.DataFrame, mixed: pd.DataFrame | None) -> pd.DataFrame:
    if mixed is None:
        return found.assign(**dict.fromkeys(MIXED, np.nan))
    mixed = mixed.rename(columns=lambda name: name if name == "id" else f"mixed_{name}")
    found = found.merge(mixed, on="id", how="left", validate="1:1")
    used = found["mixed_model"].fillna("") != ""
    found.loc[used, "notes"] += "; mixed model: " + found.loc[used, "mixed_model"]
    return found
