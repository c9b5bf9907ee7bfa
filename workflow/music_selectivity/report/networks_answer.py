"""What a study says of networks that it did not train, in sentences."""

import pandas as pd

from music_selectivity.figures.style import label
from music_selectivity.measures import (
    MS_EFFECT_SIZE,
    RESPONSE_RATIO,
)
from music_selectivity.report.numbers import number, p_value
from music_selectivity.vocabulary import BEST_LAYER, LARGEST, LOG_MEL

QUESTION = "Do these networks have units that prefer music, and in which layers?"
# Largest p-value of a network that stands out among its twins.
SIGNIFICANT = 0.05


def networks_answer(table: pd.DataFrame) -> list[str]:
    """Have they units that prefer music, where most, and do they resemble the brain?

    Parameters
    ----------
    table
        ``figures.users_networks.table``, as its CSV file has it.

    Returns
    -------
    list of str
        A sentence for each kind of twins, or for networks without any; and one each for
        the largest response ratio and for the brain, if the study has them. Empty if
        the study has no network of users.
    """
    networks = table[table["layer"] != ""]
    if networks.empty:
        return []
    of_layers = networks[networks["depth"].notna()].drop_duplicates(
        ["model", "layer", "measure"]
    )
    ratios = of_layers[of_layers["measure"] == RESPONSE_RATIO.name]
    of_brain = networks[networks["layer"] == BEST_LAYER].drop_duplicates("model")
    sentences = _against_twins(networks)
    if len(ratios):
        row = ratios.loc[ratios["value"].idxmax()]
        sentences.append(
            f"The largest response ratio is that of layer {row['layer']} of "
            f"{label(row['model'])}, whose music-selective units respond "
            f"{_interval(row)} times as strongly to held-out music as to other sounds."
        )
    if len(of_brain):
        row = of_brain.loc[of_brain["value"].idxmax()]
        baseline = table.loc[table["model"] == LOG_MEL, "value"]
        than = f"; the mean log-mel spectrum with r = {number(baseline.iloc[0])}"
        sentences.append(
            f"The brain's music component is predicted best by {label(row['model'])}, "
            f"with r = {_interval(row)}{than if len(baseline) else ''}."
        )
    return sentences


def _against_twins(networks: pd.DataFrame) -> list[str]:
    largest = networks[
        (networks["measure"] == MS_EFFECT_SIZE.name) & (networks["layer"] == LARGEST)
    ]
    of_twins = largest[largest["kind"] != ""]
    if of_twins.empty:
        return [
            "Whether the networks prefer music more than the same networks with other "
            "weights was not measured, because none has twins."
        ]
    return [_of_kind(kind, rows) for kind, rows in of_twins.groupby("kind", sort=False)]


def _of_kind(kind: str, rows: pd.DataFrame) -> str:
    fewest = int(rows["twins"].min())
    if 1 / (1 + fewest) > SIGNIFICANT:
        return (
            f"{fewest} {kind} twins are too few to decide whether a network prefers "
            "music more than its twins do; 20 are enough."
        )
    found = rows[rows["p"] <= SIGNIFICANT]
    names = f" ({', '.join(map(label, found['model']))})" if len(found) else ""
    largest = p_value(found["p"].max()) if len(found) else ""
    level = f"p ≤ {largest}" if len(found) else f"p > {SIGNIFICANT}"
    return (
        f"{len(found)} of {len(rows)} networks{names} have a layer whose "
        f"music-selective units prefer music more than those of their {kind} twins do, "
        f"as far as the largest over layers is compared ({level})."
    )


def _interval(row: pd.Series) -> str:
    ends = f"{number(row['low'])} to {number(row['high'])}"
    return f"{number(row['value'])} (95 % interval {ends})"
