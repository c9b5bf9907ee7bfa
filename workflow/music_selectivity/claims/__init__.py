"""Every claim of the paper that a study can test, against what it measured.

`catalogue` holds the claims; `verdict` is the one rule by which all are judged.
"""

import numpy as np
import pandas as pd

from music_selectivity import statistics
from music_selectivity.claims.catalogue import (
    CLAIMS,
    DIFFERENCE,
    EVERY_NETWORK,
    Claim,
)
from music_selectivity.errors import InputError

LEVEL = 0.05
REPLICATED = "replicated"
NOT_REPLICATED = "not replicated"
TOO_FEW = "too few networks to tell"
NOT_RUN = "not run"

# What no test guards needs this many networks: "every network passes", and "no
# difference", which needs an effect size this near to 1/2 besides.
ENOUGH_NETWORKS = 5
EQUIVALENCE_MARGIN = 0.25


def verdict(
    kind: str, p: float, smallest_p: float, effect_size: float, n_networks: int
) -> str:
    """Judge a tested claim.

    A claim of a difference is

    - "too few networks to tell" if the test cannot reach p <= 0.05 with so few;
    - "replicated" if p <= 0.05, one-tailed in the direction claimed;
    - "not replicated" otherwise.

    A claim of no difference is, for lack of significance alone proves nothing,

    - "too few networks to tell" if the test cannot reach p <= 0.05 with so few;
    - "not replicated" if p <= 0.05;
    - "replicated" if p > 0.05 with at least 5 networks (of each model) and an effect
      size within 0.25 of 1/2 ("no better", tested one-tailed: at most 0.75);
    - "too few networks to tell" otherwise.

    Parameters
    ----------
    kind
        `DIFFERENCE` or `NO_DIFFERENCE`.
    p, smallest_p
        Of the test, and the least it can give with so many networks.
    effect_size
        Probability that the first sample exceeds the second.
    n_networks
        Of the smaller sample.
    """
    if smallest_p > LEVEL:
        return TOO_FEW
    if kind == DIFFERENCE:
        return REPLICATED if p <= LEVEL else NOT_REPLICATED
    if p <= LEVEL:
        return NOT_REPLICATED
    near = abs(effect_size - 0.5) <= EQUIVALENCE_MARGIN
    return REPLICATED if near and n_networks >= ENOUGH_NETWORKS else TOO_FEW


def evaluate(table: pd.DataFrame, claims: tuple[Claim, ...] = CLAIMS) -> pd.DataFrame:
    """Judge every claim (claims.csv).

    Parameters
    ----------
    table
        statistics.csv: model, seed, measure, condition, value.

    Returns
    -------
    DataFrame
        A row a claim: id, claim, models, paper, where; measured and sd, mean and SD
        over networks of what `notes` names; n, networks (of the smaller sample); test,
        p, effect_size (that the first sample exceeds the second); verdict, "not run"
        where a model or measure is missing; notes.

    Raises
    ------
    InputError
        The table lacks a column or holds a value twice.
    """
    key = ["model", "seed", "measure", "condition"]
    missing = [name for name in [*key, "value"] if name not in table]
    if missing:
        raise InputError(
            f"the statistics lack the column(s) {', '.join(missing)}; make them anew"
        )
    if table.duplicated(key).any():
        twice = table.loc[table.duplicated(key), key].iloc[0].tolist()
        raise InputError(f"the statistics hold {twice} twice; make them anew")
    # A missing value is an empty cell in CSV.
    table = table.assign(value=pd.to_numeric(table["value"]))
    return pd.DataFrame([_judge(claim, table) for claim in claims])


def _judge(claim: Claim, table: pd.DataFrame) -> dict:
    first, shown = claim.first(table), claim.shown(table)
    constant = isinstance(claim.second, float)
    second = pd.Series(claim.second, first.index) if constant else claim.second(table)
    if claim.test == "signed_rank":
        paired = first.index.intersection(second.index)
        first, second = first[paired], second[paired]
    row = {
        "id": claim.id,
        "claim": claim.sentence,
        "models": ", ".join(claim.models),
        "paper": claim.paper,
        "where": claim.where,
        "measured": shown.mean(),
        "sd": shown.std(),
        "n": min(len(first), len(second)),
        **{"test": "", "p": np.nan, "effect_size": np.nan, "verdict": NOT_RUN},
        "notes": f"measured: {claim.measured}",
    }
    if row["n"] == 0:
        return row | {"measured": np.nan, "sd": np.nan}
    row["notes"] += _remarks(claim, table, first, second, shown)
    if claim.kind == EVERY_NETWORK:
        found = NOT_REPLICATED
        if (first > second).all():
            found = REPLICATED if row["n"] >= ENOUGH_NETWORKS else TOO_FEW
        return row | {"test": "none: every network must pass", "verdict": found}
    test = getattr(statistics, claim.test)
    p, effect_size = test(first, second, claim.alternative)
    least = statistics.smallest_p(
        claim.test, len(first), len(second), claim.alternative
    )
    # "No better" is not refuted by worse.
    feared = effect_size if claim.alternative == "two-sided" else max(effect_size, 0.5)
    tails = "two-tailed" if claim.alternative == "two-sided" else "one-tailed"
    return row | {
        "test": f"{claim.test.replace('_', '-')}, {tails}",
        "p": p,
        "effect_size": effect_size,
        "verdict": verdict(claim.kind, p, least, feared, row["n"]),
    }


def _remarks(
    claim: Claim,
    table: pd.DataFrame,
    first: pd.Series,
    second: pd.Series,
    shown: pd.Series,
) -> str:
    """Interval of what is shown, both samples' means, and networks left out."""
    remarks = f"; {first.mean():.3g} against {second.mean():.3g}"
    if len(shown) > 1:
        low, high = statistics.mean_interval(shown)
        remarks += f"; 95 % interval of the mean {low:.3g} to {high:.3g}"
    of_models = table[table["model"].isin(claim.models)]
    n_networks = of_models.groupby("model")["seed"].nunique().min()
    left_out = n_networks - min(len(first), len(second))
    if left_out > 0:
        remarks += f"; {left_out} of {n_networks} networks without a value left out"
    return remarks
