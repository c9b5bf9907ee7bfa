"""Non-music detection with random sets of units silenced (extends paper Fig. 5c)."""

from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from music_selectivity.figures.style import (
    COLUMN_INCHES,
    LOOK,
    PAGE_INCHES,
    SILENCED_NAMES,
    Style,
    empty_figure,
    label,
    new_figure,
    ordered_models,
)
from music_selectivity.measures import MEAN_AP, RANDOM_ABLATION_P
from music_selectivity.vocabulary import (
    L1_TOP,
    MIXED,
    MSI_BOTTOM,
    MSI_MIDDLE,
    MSI_TOP,
    MUSIC,
    NO_UNITS,
    NONMUSIC,
    WITH_MUSIC,
)

TITLE = "Random sets of units silenced"
PANEL = "extends Fig. 5c"
CLIPS = "eval_all"
INPUTS = {"nulls": ["null", "random_ablation"], "statistics": "statistics"}
CLAIMS = ["5c-e"]

BINS = 50
RANDOM = "random"
NULL_COLOUR = "#c8c8c8"
# For each set of units: its line style, and its colour or the name whose colour it
# takes.
LINES = {
    NO_UNITS: ("-", "black"),
    MSI_BOTTOM: ("-.", NONMUSIC),
    MSI_MIDDLE: (":", MIXED),
    MSI_TOP: ("-", MUSIC),
    L1_TOP: ("--", WITH_MUSIC),
}


def table(
    nulls: Mapping[tuple[str, int], pd.DataFrame], statistics: pd.DataFrame
) -> pd.DataFrame:
    """Histogram of random sets, and the chosen sets, of each network.

    Parameters
    ----------
    nulls
        ``random_ablation.random_ablation`` by (model, seed).
    statistics
        ``statistics.csv``: measures mean_ap and random_ablation_p.

    Returns
    -------
    DataFrame
        model; seed; condition: "random" for a bin of the histogram, else the units
        silenced; mean_ap over non-music classes, of a bin its centre; bin_width and
        sets, the number of random sets in the bin; p, the one-sided share of random
        sets as low or lower, NaN where it was not measured.
    """
    keys = ["model", "seed", "silenced"]
    mean_ap = MEAN_AP.select(statistics, classes=NONMUSIC).set_index(keys)["value"]
    p = RANDOM_ABLATION_P.select(statistics).set_index(keys)["value"]
    rows = []
    for (model, seed), null in nulls.items():
        counts, edges = np.histogram(null["mean_ap"], bins=BINS)
        width = edges[1] - edges[0]
        rows += [
            (model, seed, RANDOM, low + width / 2, width, count, np.nan)
            for low, count in zip(edges, counts, strict=False)
        ]
        for silenced in LINES:
            key = (model, seed, silenced)
            if key in mean_ap:
                of_set = mean_ap[key], np.nan, np.nan, p.get(key, np.nan)
                rows.append((*key, *of_set))
    columns = ["model", "seed", "condition", "mean_ap", "bin_width", "sets", "p"]
    return pd.DataFrame(rows, columns=columns)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a panel per network, a column of panels per model."""
    if table.empty:
        return empty_figure("No random ablation in this study")
    models, seeds = ordered_models(table["model"]), sorted(table["seed"].unique())
    width = COLUMN_INCHES if len(models) < 3 else PAGE_INCHES
    figure = new_figure(width, 0.85 + 0.68 * len(seeds))
    panels = figure.subplots(len(seeds), len(models), sharex="col", squeeze=False)
    for column, model in enumerate(models):
        for row, seed in enumerate(seeds):
            axes = panels[row, column]
            chosen = (table["model"] == model) & (table["seed"] == seed)
            _draw_network(axes, table[chosen], style)
            if column == 0:
                axes.set_ylabel(f"seed {seed}", rotation=0, ha="right", va="center")
        panels[0, column].set_title(label(model, 24), pad=13)
    figure.supxlabel("Mean AP, non-music classes", fontsize=LOOK["axes.labelsize"])
    lines = [
        Line2D([], [], color=_colour(name, style), ls=line, label=SILENCED_NAMES[name])
        for name, (line, _) in LINES.items()
    ]
    figure.legend(
        handles=[Patch(color=NULL_COLOUR, label="random sets"), *lines],
        loc="outside upper center",
        ncols=3 if width == COLUMN_INCHES else 6,
        handlelength=2,
        columnspacing=1.2,
    )
    return figure


def _draw_network(axes: Axes, rows: pd.DataFrame, style: Style) -> None:
    bins = rows[rows["condition"] == RANDOM]
    axes.bar(bins["mean_ap"], bins["sets"], bins["bin_width"], color=NULL_COLOUR)
    for name, (line, _) in LINES.items():
        of_set = rows[rows["condition"] == name]
        for value in of_set["mean_ap"]:
            axes.axvline(value, color=_colour(name, style), ls=line, lw=1.1)
        if name == MSI_TOP and of_set["p"].notna().any():
            axes.text(
                0,
                1.02,
                f"p = {of_set['p'].iloc[0]:.2g}",
                transform=axes.transAxes,
                va="bottom",
                color=_colour(name, style),
            )
    axes.locator_params(axis="x", nbins=5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    if rows.empty:
        axes.set_axis_off()


def _colour(name: str, style: Style) -> str:
    colour = LINES[name][1]
    return colour if colour == "black" else style.colour(colour)
