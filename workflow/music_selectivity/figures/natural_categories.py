"""Mean response to each category of natural sounds (paper Fig. 3d)."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from music_selectivity.figures.natural_style import (
    ABSENT,
    category_colour,
    source_title,
)
from music_selectivity.figures.style import (
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    first_model,
    new_figure,
    spread,
)
from music_selectivity.measures import NATURAL_CATEGORY
from music_selectivity.vocabulary import FMRI, MUSIC_CATEGORIES, NATURAL_CATEGORIES

TITLE = "Responses to categories of sounds"
PANEL = "Fig. 3d"
CLIPS = "none"
INPUTS = {"statistics": "statistics"}
CLAIMS = ["3b"]
CHARTS = [
    {
        "value": "response",
        "label": "Mean response",
        "along": "category",
        "panels": "model",
        "reference": [1, "mean category"],
    }
]


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Mean response to each category, of MS units and of the brain's music component.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measure natural_category.

    Returns
    -------
    DataFrame
        model (one, without_music if it is there; fmri), seed, category, response (in
        units of the network's mean over categories). In drawn order.
    """
    found = NATURAL_CATEGORY.select(statistics)
    found = found.rename(columns={"natural_category": "category", "value": "response"})
    of_brain = found["model"] == FMRI
    networks = first_model(found[~of_brain]).sort_values("seed", kind="stable")
    found = pd.concat([networks, found[of_brain]], ignore_index=True)
    mean = found.groupby(["model", "seed"])["response"].transform("mean")
    found = found.assign(response=found["response"] / mean)
    return found[["model", "seed", "category", "response"]]


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a panel per source, both with categories in the same order."""
    table = table[np.isfinite(table["response"].astype(float))]
    if table.empty:
        return empty_figure(ABSENT)
    sources = list(table["model"].unique())
    first = table[table["model"] == sources[0]]
    means = first.groupby("category")["response"].mean()
    means = means.reindex(table["category"].unique())
    order = list(means.sort_values(ascending=False, kind="stable").index)
    figure = new_figure(PAGE_INCHES, 2.5)
    panels = figure.subplots(1, len(sources), sharey=True, squeeze=False)[0]
    for axes, source in zip(panels, sources, strict=True):
        _draw_source(axes, table[table["model"] == source], order, style)
    names = [NATURAL_CATEGORIES[category] for category in order]
    panels[0].set_yticks(range(len(order)), names)
    panels[0].set_ylim(len(order) - 0.5, -0.5)
    for text, category in zip(panels[0].get_yticklabels(), order, strict=True):
        text.set_fontweight("bold" if category in MUSIC_CATEGORIES else "normal")
    figure.supxlabel(
        "Mean response (mean category = 1)", fontsize=LOOK["axes.labelsize"]
    )
    return figure


def _draw_source(
    axes: Axes, rows: pd.DataFrame, order: list[str], style: Style
) -> None:
    """Draw a bar per category; with several networks, also SD and a dot for each."""
    for y, category in enumerate(order):
        values = rows.loc[rows["category"] == category, "response"].to_numpy()
        if not len(values):
            continue
        mean = values.mean()
        axes.barh(y, mean, 0.75, color=category_colour(category, style), alpha=0.75)
        if len(values) > 1:
            sd = values.std(ddof=1)
            axes.plot([mean - sd, mean + sd], [y, y], color="black", lw=1)
            dots = {"color": "black", "mec": "white", "mew": 0.3, "ms": 2.6}
            axes.plot(values, y + spread(len(values), 0.25), "o", **dots)
    axes.axvline(1, color="black", lw=0.5, ls=":")
    axes.tick_params(axis="y", length=0)
    title = source_title(rows["model"].iloc[0], rows["seed"].nunique())
    # In two lines, since names of models are long.
    axes.set_title(title.replace(", ", ",\n", 1))
