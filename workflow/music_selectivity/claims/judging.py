"""One claim against what a study measured: its row of claims.csv."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from music_selectivity.claims.claim import Claim
from music_selectivity.claims.comparisons import (
    COMPARED,
    AgainstOne,
    Equivalence,
    EveryNetwork,
    Outcome,
    estimate_of,
    pooled_correlation,
)
from music_selectivity.claims.measured import Measured, Values
from music_selectivity.claims.memorization import PRECISION_ON_TRAINING
from music_selectivity.claims.quantities import of
from music_selectivity.claims.verdicts import (
    ENOUGH_NETWORKS,
    NOT_MEMORIZED,
    NOT_RUN,
    OPEN,
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
    consistent_with,
)
from music_selectivity.stats.permutations import shared_permutation_p
from music_selectivity.vocabulary import MEASURED_SPLIT

# Columns of claims.csv: what was measured, and what is compared.
SHOWN = ["measured", "sd", "low", "high", "covers"]
CONTRAST = ["contrast", "contrast_low", "contrast_high"]
CHANGE = ["change", "change_low", "change_high", "margin", "open_probability"]


def judge(
    claim: Claim,
    measured: Measured,
    permutations: pd.DataFrame | None = None,
    audioset: bool = False,
) -> dict:
    """The row of a claim, with a list of `notes`.

    Parameters are as for ``evaluation.evaluate``, whose columns the row has.
    """
    row = {
        "id": claim.id,
        "claim": claim.sentence,
        "models": ", ".join(claim.models),
        "where": claim.where,
        "paper": claim.paper,
        "n": 0,
        "verdict": NOT_RUN,
        "notes": [claim.measured],
    }
    if claim.needs_memorization and not _memorized(measured):
        return row | {"verdict": NOT_MEMORIZED}
    comparison = claim.comparison
    outcome, values = comparison.run(measured), claim.shown(measured)
    if outcome.n == 0 or len(values) == 0:
        return row
    estimate = estimate_of(values, _is_linear(claim))
    row |= dict(zip(SHOWN, _shown(claim, values, estimate), strict=True))
    row |= {"n": outcome.n, "test": outcome.test, "p": outcome.p}
    row |= {"effect_size": outcome.effect_size}
    if isinstance(comparison, COMPARED):
        contrast = comparison.difference(measured)
        numbers = (contrast.value, *contrast.interval())
        row |= dict(zip(CONTRAST, numbers, strict=True))
    if isinstance(comparison, Equivalence):
        row |= dict(zip(CHANGE, _change(comparison, measured), strict=True))
    row["permutation_p"] = _permutation_p(claim, measured, permutations)
    compared = list(_compared_with_paper(claim, estimate, measured)) if audioset else []
    consistent = all(agrees for agrees, _ in compared) if compared else None
    row["verdict"] = _verdict(claim, outcome, row, consistent, measured)
    notes = [claim.measured, outcome.remark, *(text for _, text in compared)]
    notes += _reservations(claim, outcome, row, measured)
    return row | {"notes": [note for note in notes if note]}


def _memorized(measured: Measured) -> bool:
    """Whether any network memorized, or there are none to judge."""
    precision = PRECISION_ON_TRAINING(measured)[0]
    return len(precision) == 0 or bool((precision >= MEMORIZED_AP).any())


def _is_linear(claim: Claim) -> bool:
    return isinstance(claim.comparison, Equivalence) and claim.comparison.linear


def _shown(claim: Claim, values: Values, estimate: MeanEstimate) -> tuple:
    """The columns `SHOWN`."""
    low, high = estimate.interval()
    drawn = values.shape[1] > 1 and bool(np.isfinite(values.iloc[:, 1:]).any(axis=None))
    sources = {"networks": not _is_linear(claim), "clips": drawn}
    covers = " and ".join(name for name, varies in sources.items() if varies)
    if claim.chosen and drawn:
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
    if isinstance(comparison, EveryNetwork):
        return every_network_verdict(comparison.passed(measured), outcome.n)
    # With fewer networks there is no interval, which both rules need.
    if outcome.n < LEAST_NETWORKS and not _is_linear(claim):
        return TOO_FEW
    if isinstance(comparison, Equivalence):
        return equivalence_verdict(
            row["change_low"],
            row["change_high"],
            comparison.margin,
            comparison.upper_only,
        )
    return difference_verdict(
        outcome.p, outcome.smallest_p, row["contrast_low"], consistent
    )


def _compared_with_paper(
    claim: Claim, estimate: MeanEstimate, measured: Measured
) -> Iterator[tuple[bool, str]]:
    """For each number of the paper, whether it is consistent, and in words.

    A number is left out if it is not known by how much it may differ.
    """
    pairs = [(claim.reported, "", estimate)]
    if claim.reported_second is not None:
        _, second = claim.comparison.samples(measured)
        is_linear = isinstance(claim.comparison, AgainstOne)
        second_estimate = estimate_of(second, is_linear)
        pairs.append((claim.reported_second, " for the second", second_estimate))
    pairs = [pair for pair in pairs if pair[0] is not None]
    for reported, which, ours in pairs:
        if claim.same_sounds:
            ours = replace(ours, clips=0)
        agrees, margin = consistent_with(
            ours, reported.value, reported.sd, reported.networks, len(pairs)
        )
        if np.isfinite(margin):
            distance = abs(ours.value - reported.value)
            yield (
                agrees,
                f"the paper's {reported.value:.3g}{which} differs by {distance:.2g}, "
                f"{'within' if agrees else 'beyond'} the {margin:.2g} that chance "
                "explains",
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
    if isinstance(claim.comparison, COMPARED) and row["verdict"] == OPEN:
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
        reason = "no value, or no partner of the same seed"
        if claim.needs_memorization:
            reason += ", or did not memorize"
        yield (
            f"1 network was left out because it has {reason}"
            if without == 1
            else f"{without} networks were left out because they have {reason}"
        )
