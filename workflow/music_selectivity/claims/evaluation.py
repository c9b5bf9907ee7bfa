"""Every claim of the paper that a study can test, against what it measured.

`catalogue` holds the claims, `comparisons` how each is tested, and `verdicts` the rules
by which all are judged.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from music_selectivity.claims.catalogue import all_claims
from music_selectivity.claims.claim import Claim
from music_selectivity.claims.comparisons import (
    COMPARED,
    AgainstOne,
    Equivalence,
    EveryNetwork,
    Outcome,
    pooled_correlation,
)
from music_selectivity.claims.conventions import DEFAULT, Conventions
from music_selectivity.claims.measured import Measured, Values
from music_selectivity.claims.memorization import PRECISION_ON_TRAINING
from music_selectivity.claims.quantities import of
from music_selectivity.claims.verdicts import (
    DIFFERENCE,
    ENOUGH_NETWORKS,
    LEVEL,
    NOT_MEMORIZED,
    NOT_RUN,
    TOO_FEW,
    difference_verdict,
    equivalence_verdict,
    every_network_verdict,
)
from music_selectivity.measures import CALIBRATED_P, CALIBRATED_RATIO, RESPONSE_RATIO
from music_selectivity.paper import MEMORIZED_AP
from music_selectivity.stats.equivalence import INTERVAL_LEVEL, open_probability
from music_selectivity.stats.intervals import (
    LEAST_NETWORKS,
    MeanEstimate,
    clips_estimate,
    consistent_with,
    mean_estimate,
)
from music_selectivity.stats.multiple_testing import benjamini_hochberg
from music_selectivity.stats.permutations import shared_permutation_p
from music_selectivity.vocabulary import MEASURED_SPLIT, QUILT_ORDERS

# Columns of claims.csv: what was measured, and what is compared.
SHOWN = ["measured", "sd", "low", "high", "covers"]
CONTRAST = ["contrast", "contrast_low", "contrast_high"]
CHANGE = ["change", "change_low", "change_high", "margin", "open_probability"]
MIXED_EFFECTS = ["mixed_estimate", "mixed_low", "mixed_high", "mixed_p"]
# Columns of claims_by_order.csv.
OF_ORDERS = ["order", "id", *SHOWN, *CHANGE, "n", "p", "effect_size", "verdict"]


def evaluate(
    measured: Measured,
    mixed_effects: pd.DataFrame | None = None,
    permutations: pd.DataFrame | None = None,
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
        test; contrast, the mean of the first sample less that of the second, with its
        95 % interval contrast_low and contrast_high; for claims of no difference,
        change, with its 90 % interval change_low and change_high, the margin, and
        open_probability, that the verdict would be open for five networks without a
        difference; permutation_p, of the mean response ratio over networks against
        permuted labels, where the claim is that there is selectivity; mixed_estimate,
        mixed_low, mixed_high and mixed_p of the mixed-effects model; verdict; notes.
    """
    claims = all_claims(conventions) if claims is None else claims
    found = pd.DataFrame(
        [_judge(claim, measured, permutations, audioset) for claim in claims]
    )
    found["p_adjusted"] = _adjusted(found, claims)
    found = _with_mixed_effects(found, mixed_effects)
    columns = ["id", "claim", "models", "where", "paper", *SHOWN]
    columns += ["n", "test", "p", "p_adjusted", "effect_size", *CONTRAST, *CHANGE]
    columns += ["permutation_p", *MIXED_EFFECTS, "verdict", "notes"]
    return found.reindex(columns=columns)


def evaluate_orders(measured: Measured, conventions: Conventions) -> pd.DataFrame:
    """Judge the claims about quilts by every order of segments (claims_by_order.csv).

    Returns
    -------
    DataFrame
        order and id, one row per order and claim that the study can test; then columns
        as in `evaluate`.
    """
    rows = []
    for order in QUILT_ORDERS:
        for claim in all_claims(replace(conventions, order=order)):
            if claim.of_quilts:
                rows.append({"order": order, **_judge(claim, measured, None, False)})
    found = pd.DataFrame(rows).reindex(columns=OF_ORDERS)
    return found[found["n"] > 0].reset_index(drop=True)


def with_orders(
    claims: pd.DataFrame, orders: pd.DataFrame, conventions: Conventions
) -> pd.DataFrame:
    """`evaluate`, with what other orders of segments give in the notes."""
    others = orders[orders["order"] != conventions.order]
    texts = others["order"] + " " + others["measured"].map("{:.3g}".format)
    texts += " (" + others["verdict"] + ")"
    notes = "; with other orders of segments: " + texts.groupby(others["id"]).agg(
        ", ".join
    )
    added = claims["id"].map(notes).fillna("")
    return claims.assign(notes=claims["notes"] + added)


def _judge(
    claim: Claim,
    measured: Measured,
    permutations: pd.DataFrame | None,
    audioset: bool,
) -> dict:
    row = {
        "id": claim.id,
        "claim": claim.sentence,
        "models": ", ".join(claim.models),
        "where": claim.where,
        "paper": claim.paper,
        "n": 0,
        "verdict": NOT_RUN,
        "notes": claim.measured,
    }
    if claim.needs_memorization and not _memorized(measured):
        return row | {"verdict": NOT_MEMORIZED}
    outcome = claim.comparison.run(measured)
    values = claim.shown(measured)
    if outcome.n == 0 or len(values) == 0:
        return row
    estimate = _estimate(claim, values)
    row |= dict(zip(SHOWN, _shown(claim, values, estimate), strict=True))
    row |= {"n": outcome.n, "test": outcome.test, "p": outcome.p}
    row |= {"effect_size": outcome.effect_size}
    if isinstance(claim.comparison, COMPARED):
        contrast = claim.comparison.difference(measured)
        numbers = (contrast.value, *contrast.interval())
        row |= dict(zip(CONTRAST, numbers, strict=True))
    if isinstance(claim.comparison, Equivalence):
        row |= dict(zip(CHANGE, _change(claim.comparison, measured), strict=True))
    row["permutation_p"] = _permutation_p(claim, measured, permutations)
    compared = list(_compared_with_paper(claim, estimate, measured)) if audioset else []
    consistent = all(agrees for agrees, _ in compared) if compared else None
    row["verdict"] = _verdict(claim, outcome, row, consistent, measured)
    remarks = [claim.measured, outcome.remark, *(text for _, text in compared)]
    remarks += _reservations(claim, outcome, row, measured)
    row["notes"] = "; ".join(filter(None, remarks))
    return row


def _memorized(measured: Measured) -> bool:
    """Whether any network memorized, or there are none to judge."""
    precision = PRECISION_ON_TRAINING(measured)[0]
    return len(precision) == 0 or bool((precision >= MEMORIZED_AP).any())


def _estimate(claim: Claim, values: Values) -> MeanEstimate:
    numbers = values.to_numpy(dtype=float)
    if isinstance(claim.comparison, Equivalence) and claim.comparison.linear:
        return clips_estimate(numbers[0])
    return mean_estimate(numbers)


def _shown(claim: Claim, values: Values, estimate: MeanEstimate) -> tuple:
    """The columns `SHOWN`."""
    low, high = estimate.interval()
    sources = {"networks": estimate.networks > 0, "clips": estimate.clips > 0}
    covers = " and ".join(name for name, varies in sources.items() if varies)
    if claim.chosen and estimate.clips > 0:
        covers += f"; {claim.chosen}"
    if np.isnan(low):
        covers = ""
    return estimate.value, values[0].std(), low, high, covers


def _change(comparison: Equivalence, measured: Measured) -> tuple[float, ...]:
    """The columns `CHANGE`."""
    estimate = comparison.estimate(measured)
    still_open = np.nan
    if not comparison.linear:
        still_open = open_probability(
            estimate.sd,
            ENOUGH_NETWORKS,
            comparison.margin,
            estimate.clips,
            comparison.upper_only,
        )
    ends = estimate.interval(INTERVAL_LEVEL)
    return (estimate.value, *ends, comparison.margin, still_open)


def _verdict(
    claim: Claim,
    outcome: Outcome,
    row: dict,
    consistent: bool | None,
    measured: Measured,
) -> str:
    comparison = claim.comparison
    if isinstance(comparison, Equivalence):
        if outcome.n < LEAST_NETWORKS and not comparison.linear:
            return TOO_FEW
        return equivalence_verdict(
            row["change_low"],
            row["change_high"],
            comparison.margin,
            comparison.upper_only,
        )
    if isinstance(comparison, EveryNetwork):
        return every_network_verdict(comparison.passed(measured), outcome.n)
    return difference_verdict(outcome.p, outcome.smallest_p, consistent)


def _compared_with_paper(
    claim: Claim, estimate: MeanEstimate, measured: Measured
) -> Iterator[tuple[bool, str]]:
    """For each number of the paper, whether it is consistent, and in words."""
    pairs = [(claim.reported, "", estimate)]
    if claim.reported_second is not None:
        _, second = claim.comparison.samples(measured)
        numbers = second.to_numpy(dtype=float)
        is_linear = isinstance(claim.comparison, AgainstOne)
        other = clips_estimate(numbers[0]) if is_linear else mean_estimate(numbers)
        pairs.append((claim.reported_second, " for the second", other))
    pairs = [pair for pair in pairs if pair[0] is not None]
    for reported, which, ours in pairs:
        agrees, margin = consistent_with(
            ours, reported.value, reported.sd, reported.networks, len(pairs)
        )
        distance = abs(ours.value - reported.value)
        yield (
            agrees,
            f"the paper's {reported.value:.3g}{which} differs by {distance:.2g}, "
            f"{'within' if agrees else 'beyond'} the {margin:.2g} that chance explains",
        )


def _permutation_p(
    claim: Claim, measured: Measured, permutations: pd.DataFrame | None
) -> float:
    """p-value of the mean response ratio over networks, against permuted labels.

    NaN for claims that name no model for it.
    """
    if claim.permuted is None or permutations is None:
        return np.nan
    ratios = of(claim.permuted, RESPONSE_RATIO, split=MEASURED_SPLIT)(measured)[0]
    permuted = permutations[permutations["model"] == claim.permuted].pivot(
        index="seed", columns="permutation", values="ratio"
    )
    networks = ratios.index.intersection(permuted.index)
    return shared_permutation_p(
        ratios.loc[networks].to_numpy(), permuted.loc[networks].to_numpy()
    )


def _reservations(
    claim: Claim, outcome: Outcome, row: dict, measured: Measured
) -> Iterator[str]:
    """What else a reader of the verdict must know."""
    if claim.pooled is not None:
        yield pooled_correlation(claim.pooled, measured)
    if (
        claim.kind == DIFFERENCE
        and outcome.p <= LEVEL
        and row.get("contrast_low", np.nan) <= 0 <= row.get("contrast_high", np.nan)
    ):
        yield (
            f"although p = {outcome.p:.2g}, the interval of the difference includes "
            "zero: other networks and clips may show no difference"
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
        reason = "no value"
        if claim.needs_memorization:
            reason += ", or did not memorize"
        yield (
            f"1 network was left out because it has {reason}"
            if without == 1
            else f"{without} networks were left out because they have {reason}"
        )


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
    if mixed_effects is None:
        return found.assign(**dict.fromkeys(MIXED_EFFECTS, np.nan))
    columns = {name: f"mixed_{name}" for name in mixed_effects if name != "id"}
    mixed_effects = mixed_effects.rename(columns=columns)
    found = found.merge(mixed_effects, on="id", how="left", validate="1:1")
    texts = {
        "mixed_model": "; mixed-effects model: {mixed_model}",
        "mixed_pooled_p": "; the paper's test over all {mixed_pooled_n:.0f} pairs of "
        "class and network: p = {mixed_pooled_p:.2g}, effect size "
        "{mixed_pooled_effect_size:.3g}",
    }
    for column, text in texts.items():
        there = found[column].notna() & (found[column] != "")
        found.loc[there, "notes"] += [
            text.format(**row) for row in found[there].to_dict("records")
        ]
    return found
