"""Every claim of the paper that a study can test, against what it measured.

`catalogue` holds the claims, `comparisons` how each is tested, `verdicts` the rules by
which all are judged, and `judging` applies these to one claim.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from music_selectivity.claims.catalogue import all_claims
from music_selectivity.claims.claim import Claim
from music_selectivity.claims.conventions import DEFAULT, Conventions
from music_selectivity.claims.judging import CHANGE, CONTRAST, SHOWN, judge
from music_selectivity.claims.measured import Measured
from music_selectivity.claims.verdicts import DIFFERENCE
from music_selectivity.measures import QUILT_RESPONSE
from music_selectivity.stats.multiple_testing import benjamini_hochberg
from music_selectivity.vocabulary import QUILT_ORDERS

MIXED_EFFECTS = ["mixed_estimate", "mixed_low", "mixed_high", "mixed_p"]
COLUMNS = [
    *["id", "claim", "models", "where", "paper", *SHOWN],
    *["n", "test", "p", "p_adjusted", "effect_size", *CONTRAST, *CHANGE],
    *["permutation_p", *MIXED_EFFECTS, "verdict", "notes"],
]
OF_ORDERS = ["order", "id", *SHOWN, *CHANGE, "n", "p", "effect_size", "verdict"]


def evaluate(
    measured: Measured,
    mixed_effects: pd.DataFrame | None = None,
    permutations: pd.DataFrame | None = None,
    orders: pd.DataFrame | None = None,
    conventions: Conventions = DEFAULT,
    audioset: bool = False,
    claims: tuple[Claim, ...] | None = None,
) -> pd.DataFrame:
    """Judge every claim (claims.csv).

    Parameters
    ----------
    measured
        Statistics of all networks.
    mixed_effects
        mixed_effects.csv: id (of the claim), estimate, low, high, p, model,
        pooled_p, pooled_effect_size and pooled_n.
    permutations
        ``calibration.permuted_ratios`` of all networks: model, seed, permutation,
        ratio. Networks share permutations of the same number.
    orders
        `evaluate_orders`; the notes say what other orders of segments give.
    conventions
        What the study chose.
    audioset
        Whether the sounds are the paper's. Only then do the paper's numbers judge.
    claims
        All claims by default.

    Returns
    -------
    DataFrame
        One row per claim: id, claim, models, where, paper; measured and sd, mean and SD
        over networks of what `notes` names; low and high, its 95 % interval, and what
        this covers; n, networks (of the smaller sample); test, p; p_adjusted (Benjamini
        and Hochberg, over the distinct claims of a difference); effect_size, of a rank
        test; contrast, the mean of the first sample minus that of the second, or a mean
        slope, with its 95 % interval contrast_low and contrast_high; for claims of no
        difference, change, with its 90 % interval change_low and change_high, the
        margin, and open_probability, that the verdict would be open for five networks
        without a difference; permutation_p, of the mean response ratio on eval clips
        over networks against permuted labels, where the claim is that there is
        selectivity; mixed_estimate, mixed_low, mixed_high and mixed_p of the
        mixed-effects model; verdict; notes.
    """
    claims = all_claims(conventions) if claims is None else claims
    found = pd.DataFrame(
        [judge(claim, measured, permutations, audioset) for claim in claims]
    )
    found["p_adjusted"] = _adjusted(found, claims)
    found = _with_mixed_effects(found, mixed_effects)
    others = [[] for _ in found["id"]]
    if orders is not None:
        others = [_other_orders(orders, conventions, claim) for claim in found["id"]]
    found["notes"] = [
        "; ".join(notes + more)
        for notes, more in zip(found["notes"], others, strict=True)
    ]
    return found.reindex(columns=COLUMNS)


def evaluate_orders(
    measured: Measured, conventions: Conventions, audioset: bool = False
) -> pd.DataFrame:
    """Judge the claims about quilts by every order of segments (claims_by_order.csv).

    Slopes are taken over the lengths of segments that all orders have, so that they can
    be compared.

    Returns
    -------
    DataFrame
        order and id, one row per order and claim that the study can test; then columns
        as in `evaluate`.
    """
    lengths = _common_lengths(measured)
    rows = []
    for order in QUILT_ORDERS:
        for claim in all_claims(replace(conventions, order=order, lengths=lengths)):
            if claim.of_quilts:
                row = judge(claim, measured, audioset=audioset)
                rows.append({"order": order, **row})
    found = pd.DataFrame(rows).reindex(columns=OF_ORDERS)
    return found[found["n"] > 0].reset_index(drop=True)


def _common_lengths(measured: Measured) -> tuple[int, ...]:
    """Lengths of segments, ms, in which the quilts of every order were made."""
    by_order: dict[str, set[int]] = {}
    for model in measured.models:
        for found in measured.conditions(model, QUILT_RESPONSE).values():
            by_order.setdefault(found["order"], set()).add(found["segment"])
    return tuple(sorted(set.intersection(*by_order.values()))) if by_order else ()


def _other_orders(
    orders: pd.DataFrame, conventions: Conventions, claim: str
) -> list[str]:
    """What other orders of segments give for a claim, as a note if there are any."""
    of_claim = orders[orders["id"] == claim]
    others = [
        f"{row.order} {row.measured:.3g} ({row.verdict})"
        for row in of_claim.itertuples()
        if row.order != conventions.order
    ]
    if not others:
        return []
    own = of_claim.loc[of_claim["order"] == conventions.order, "measured"]
    same = f" (against {own.iloc[0]:.3g} at the same lengths)" if len(own) else ""
    return [f"with other orders of segments{same}: {', '.join(others)}"]


def _adjusted(found: pd.DataFrame, claims: Iterable[Claim]) -> np.ndarray:
    """p-values of claims of a difference, corrected over those with distinct tests.

    Each is one-tailed in the direction that the paper claims, so that a small p always
    supports the paper. A claim with the same test as another has the same value.
    """
    p = pd.Series(np.nan, index=found["id"])
    same = {}
    for claim, value in zip(claims, found.get("p", p), strict=True):
        if claim.same_test_as in p.index:
            same[claim.id] = claim.same_test_as
        elif claim.kind == DIFFERENCE:
            p[claim.id] = value
    adjusted = pd.Series(benjamini_hochberg(p.to_numpy()), index=p.index)
    for name, other in same.items():
        adjusted[name] = adjusted[other]
    return adjusted.to_numpy()


def _with_mixed_effects(
    found: pd.DataFrame, mixed_effects: pd.DataFrame | None
) -> pd.DataFrame:
    """`found` with the columns of the models, and notes on what was fitted."""
    if mixed_effects is None:
        return found
    columns = {name: f"mixed_{name}" for name in mixed_effects if name != "id"}
    mixed_effects = mixed_effects.rename(columns=columns)
    found = found.merge(mixed_effects, on="id", how="left", validate="1:1")
    notes = map(_mixed_notes, found.to_dict("records"))
    found["notes"] = [
        own + more for own, more in zip(found["notes"], notes, strict=True)
    ]
    return found


def _mixed_notes(row: dict) -> list[str]:
    notes = []
    if isinstance(row["mixed_model"], str) and row["mixed_model"]:
        notes.append(f"mixed-effects model: {row['mixed_model']}")
    if row["mixed_pooled_n"] > 0:
        notes.append(
            f"the paper's test over all {row['mixed_pooled_n']:.0f} pairs of class and "
            f"network: p = {row['mixed_pooled_p']:.2g}, effect size "
            f"{row['mixed_pooled_effect_size']:.3g}"
        )
    return notes
