"""Music / non-music response ratio of music-selective units (paper Fig. 2b, 3e).

Units are chosen on one split and measured on the other. Hollow dots show what choosing
and measuring on the same clips would have given.
"""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

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

# Mean over five networks on AudioSet: Fig. 2b and S10b; of Gabor filters: Fig. 3e.
PAPER = {"without_music": 2.07, "without_music_and_speech": 1.77, "gabor": 1.12}


def table(statistics: pd.DataFrame, measured_split: str) -> pd.DataFrame:
    """Response ratio of each network's music-selective units.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measures response_ratio and same_split_ratio.
    measured_split
        The split that units were not chosen on.

    Returns
    -------
    DataFrame
        model, seed, ratio, same_split_ratio (chosen on the measured split as well),
        paper (the published mean, NaN where there is none).
    """
    measures = {"response_ratio": "ratio", "same_split_ratio": "same_split_ratio"}
    wanted = statistics[
        statistics["measure"].isin(measures)
        & (statistics["condition"] == measured_split)
        # Projections on components are of either sign, and their ratio tells nothing.
        & (statistics["model"] != "pca")
    ]
    wide = wanted.pivot_table(
        index=["model", "seed"], columns="measure", values="value", sort=False
    ).reset_index()
    wide = wide.rename(columns=measures).rename_axis(columns=None)
    wide = wide.reindex(columns=["model", "seed", *measures.values()])
    wide["paper"] = wide["model"].map(PAPER).astype(float)
    return wide.sort_values(["model", "seed"], ignore_index=True)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: one filled and one hollow dot a network."""
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
            *(x - 0.22 + offsets, networks["ratio"], "o"),
            color=colour,
            ms=3.8,
            mec="white",
            mew=0.4,
        )
        axes.plot(
            *(x + 0.28 + 0.7 * offsets, networks["same_split_ratio"], "o"),
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
            Line2D([], [], ms=3, mfc="none", label="on the split chosen on", **dot),
            Line2D([], [], color="black", ls=":", lw=0.8, label="paper, AudioSet"),
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
