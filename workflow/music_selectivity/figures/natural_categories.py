"""Mean response to each category of natural sounds (paper Fig. 3d)."""

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from music_selectivity.figures.natural_sounds import ABSENT, CATEGORY_COLOURS, MODEL
from music_selectivity.figures.style import (
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    mark_mean,
    new_figure,
    spread,
)
from music_selectivity.natsounds import CATEGORIES

SOURCES = (MODEL, "fmri")


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Mean response to each category, of MS units and of the brain's music component.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measure natural_category.

    Returns
    -------
    DataFrame
        model (without_music, fmri), seed, category, response (in units of the network's
        mean over categories).
    """
    found = statistics[
        (statistics["measure"] == "natural_category")
        & statistics["model"].isin(SOURCES)
    ].rename(columns={"condition": "category", "value": "response"})
    mean = found.groupby(["model", "seed"])["response"].transform("mean")
    found = found.assign(response=found["response"] / mean)
    found = found[["model", "seed", "category", "response"]]
    return found.sort_values(["model", "seed"], kind="stable", ignore_index=True)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a panel a source, categories in the same order in both."""
    table = table.dropna(subset="response")
    if table.empty:
        return empty_figure(ABSENT)
    sources = [name for name in SOURCES if (table["model"] == name).any()]
    means = table[table["model"] == sources[0]].groupby("category")["response"].mean()
    order = list(means.sort_values(ascending=False, kind="stable").index)
    figure = new_figure(PAGE_INCHES, 2.9)
    panels = figure.subplots(1, len(sources), squeeze=False)[0]
    for axes, source in zip(panels, sources, strict=True):
        rows = table[table["model"] == source]
        for place, category in enumerate(order):
            values = rows.loc[rows["category"] == category, "response"].to_numpy()
            colour = CATEGORY_COLOURS[category]
            axes.bar(
                place, values.mean() if len(values) else 0, color=colour, width=0.8
            )
            if source != "fmri":
                offsets = spread(len(values), 0.2)
                axes.plot(place + offsets, values, "o", color="black", ms=1.8)
                mark_mean(axes, place, values, "black")
        names = [CATEGORIES[category] for category in order]
        axes.set_xticks(range(len(order)), names, rotation=50, ha="right")
        for text, category in zip(axes.get_xticklabels(), order, strict=True):
            text.set_fontweight("bold" if category in ("Music", "Song") else "normal")
        axes.axhline(1, color="black", lw=0.5, ls=":")
        axes.set_title(
            "Music component of the brain"
            if source == "fmri"
            else f"MS units, {label(source)}"
        )
    panels[0].set_ylabel("Response (mean category = 1)")
    return figure
