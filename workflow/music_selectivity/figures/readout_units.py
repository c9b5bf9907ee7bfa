"""Music read out linearly from eighths of a network's units (paper Fig. 2d)."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from music_selectivity.figures.published import dotted_handle, reported_values
from music_selectivity.figures.style import (
    COLUMN_INCHES,
    LOOK,
    OTHER,
    Style,
    empty_figure,
    label,
    mark_mean,
    new_figure,
    spread,
)
from music_selectivity.measures import READOUT_AP_OF_EIGHTH, READOUT_CHANCE
from music_selectivity.paper import EIGHTH_AP
from music_selectivity.vocabulary import WITHOUT_MUSIC

TITLE = "Music read out from each eighth of units"
PANEL = "Fig. 2d"
CLIPS = "eval"
INPUTS = {"statistics": "statistics"}
CLAIMS = ["2d"]
CHARTS = [
    {
        "value": "average_precision",
        "label": "Average precision of music",
        "along": "eighth",
        "axis": "Eighth of units, most music-selective first",
        "kind": "lines",
    }
]


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Average precision of each eighth of units, by network.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measures readout_ap and readout_chance.

    Returns
    -------
    DataFrame
        model; seed; eighth, of the units in order of their music-selectivity, 1 for
        the music-selective units; average_precision; chance, the share of music;
        paper (the published mean, NaN where there is none).
    """
    of_model = statistics[statistics["model"] == WITHOUT_MUSIC]
    chance = READOUT_CHANCE.select(of_model).set_index("seed")["value"]
    rows = READOUT_AP_OF_EIGHTH.select(of_model)
    rows = rows.rename(columns={"value": "average_precision"})
    rows["chance"] = rows["seed"].map(chance).astype(float)
    rows["paper"] = reported_values({1: EIGHTH_AP}, rows["eighth"])
    return rows.sort_values(["seed", "eighth"], ignore_index=True)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a line per network, and the mean +/- SD of each eighth."""
    if table["average_precision"].isna().all():
        return empty_figure(f"No read-out of {label(WITHOUT_MUSIC)} in this study")
    wide = table.pivot(index="seed", columns="eighth", values="average_precision")
    eighths = wide.columns.to_numpy()
    figure = new_figure(COLUMN_INCHES, 2.6)
    axes = figure.subplots()
    for offset, (_, values) in zip(
        spread(len(wide), 0.1), wide.iterrows(), strict=True
    ):
        axes.plot(
            eighths + offset,
            values,
            "o-",
            color="#cccccc",
            mfc=style.colour(WITHOUT_MUSIC),
            mec="white",
            mew=0.3,
            ms=3.4,
            lw=0.6,
        )
    for eighth in eighths:
        mark_mean(axes, eighth + 0.29, wide[eighth].to_numpy(), "black")
    key = []
    for eighth, paper in table.groupby("eighth")["paper"].first().dropna().items():
        axes.hlines(paper, eighth - 0.35, eighth + 0.45, "black", ":", lw=0.8)
        key.append(dotted_handle(f"paper {paper:g}"))
    chance = table["chance"].mean()
    if np.isfinite(chance):
        other = style.colour(OTHER)
        axes.axhline(chance, color=other, ls="--", zorder=0)
        key.append(Line2D([], [], color=other, ls="--", label=f"chance {chance:.3f}"))
    axes.legend(
        handles=key, loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0
    )
    axes.set_xticks(eighths)
    axes.set_ylim(0, 1)
    axes.set_xlabel("Eighth of units, most music-selective first")
    axes.set_ylabel("Average precision, music")
    return figure
