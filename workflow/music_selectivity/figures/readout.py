"""Music read out linearly from all features of a source (paper Fig. S3a, S4a).

Networks are read out alone and together with each set of linear features, which shows
whether a network adds to them.
"""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from music_selectivity.figures.published import dotted_handle, reported_values
from music_selectivity.figures.style import (
    LOOK,
    OTHER,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    new_figure,
    ordered_models,
    spread,
)
from music_selectivity.measures import (
    READOUT_AP,
    READOUT_AP_WITH_LINEAR,
    READOUT_CHANCE,
)
from music_selectivity.paper import READOUT_APS
from music_selectivity.vocabulary import LINEAR_FEATURES

TITLE = "Music read out from all features"
PANEL = "Fig. S3, S4"
CLIPS = "eval"
INPUTS = {"statistics": "statistics"}
CLAIMS = ["S3"]
CHARTS = [
    {
        "value": "average_precision",
        "label": "Average precision of music, read out from all features",
        "along": "model",
        "panels": "features",
        "names": {
            "all": "features alone",
            "with_pca": "and PCA",
            "with_gabor": "and Gabor filters",
        },
    }
]

ALONE = ""
"""In place of the linear features that are added to a source."""


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Average precision of each source's features, alone and with linear ones.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measures readout_ap and readout_chance.

    Returns
    -------
    DataFrame
        model; seed; features (all: the model's alone, or with_<linear features>);
        average_precision; chance, the share of music; paper (the published mean, NaN
        where there is none). In drawn order. Linear features come alone only.
    """
    alone = READOUT_AP.select(statistics)
    alone = alone.assign(linear=ALONE, features=READOUT_AP.condition())
    combined = READOUT_AP_WITH_LINEAR.select(statistics)
    combined = combined[~combined["model"].isin(LINEAR_FEATURES)]
    combined["features"] = [
        READOUT_AP_WITH_LINEAR.condition(linear=linear) for linear in combined["linear"]
    ]
    rows = pd.concat([alone, combined], ignore_index=True)
    network = ["model", "seed"]
    chance = READOUT_CHANCE.select(statistics).set_index(network)["value"]
    models, linear = ordered_models(rows["model"]), list(rows["linear"].unique())
    rows = rows.rename(columns={"value": "average_precision"}).assign(
        chance=chance.reindex(pd.MultiIndex.from_frame(rows[network])).to_numpy(),
        paper=reported_values(
            READOUT_APS, zip(rows["model"], rows["linear"], strict=True)
        ),
        rank=rows["model"].map(models.index),
        place=rows["linear"].map(linear.index),
    )
    rows = rows.sort_values(["rank", "place", "seed"], ignore_index=True)
    return rows[["model", "seed", "features", "average_precision", "chance", "paper"]]


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a row per set of features, a dot per network."""
    if table["average_precision"].isna().all():
        return empty_figure("No read-out of music in this study")
    rows = list(table.groupby(["model", "features"], sort=False))
    figure = new_figure(PAGE_INCHES, 0.75 + 0.19 * len(rows))
    axes = figure.subplots()
    names = []
    for y, ((model, features), networks) in enumerate(rows):
        added = READOUT_AP_WITH_LINEAR.parse(features)
        names.append(f"and {label(added['linear'])}" if added else label(model))
        if y and not added:
            axes.axhline(y - 0.5, color="#e6e6e6", lw=0.6, zorder=0)
        axes.plot(
            networks["average_precision"],
            y + spread(len(networks), 0.2),
            "o",
            color=style.colour(model),
            mfc="none" if added else style.colour(model),
            ms=3.4,
            mew=0.7,
        )
        _write(axes, y, networks)
    key = [dotted_handle()]
    chance, other = table["chance"].mean(), style.colour(OTHER)
    if np.isfinite(chance):
        axes.axvline(chance, color=other, ls="--", zorder=0)
        key.append(Line2D([], [], color=other, ls="--", label=f"chance {chance:.3f}"))
    axes.legend(
        handles=key, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0
    )
    axes.set_yticks(range(len(rows)), names)
    axes.tick_params(axis="y", length=0)
    axes.set(xlim=(0, 1.02), ylim=(len(rows) - 0.5, -0.5))
    axes.set_xlabel("Average precision, music read out from all features")
    for x, heading in ((1.03, "mean ± SD"), (1.19, "paper")):
        axes.text(x, 1.01, heading, transform=axes.transAxes, va="bottom")
    return figure


def _write(axes: Axes, y: int, networks: pd.DataFrame) -> None:
    """Write the measured and the paper's number right of a row, and mark the latter."""
    values, paper = networks["average_precision"].dropna(), networks["paper"].iloc[0]
    place = {"transform": axes.get_yaxis_transform(), "va": "center_baseline"}
    if len(values):
        sd = f" ± {values.std():.3f}" if len(values) > 1 else ""
        axes.text(1.03, y, f"{values.mean():.3f}{sd}", **place)
    if np.isfinite(paper):
        axes.text(1.19, y, f"{paper:.3f}", **place)
        axes.vlines(paper, y - 0.42, y + 0.42, "black", ":", lw=0.8)
