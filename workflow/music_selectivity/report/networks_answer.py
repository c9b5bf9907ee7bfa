"""What a study says of networks that it did not train, in sentences."""

import math
from collections.abc import Iterable

import pandas as pd

from music_selectivity.figures.style import label
from music_selectivity.measures import (
    MS_EFFECT_SIZE,
    RESPONSE_RATIO,
)
from music_selectivity.report.numbers import number, p_value
from music_selectivity.vocabulary import BEST_LAYER, LARGEST, LOG_MEL

QUESTION = "Do these networks have units that prefer music, and in which layers?"
# Largest p-value of a network that stands out among its twins, and the least number of
# twins that can give it.
SIGNIFICANT = 0.05
LEAST_TWINS = math.ceil(1 / SIGNIFICANT) - 1


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
    largest = networks[networks["layer"] == LARGEST]
    sentences = _against_twins(largest[largest["measure"] == MS_EFFECT_SIZE.name])
    ratios = networks[networks["measure"] == RESPONSE_RATIO.name]
    if (ratios["layer"] == LARGEST).any():
        sentences.append(_largest_ratio(ratios, networks[networks["depth"].notna()]))
    of_brain = networks[networks["layer"] == BEST_LAYER]
    if len(of_brain):
        row = of_brain.loc[of_brain["value"].idxmax()]
        spectrum = table.loc[table["model"] == LOG_MEL, "value"].item()
        sentences.append(
            "Of the networks, the brain's music component is predicted best by "
            f"{label(row['model'])}, with r = {number(row['value'])}"
            f"{_twins_of(row['model'], of_brain)}; the mean log-mel spectrum predicts "
            f"it with r = {number(spectrum)}."
        )
    return sentences


def _largest_ratio(ratios: pd.DataFrame, layers: pd.DataFrame) -> str:
    """The largest response ratio, over the layers that the table compares.

    `ratios` has the rows of this measure, `layers` those of each layer and measure.
    """
    largest = ratios[ratios["layer"] == LARGEST]
    # Compared are the layers in which no twin of any kind lacks a ratio.
    compared = ratios[ratios["depth"].notna()].merge(
        largest, on=["model", "kind"], suffixes=("", "_largest")
    )
    whole = compared["twins"] == compared["twins_largest"]
    key = ["model", "layer"]
    compared = compared[
        whole.groupby([compared[name] for name in key]).transform("all")
    ]
    row = largest.loc[largest["value"].idxmax()]
    of_model = compared[compared["model"] == row["model"]]
    layer = of_model.loc[of_model["value"].idxmax(), "layer"]
    if len(compared.drop_duplicates(key)) == len(layers.drop_duplicates(key)):
        subject = "The largest response ratio"
    else:
        twins = (largest["kind"] != "").any()
        have = "a network and all of its twins have" if twins else "a network has"
        subject = f"Among layers in which {have} a response ratio, the largest"
    return (
        f"{subject} is {number(row['value'])}, in layer {layer} of "
        f"{label(row['model'])}{_twins_of(row['model'], largest)}."
    )


def _against_twins(largest: pd.DataFrame) -> list[str]:
    of_twins = largest[largest["kind"] != ""]
    if of_twins.empty:
        return [
            "Whether the networks prefer music more than the same networks with other "
            "weights was not measured, because none has twins."
        ]
    return [
        sentence
        for kind, rows in of_twins.groupby("kind", sort=False)
        for sentence in _of_kind(kind, rows)
    ]


def _of_kind(kind: str, rows: pd.DataFrame) -> list[str]:
    enough = rows["twins"] >= LEAST_TWINS
    few, rows = rows[~enough], rows[enough]
    sentences = []
    if len(rows):
        found = rows[rows["p"] <= SIGNIFICANT]
        which = "none" if found.empty else f"{len(found)} ({_names(found['model'])})"
        networks = f"{len(rows)} network{'s' * (len(rows) > 1)}"
        prefer = "prefers" if len(found) == 1 else "prefer"
        sentences.append(
            f"Of {networks} with {kind} twins, {which} {prefer} music more than at "
            f"least {100 * (1 - SIGNIFICANT):.0f} % of the twins, as far as the layer "
            "that prefers it most is compared "
            f"(p ≤ {SIGNIFICANT} for each network by itself)."
        )
    if len(few):
        sentences.append(
            f"Too few {kind} twins to compare with: {_names(few['model'])}; "
            f"{LEAST_TWINS} are enough."
        )
    return sentences


def _twins_of(model: str, rows: pd.DataFrame) -> str:
    """What the twins of a network have, by kind; empty if it has none."""
    rows = rows[(rows["model"] == model) & (rows["kind"] != "")]
    parts = [
        f"{number(row.twin_low)} to {number(row.twin_high)} in {row.twins:.0f} "
        f"{row.kind} twins (p {_equals(row.p)})"
        for row in rows.itertuples()
    ]
    return f", against {' and '.join(parts)}" if parts else ""


def _equals(p: float) -> str:
    shown = p_value(p)
    return shown if shown.startswith("<") else f"= {shown}"


def _names(models: Iterable[str]) -> str:
    return ", ".join(map(label, models))
