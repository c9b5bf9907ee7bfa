"""The claims that decide what a study finds, in several studies, as a figure."""

from collections.abc import Iterable

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from music_selectivity.claims.across_studies import SHOWN
from music_selectivity.claims.verdicts import HELD
from music_selectivity.figures.style import (
    COLOURS,
    LOOK,
    OTHER,
    PAGE_INCHES,
    new_figure,
)
from music_selectivity.report.answer import FUNCTION, STRUCTURE, UNITS
from music_selectivity.report.numbers import number

# What is measured for each claim, and its value if there is no effect.
PANELS = {
    UNITS: ("Response ratio of MS units,\non eval clips", 1.0),
    STRUCTURE: (
        "Change of MS units' response to music\nquilts, shortest to longest segments",
        0.0,
    ),
    FUNCTION: ("Loss of precision over non-music\nclasses with MS units silenced", 0.0),
}


def main_claims(table: pd.DataFrame, studies: Iterable[str]) -> pd.DataFrame:
    """The deciding claims that a study measured, one row per claim and study.

    Parameters
    ----------
    table
        ``across_studies.side_by_side``.
    studies
        Their names.

    Returns
    -------
    DataFrame
        id, study, measured, low, high, verdict; empty if no study measured one.
    """
    claims = table.set_index("id")
    rows = [
        {"id": id, "study": study}
        | {column: claims.loc[id, f"{study}_{column}"] for column in SHOWN}
        for id in PANELS
        if id in claims.index
        for study in studies
    ]
    found = pd.DataFrame(rows, columns=["id", "study", *SHOWN])
    return found[np.isfinite(found["measured"].astype(float))].reset_index(drop=True)


def in_words(rows: pd.DataFrame) -> str:
    """What the figure of `main_claims` shows, for readers who cannot see it."""
    sentences = []
    for claim, found in rows.groupby("id", sort=False):
        values = [f"{row.study} {number(row.measured)}" for row in found.itertuples()]
        name = PANELS[claim][0].replace("\n", " ")
        sentences.append(f"{name}: {', '.join(values)}.")
    return " ".join(sentences)


@matplotlib.rc_context(LOOK)
def draw(rows: pd.DataFrame) -> Figure:
    """Figure of `main_claims`, at least one: a panel for each claim."""
    studies = list(dict.fromkeys(rows["study"]))
    panels = list(dict.fromkeys(rows["id"]))
    figure = new_figure(PAGE_INCHES, 0.9 + 0.2 * len(studies))
    all_axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, claim in zip(all_axes, panels, strict=True):
        _panel(axes, rows[rows["id"] == claim], studies)
        title, no_effect = PANELS[claim]
        axes.set_title(title)
        axes.axvline(no_effect, color=COLOURS[OTHER], lw=0.6)
        axes.set_xlabel(f"Claim {claim}")
        axes.xaxis.set_major_locator(MaxNLocator(4))
    all_axes[0].set_yticks(range(len(studies)), studies)
    all_axes[0].set_ylim(len(studies) - 0.5, -0.5)
    return figure


def _panel(axes: Axes, rows: pd.DataFrame, studies: list[str]) -> None:
    for row in rows.itertuples():
        place = studies.index(row.study)
        axes.plot([row.low, row.high], [place, place], color="black", lw=1)
        fill = "black" if row.verdict in HELD else "white"
        axes.plot(row.measured, place, "o", color="black", mfc=fill)
