"""Non-music detection with groups of units silenced (paper Fig. 5c)."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from music_selectivity.figures.style import (
    COLUMN_INCHES,
    LOOK,
    Style,
    empty_figure,
    label,
    mark_mean,
    new_figure,
    spread,
)

SHOWN = "without_music"
CONDITIONS = {
    "none": "none",
    "msi_bottom": "MSI\nbottom",
    "msi_middle": "MSI\nmiddle",
    "msi_top": "MSI\ntop",
    "l1_top": "L1 norm\ntop",
}


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Mean average precision over non-music classes, by network and silenced units.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measures mean_ap and random_ap.

    Returns
    -------
    DataFrame
        model, seed, condition (in drawn order), mean_ap, chance (what random
        scores are expected to reach).
    """
    of_model = statistics[statistics["model"] == SHOWN]
    chance = of_model[
        (of_model["measure"] == "random_ap") & (of_model["condition"] == "nonmusic")
    ].set_index("seed")["value"]
    rows = of_model[of_model["measure"] == "mean_ap"].copy()
    group, rows["condition"] = (
        rows["condition"].str.split("/", n=1).str[position] for position in (0, 1)
    )
    rows = rows[(group == "nonmusic") & rows["condition"].isin(CONDITIONS)]
    rows["order"] = rows["condition"].map(list(CONDITIONS).index)
    rows["chance"] = rows["seed"].map(chance).astype(float)
    rows = rows.rename(columns={"value": "mean_ap"})
    rows = rows.sort_values(["seed", "order"], ignore_index=True)
    return rows[["model", "seed", "condition", "mean_ap", "chance"]]


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a line a network, and the mean +/- SD of each condition."""
    if table["mean_ap"].isna().all():
        return empty_figure(f"No ablation of {label(SHOWN)} in this study")
    conditions = [name for name in CONDITIONS if name in set(table["condition"])]
    wide = table.pivot(index="seed", columns="condition", values="mean_ap")[conditions]
    figure = new_figure(COLUMN_INCHES, 2.6)
    axes = figure.subplots()
    x = np.arange(len(conditions))
    for offset, (_, values) in zip(
        spread(len(wide), 0.07), wide.iterrows(), strict=True
    ):
        axes.plot(
            *(x + offset, values, "o-"),
            color="#bbbbbb",
            mfc=style.colour(SHOWN),
            mec="white",
            mew=0.3,
            ms=3.4,
            lw=0.6,
        )
    for position, condition in enumerate(conditions):
        mark_mean(axes, position + 0.28, wide[condition].to_numpy(), "black")
    axes.set_xticks(x, [CONDITIONS[name] for name in conditions])
    axes.set_xlim(-0.4, len(conditions) - 0.4)
    axes.set_xlabel("Silenced units")
    axes.set_ylabel("Mean AP, non-music classes")
    _draw_chance(axes, table["chance"].mean(), style)
    return figure


def _draw_chance(axes: Axes, chance: float, style: Style) -> None:
    """A line where chance lies near; else its value, which flattens nothing."""
    if np.isnan(chance):
        return
    low, high = axes.get_ylim()
    if chance > low - 0.5 * (high - low):
        axes.axhline(chance, color=style.colour("other"), ls=":", label="chance")
        axes.legend(loc="best")
    else:
        axes.set_title(
            f"chance {chance:.3g}, below the axis",
            loc="right",
            color=style.colour("other"),
        )
