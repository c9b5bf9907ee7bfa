"""Non-music detection with groups of units silenced (paper Fig. 5c)."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from music_selectivity.figures.style import (
    COLUMN_INCHES,
    LOOK,
    OTHER,
    SILENCED_NAMES,
    Style,
    empty_figure,
    label,
    mark_mean,
    new_figure,
    spread,
)
from music_selectivity.measures import MEAN_AP, RANDOM_AP
from music_selectivity.vocabulary import NONMUSIC, WITHOUT_MUSIC

TITLE = "Non-music detection with units silenced"
PANEL = "Fig. 5c"
CLIPS = "eval_all"
INPUTS = {"statistics": "statistics"}
CLAIMS = ["5c-a", "5c-b", "5c-c", "5c-d"]
CHARTS = [
    {
        "value": "mean_ap",
        "label": "Mean average precision, non-music classes",
        "along": "condition",
        "axis": "Silenced units",
        "kind": "lines",
    }
]


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Mean average precision over non-music classes, by network and silenced units.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measures mean_ap and random_ap.

    Returns
    -------
    DataFrame
        model, seed, condition (the silenced units, in drawn order), mean_ap, chance
        (what random scores are expected to reach).
    """
    of_model = statistics[statistics["model"] == WITHOUT_MUSIC]
    chance = RANDOM_AP.select(of_model, classes=NONMUSIC).set_index("seed")["value"]
    rows = MEAN_AP.select(of_model, classes=NONMUSIC)
    rows = rows.rename(columns={"silenced": "condition", "value": "mean_ap"})
    rows["chance"] = rows["seed"].map(chance).astype(float)
    rows["order"] = rows["condition"].map(list(SILENCED_NAMES).index)
    rows = rows.sort_values(["seed", "order"], ignore_index=True)
    return rows[["model", "seed", "condition", "mean_ap", "chance"]]


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a line per network, and the mean +/- SD of each condition."""
    if table["mean_ap"].isna().all():
        return empty_figure(f"No ablation of {label(WITHOUT_MUSIC)} in this study")
    measured = set(table["condition"])
    conditions = [name for name in SILENCED_NAMES if name in measured]
    wide = table.pivot(index="seed", columns="condition", values="mean_ap")[conditions]
    figure = new_figure(COLUMN_INCHES, 2.6)
    axes = figure.subplots()
    x = np.arange(len(conditions))
    for offset, (_, values) in zip(
        spread(len(wide), 0.07), wide.iterrows(), strict=True
    ):
        axes.plot(
            x + offset,
            values,
            "o-",
            color="#bbbbbb",
            mfc=style.colour(WITHOUT_MUSIC),
            mec="white",
            mew=0.3,
            ms=3.4,
            lw=0.6,
        )
    for position, condition in enumerate(conditions):
        mark_mean(axes, position + 0.28, wide[condition].to_numpy(), "black")
    # In two lines: the ranking, and the place in it.
    names = ["\n".join(SILENCED_NAMES[name].rsplit(" ", 1)) for name in conditions]
    axes.set_xticks(x, names)
    axes.set_xlim(-0.4, len(conditions) - 0.4)
    axes.set_xlabel("Silenced units")
    axes.set_ylabel("Mean AP, non-music classes")
    _draw_chance(axes, table["chance"].mean(), style)
    return figure


def _draw_chance(axes: Axes, chance: float, style: Style) -> None:
    """Draw chance as a line if it is near; else write its value, to keep the scale."""
    if np.isnan(chance):
        return
    low, high = axes.get_ylim()
    if chance > low - 0.5 * (high - low):
        axes.axhline(chance, color=style.colour(OTHER), ls=":", label="chance")
        axes.legend(loc="best")
    else:
        axes.set_title(
            f"chance {chance:.3g}, below the axis",
            loc="right",
            color=style.colour(OTHER),
        )
