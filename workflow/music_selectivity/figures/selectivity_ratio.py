"""Music / non-music response ratio of music-selective units (paper Fig. 2b, 3e).

Units are chosen on one split and measured on the other. Hollow dots show the ratio of
units that are chosen and measured on the same clips.
"""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from music_selectivity.figures.published import dotted_handle, reported_values
from music_selectivity.figures.style import (
    COLUMN_INCHES,
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    mark_mean,
    new_figure,
    ordered_models,
    spread,
)
from music_selectivity.measures import RESPONSE_RATIO, SAME_SPLIT_RATIO
from music_selectivity.paper import RESPONSE_RATIOS
from music_selectivity.vocabulary import PCA

TITLE = "Response ratio of music-selective units"
PANEL = "Fig. 2b and 3e"
INPUTS = {"statistics": "statistics"}
ARGUMENTS = {"measured_split": "analysis.measured_split"}
CLAIMS = ["2b", "3e", "S10-b"]
CHARTS = [
    {
        "value": "ratio",
        "label": "Response to music / response to other sounds",
        "along": "model",
        "reference": [1, "no preference"],
        "hollow": ["same_split_ratio", "chosen and measured on the same clips"],
    }
]


def table(statistics: pd.DataFrame, measured_split: str) -> pd.DataFrame:
    """Response ratio of each network's music-selective units, on the measured split.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measures response_ratio and same_split_ratio.
    measured_split
        On which responses are measured; units are chosen on the other split.

    Returns
    -------
    DataFrame
        model, seed, ratio, same_split_ratio (chosen on the measured split as well),
        paper (the published mean, NaN where there is none). PCA features are left out:
        they can be negative, so the ratio is undefined.
    """
    with_ratio = statistics[statistics["model"] != PCA]
    ratio = RESPONSE_RATIO.select(with_ratio, split=measured_split)
    same_split_ratio = SAME_SPLIT_RATIO.select(with_ratio, split=measured_split)
    rows = ratio.rename(columns={"value": "ratio"}).merge(
        same_split_ratio.rename(columns={"value": "same_split_ratio"}),
        how="outer",
        on=["model", "seed", "split"],
    )
    rows = rows.drop(columns="split")
    rows["paper"] = reported_values(RESPONSE_RATIOS, rows["model"])
    return rows.sort_values(["model", "seed"], ignore_index=True)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a filled and a hollow dot per network."""
    if table.empty:
        return empty_figure("No response ratios in this study")
    models = ordered_models(table["model"])
    width = COLUMN_INCHES if len(models) < 4 else min(PAGE_INCHES, 1.3 * len(models))
    figure = new_figure(width, 2.7)
    axes = figure.subplots()
    axes.axhline(1, color="black", lw=0.6, zorder=0)
    names = []
    for x, model in enumerate(models):
        networks = table[table["model"] == model]
        offsets = spread(len(networks), 0.1)
        colour = style.colour(model)
        axes.plot(
            x - 0.22 + offsets,
            networks["ratio"],
            "o",
            color=colour,
            ms=3.8,
            mec="white",
            mew=0.4,
        )
        axes.plot(
            x + 0.28 + 0.7 * offsets,
            networks["same_split_ratio"],
            "o",
            color=colour,
            mfc="none",
            mew=0.7,
            ms=3,
        )
        mark_mean(axes, x + 0.03, networks["ratio"], "black")
        names.append(label(model, 14))
        paper = networks["paper"].iloc[0]
        if np.isfinite(paper):
            axes.hlines(paper, x - 0.42, x + 0.42, "black", ":", lw=0.8)
            names[-1] += f"\n(paper {paper:.2f})"
    axes.set_xticks(range(len(models)), names)
    axes.set_xlim(-0.55, len(models) - 0.45)
    axes.set_ylabel("Response ratio, music / other sounds")
    dot = {"marker": "o", "ls": "", "color": "black"}
    axes.legend(
        handles=[
            Line2D([], [], ms=3.8, label="measured on the other split", **dot),
            Line2D([], [], ms=3, mfc="none", label="on the selection split", **dot),
            dotted_handle(),
        ],
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=2,
        handletextpad=0.4,
        handlelength=1.2,
        columnspacing=1,
        borderaxespad=0,
    )
    return figure
