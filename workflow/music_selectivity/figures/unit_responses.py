"""Mean response of all units to music and to other sounds (paper Fig. 2a)."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from music_selectivity.figures.published import reported_values
from music_selectivity.figures.style import (
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    mark_mean,
    new_figure,
    ordered_models,
)
from music_selectivity.measures import EFFECT_SIZE, MEAN_RESPONSE
from music_selectivity.paper import EFFECT_SIZES
from music_selectivity.vocabulary import COMPARED_GROUPS, LINEAR_FEATURES

TITLE = "Mean response of all units"
PANEL = "Fig. 2a"
INPUTS = {"statistics": "statistics"}
CLAIMS = ["2a"]
CHARTS = [
    {
        "value": "effect_size",
        "label": "Probability that music drives the units more than another clip",
        "along": "model",
        "reference": [0.5, "no difference"],
    }
]


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Mean response and effect size of each network, on the measured split.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measures mean_response and effect_size.

    Returns
    -------
    DataFrame
        model, seed, music, nonmusic, effect_size (common-language, over clips: the
        probability that a music clip drives the units more than another clip does),
        paper (the published effect size, NaN where there is none).
    """
    of_networks = statistics[~statistics["model"].isin(LINEAR_FEATURES)]
    network = ["model", "seed"]
    rows = MEAN_RESPONSE.select(of_networks).pivot(
        index=network, columns="group", values="value"
    )
    rows = rows.reindex(columns=COMPARED_GROUPS).rename_axis(columns=None)
    rows["effect_size"] = EFFECT_SIZE.select(of_networks).set_index(network)["value"]
    rows = rows.reset_index()
    rows["paper"] = reported_values(EFFECT_SIZES, rows["model"])
    return rows.sort_values(network, ignore_index=True)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a panel per model, a pair of joined dots per network."""
    if table.empty:
        return empty_figure("No responses in this study")
    models = ordered_models(table["model"])
    figure = new_figure(min(PAGE_INCHES, 0.6 + 1.32 * max(2, len(models))), 2.3)
    # Responses have no unit and their scale differs by model: each has its own axis.
    panels = figure.subplots(1, len(models), squeeze=False)[0]
    for axes, model in zip(panels, models, strict=True):
        _draw_model(axes, table[table["model"] == model], style)
    panels[0].set_ylabel("Mean response of all units")
    return figure


def _draw_model(axes: Axes, networks: pd.DataFrame, style: Style) -> None:
    for pair in networks[[*COMPARED_GROUPS]].to_numpy(dtype=float):
        axes.plot([0, 1], pair, color="#bbbbbb", zorder=1)
    for x, group in enumerate(COMPARED_GROUPS):
        values = networks[group].to_numpy(dtype=float)
        axes.plot(
            np.full(len(values), x),
            values,
            "o",
            color=style.colour(group),
            ms=3.5,
            mec="white",
            mew=0.4,
        )
        mark_mean(axes, x + (-0.3 if x == 0 else 0.3), values, style.colour(group))
    effect, paper = networks["effect_size"].mean(), networks["paper"].iloc[0]
    title = f"{label(networks['model'].iloc[0], 16)}\neffect size {effect:.3f}"
    if np.isfinite(paper):
        title += f"\n(paper {paper:.3f})"
    axes.set_title(title)
    axes.set_xticks([0, 1], ["music", "other\nsounds"])
    axes.set_xlim(-0.65, 1.65)
    axes.locator_params(axis="y", nbins=4)
    # Leave room for mean + SD too, which the marks next to the dots show.
    top = max(0, np.nan_to_num(axes.dataLim.y1, neginf=0))
    axes.set_ylim(0, 1.08 * top if top > 0 else 1)
