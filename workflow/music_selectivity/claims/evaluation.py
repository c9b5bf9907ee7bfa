"""Every claim of the paper that a study can test, against what it measured.

`catalogue` holds the claims, `comparisons` how each is tested, `verdicts` the rule by
which all are judged, and `intervals` the bootstrap intervals and permutation tests that
complement the tests over networks.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from music_selectivity.claims.catalogue import CLAIMS
from music_selectivity.claims.claim import Claim
from music_selectivity.claims.comparisons import Correlation, Outcome, Trend
from music_selectivity.claims.intervals import (
    CONTRAST,
    SHOWN,
    contrast,
    permutation_p,
    second_interval,
    shown,
)
from music_selectivity.claims.measured import Measured
from music_selectivity.claims.quantities import of
from music_selectivity.claims.verdicts import (
    DIFFERENCE,
    ENOUGH_NETWORKS,
    LEVEL,
    NOT_REPLICATED,
    NOT_RUN,
    REPLICATED,
    TOO_FEW,
    trend_verdict,
    verdict,
)
from music_selectivity.measures import CALIBRATED_P, CALIBRATED_RATIO
from music_selectivity.stats.multiple_testing import benjamini_hochberg
from music_selectivity.vocabulary import MEASURED_SPLIT

MIXED_EFFECTS = ["mixed_estimate", "mixed_low", "mixed_high", "mixed_p"]


def evaluate(
    statistics: pd.DataFrame,
    replicates: pd.DataFrame | None = None,
    mixed_effects: pd.DataFrame | None = None,
    permutations: pd.DataFrame | None = None,
    claims: tuple[Claim, ...] = CLAIMS,
) -> pd.DataFrame:
    """Judge every claim (claims.csv).

    Parameters
    ----------
    statistics
        statistics.csv: model, seed, measure, condition, value.
    replicates
        The same rows, with one column per bootstrap draw.
    mixed_effects
        mixed_effects.csv: id (of the claim), estimate, low, high, p, model.
    permutations
        ``calibration.permuted_ratios`` of all networks: model, seed, permutation,
        ratio. Networks share permutations of the same number.

    Returns
    -------
    DataFrame
        One row per claim: id, claim, models, where, paper; measured and sd, mean and SD
        over networks of what `notes` names; low and high, its 95 % bootstrap interval
        over clips and networks; n, networks (of the smaller sample); test, p,
        p_adjusted (Benjamini and Hochberg, over all claims that are tested),
        effect_size (that the first sample exceeds the second, or Pearson's r);
        contrast, the mean of the first sample less that of the second, with
        contrast_low and contrast_high, its interval as above (none of a correlation);
        permutation_p, of the mean response ratio over networks against permuted labels,
        where the claim is that there is selectivity; mixed_estimate, mixed_low,
        mixed_high and mixed_p of the mixed-effects model; verdict, "not run" where a
        model or measure is missing; notes.

    Raises
    ------
    InputError
        The statistics lack a column, hold a value twice, or hold a measure or condition
        that is unknown.
    """
    measured = Measured(statistics, replicates)
    found = pd.DataFrame([_judge(claim, measured, permutations) for claim in claims])
    found["p_adjusted"] = benjamini_hochberg(found["p"])
    found = _with_mixed_effects(found, mixed_effects)
    first = ["id", "claim", "models", "where", "paper", *SHOWN]
    tests = ["n", "test", "p", "p_adjusted", "effect_size", *CONTRAST, "permutation_p"]
    return found[[*first, *tests, *MIXED_EFFECTS, "verdict", "notes"]]


def _judge(claim: Claim, measured: Measured, permutations: pd.DataFrame | None) -> dict:
    outcome = claim.comparison.run(measured)
    row = {
        "id": claim.id,
        "claim": claim.sentence,
        "models": ", ".join(claim.models),
        "where": claim.where,
        "paper": claim.paper,
        **dict.fromkeys([*SHOWN, *CONTRAST, "permutation_p"], np.nan),
        "n": outcome.n,
        "test": outcome.test,
        "p": outcome.p,
        "effect_size": outcome.effect_size,
        "verdict": NOT_RUN,
        "notes": f"measured: {claim.measured}",
    }
    if outcome.n == 0:
        return row | {"test": "", "p": np.nan, "effect_size": np.nan}
    row |= shown(claim, measured) | contrast(claim, measured)
    row["permutation_p"] = permutation_p(claim, measured, permutations)
    papers = list(_compared_with_paper(claim, row, measured))
    inside = all(inside for inside, _ in papers) if papers else None
    row["verdict"] = _verdict(claim, outcome, row, inside)
    remarks = [outcome.remark, *(remark for _, remark in papers)]
    remarks += _reservations(claim, outcome, row, measured)
    row["notes"] = "; ".join([row["notes"], *filter(None, remarks)])
    return row


def _verdict(claim: Claim, outcome: Outcome, row: dict, inside: bool | None) -> str:
    if isinstance(claim.comparison, Trend):
        return trend_verdict(row["low"], row["high"])
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


def _compared_with_paper(
    claim: Claim, row: dict, measured: Measured
) -> Iterator[tuple[bool, str]]:
    """For each number of the paper, whether the interval includes it, and in words."""
    pairs = [(claim.paper_value, "", (row["low"], row["high"]))]
    if claim.paper_second is not None:
        ends = second_interval(claim, measured)
        pairs.append((claim.paper_second, " for the second", ends))
    for value, which, (low, high) in pairs:
        if value is not None and np.isfinite(low):
            place = "below" if value < low else "above" if value > high else "inside"
            yield (
                place == "inside",
                f"the paper's {value:.3g}{which} lies {place} the interval"
                + (f" {low:.3g} to {high:.3g}" if which else ""),
            )


def _reservations(
    claim: Claim, outcome: Outcome, row: dict, measured: Measured
) -> Iterator[str]:
    """What else a reader of the verdict must know."""
    if outcome.p <= LEVEL and row["contrast_low"] <= 0 <= row["contrast_high"]:
        yield (
            f"although p = {outcome.p:.2g}, the interval of the difference includes "
            "zero: other clips may show no difference"
        )
    for model in claim.models if claim.permuted else ():
        ratios = of(model, CALIBRATED_RATIO, split=MEASURED_SPLIT)(measured)[0]
        p_values = of(model, CALIBRATED_P)(measured)[0]
        if len(p_values):
            yield (
                f"with permuted labels, {model} has ratios about 1 in "
                f"{ratios.sum():.0f} of {len(ratios)} networks, and uniform p-values "
                f"in {p_values.sum():.0f} of {len(p_values)}"
            )
    without = measured.n_networks(claim.models) - outcome.n
    if without > 0:
        yield (
            "1 network was left out because it has no value"
            if without == 1
            else f"{without} networks were left out because they have no value"
        )


def _with_mixed_effects(
    found: pd.DataFrame, mixed_effects: pd.DataFrame | None
) -> pd.DataFrame:
    if mixed_effects is None:
        return found.assign(**dict.fromkeys(MIXED_EFFECTS, np.nan))
    columns = {name: f"mixed_{name}" for name in mixed_effects if name != "id"}
    mixed_effects = mixed_effects.rename(columns=columns)
    found = found.merge(mixed_effects, on="id", how="left", validate="1:1")
    models = found["mixed_model"].fillna("")
    found.loc[models != "", "notes"] += "; mixed-effects model: " + models[models != ""]
    return found
