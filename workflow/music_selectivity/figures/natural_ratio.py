"""Response ratio over the natural sounds, and what it goes with (paper Fig. 3c)."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from music_selectivity.figures.natural_sounds import ABSENT, MODEL
from music_selectivity.figures.style import (
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
from music_selectivity.natsounds import COMPONENTS

# Mean over five networks on the same sounds: Fig. 3c.
PAPER = {
    "without_music": 1.88,
    "with_music": 1.61,
    "untrained": 1.03,
    "gabor": 0.95,
}


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Ratio of each network, and correlations with the brain's components.

    Parameters
    ----------
    statistics
        ``statistics.csv``: natural_ratio (ms) and natural_correlation.

    Returns
    -------
    DataFrame
        model, seed, measure (natural_ratio, natural_correlation), condition (ms, or the
        component), value, paper (the published mean of the ratio, NaN without one).
    """
    found = statistics[
        ((statistics["measure"] == "natural_ratio") & (statistics["condition"] == "ms"))
        | (
            (statistics["measure"] == "natural_correlation")
            & (statistics["model"] == MODEL)
        )
    ]
    columns = ["model", "seed", "measure", "condition", "value"]
    found = found[columns].reset_index(drop=True)
    is_ratio = found["measure"] == "natural_ratio"
    found["paper"] = found["model"].map(PAPER).astype(float).where(is_ratio)
    return found


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: ratios by model at the left, correlations at the right."""
    table = table.dropna(subset="value")
    if table.empty:
        return empty_figure(ABSENT)
    figure = new_figure(PAGE_INCHES, 2.6)
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    _draw_ratios(left, table[table["measure"] == "natural_ratio"], style)
    correlations = table[table["measure"] == "natural_correlation"]
    for place, component in enumerate(COMPONENTS):
        values = correlations.loc[correlations["condition"] == component, "value"]
        offsets = spread(len(values), 0.15)
        colour = style.colour("music" if component == "music" else "other")
        right.plot(place - 0.15 + offsets, values, "o", color=colour, ms=3)
        mark_mean(right, place + 0.2, values.to_numpy(), "black")
    right.axhline(0, color="black", lw=0.6, zorder=0)
    right.set_xticks(range(len(COMPONENTS)), COMPONENTS, rotation=50, ha="right")
    right.set_ylabel("Correlation of MS units with\ncomponents of the brain's response")
    return figure


def _draw_ratios(axes: Axes, rows: pd.DataFrame, style: Style) -> None:
    models = ordered_models(rows["model"])
    names = []
    for place, model in enumerate(models):
        networks = rows[rows["model"] == model]
        offsets = spread(len(networks), 0.12)
        colour = style.colour(model)
        axes.plot(place - 0.15 + offsets, networks["value"], "o", color=colour, ms=3)
        mark_mean(axes, place + 0.2, networks["value"].to_numpy(), "black")
        names.append(label(model, 12))
        paper = networks["paper"].iloc[0]
        if np.isfinite(paper):
            axes.hlines(paper, place - 0.4, place + 0.4, "black", ":", lw=0.8)
            names[-1] += f"\n(paper {paper:.2f})"
    axes.axhline(1, color="black", lw=0.6, zorder=0)
    axes.set_xticks(range(len(models)), names, fontsize=6)
    axes.set_xlim(-0.6, len(models) - 0.4)
    axes.set_ylabel("Response ratio,\nmusic / other natural sounds")
