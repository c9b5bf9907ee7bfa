"""Music read out linearly from all features of a source (paper Fig. S3a, S4a).

Sources stand alone and together with each linear one, which shows whether a network
adds to it.
"""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from music_selectivity.figures.style import (
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    new_figure,
    ordered_models,
    spread,
)

ALONE = "all"
# On AudioSet, where chance is 0.266; of networks the mean over five.
PAPER = {
    ("without_music", ALONE): 0.887,
    ("without_music", "with_pca"): 0.887,
    ("without_music", "with_gabor"): 0.894,
    ("pca", ALONE): 0.437,
    ("gabor", ALONE): 0.828,
}


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Average precision of each source's features, alone and with linear ones.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measures readout_ap and readout_chance.

    Returns
    -------
    DataFrame
        model; seed; features (all: the model's alone, or with_<linear source>);
        average_precision; chance, the share of music; paper (the published mean, NaN
        where there is none). In drawn order. Linear sources stand alone only.
    """
    condition = statistics["condition"].astype(str)
    combined = condition.str.startswith("with_")
    chance = statistics[
        (statistics["measure"] == "readout_chance") & (condition == ALONE)
    ].set_index(["model", "seed"])["value"]
    rows = statistics[
        (statistics["measure"] == "readout_ap") & (combined | (condition == ALONE))
    ]
    features = [ALONE, *rows["condition"][combined].unique()]
    linear = [name.removeprefix("with_") for name in features[1:]]
    rows = rows[(rows["condition"] == ALONE) | ~rows["model"].isin(linear)]
    models = ordered_models(rows["model"])
    rows = rows.assign(
        features=rows["condition"],
        average_precision=rows["value"],
        chance=chance.reindex(zip(rows["model"], rows["seed"], strict=True)).to_numpy(),
        paper=[
            PAPER.get(key, np.nan)
            for key in zip(rows["model"], rows["condition"], strict=True)
        ],
        rank=rows["model"].map(models.index),
        place=rows["condition"].map(features.index),
    )
    rows = rows.sort_values(["rank", "place", "seed"], ignore_index=True)
    return rows[["model", "seed", "features", "average_precision", "chance", "paper"]]


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a row a set of features, a dot a network."""
    if table["average_precision"].isna().all():
        return empty_figure("No read-out of music in this study")
    rows = list(table.groupby(["model", "features"], sort=False))
    figure = new_figure(PAGE_INCHES, 0.75 + 0.19 * len(rows))
    axes = figure.subplots()
    names = []
    for y, ((model, features), networks) in enumerate(rows):
        alone = features == ALONE
        names.append(label(model) if alone else f"and {label(features[5:])}")
        if alone and y:
            axes.axhline(y - 0.5, color="#e6e6e6", lw=0.6, zorder=0)
        axes.plot(
            *(networks["average_precision"], y + spread(len(networks), 0.2), "o"),
            color=style.colour(model),
            mfc=style.colour(model) if alone else "none",
            ms=3.4,
            mew=0.7,
        )
        _write(axes, y, networks)
    key = [Line2D([], [], color="black", ls=":", lw=0.8, label="paper, AudioSet")]
    chance, other = table["chance"].mean(), style.colour("other")
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
    """Right of a row of `axes`: what was measured, and the paper's number.

    Also a mark of the latter within the row.
    """
    values, paper = networks["average_precision"].dropna(), networks["paper"].iloc[0]
    place = {"transform": axes.get_yaxis_transform(), "va": "center_baseline"}
    if len(values):
        sd = f" ± {values.std():.3f}" if len(values) > 1 else ""
        axes.text(1.03, y, f"{values.mean():.3f}{sd}", **place)
    if np.isfinite(paper):
        axes.text(1.19, y, f"{paper:.3f}", **place)
        axes.vlines(paper, y - 0.42, y + 0.42, "black", ":", lw=0.8)
