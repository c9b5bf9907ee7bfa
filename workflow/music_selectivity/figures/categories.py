"""Selectivity for other categories of sound, beside music (paper Fig. S11, S12)."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from music_selectivity.figures.quilts import (
    ORIGINAL,
    by_length,
    draw_lines,
    first_model,
    mark_lengths,
)
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

# Mean over five networks on AudioSet, of without_music: Fig. 2b and S11.
PAPER = {"music": 2.07, "speech": 1.31}
COLUMNS = ["model", "seed", "category", "quantity", "length", "value"]


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Ratios and relative responses of one model's networks, by category.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measures category_ratio, category_quilt_response, and of
        music response_ratio and quilt_relative.

    Returns
    -------
    DataFrame
        model, seed, category, quantity, length, value, paper. quantity is "ratio", the
        response of the category's units to its clips over that to others, or
        "relative", their response to its quilts over that to the original.
    """
    ratios = statistics[statistics["measure"] == "category_ratio"]
    ratios = first_model(ratios).rename(columns={"condition": "category"})
    of_model = statistics[statistics["model"].isin(ratios["model"])]
    music = of_model[
        (of_model["measure"] == "response_ratio") & (of_model["condition"] == "eval")
    ].assign(category="music")
    relative = by_length(of_model, "quilt_relative", ["category", "units"])
    relative = relative[(relative["category"] == "music") & (relative["units"] == "ms")]
    others = by_length(of_model, "category_quilt_response", ["category"])
    keys = ["model", "seed", "category"]
    original = others[others["length"] == ORIGINAL].set_index(keys)["value"]
    divisor = original.reindex(pd.MultiIndex.from_frame(others[keys])).to_numpy()
    others["value"] /= np.where(divisor > 0, divisor, np.nan)
    rows = pd.concat(
        [
            music.assign(quantity="ratio", length=ORIGINAL)[COLUMNS],
            ratios.assign(quantity="ratio", length=ORIGINAL)[COLUMNS],
            relative.assign(quantity="relative")[COLUMNS],
            others.assign(quantity="relative")[COLUMNS],
        ],
        ignore_index=True,
    )
    published = (rows["quantity"] == "ratio") & (rows["model"] == "without_music")
    rows["paper"] = rows["category"].map(PAPER).astype(float).where(published)
    return rows


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a column a category; above ratios, below quilts."""
    categories = list(table["category"].unique())
    if not categories:
        return empty_figure("No other categories of sound in this study")
    figure = new_figure(PAGE_INCHES, 3.6)
    panels = figure.subplots(2, len(categories), sharey="row", squeeze=False)
    quilts = table[table["quantity"] == "relative"]
    for column, category in enumerate(categories):
        above, below = panels[:, column]
        colour = style.colour(category if category == "music" else "nonmusic")
        rows = table[
            (table["category"] == category) & (table["quantity"] == "ratio")
        ].reset_index(drop=True)
        above.axhline(1, color="black", lw=0.5, zorder=0)
        above.plot(
            *(spread(len(rows), 0.12) - 0.25, rows["value"], "o"),
            color=colour,
            ms=3.8,
            mec="white",
            mew=0.4,
        )
        mark_mean(above, 0.1, rows["value"], "black")
        published = rows["paper"].dropna()
        title = label(category, 18)
        if len(published):
            above.hlines(published.iloc[0], -0.6, 0.6, "black", ":", lw=0.8)
            title += f" (paper {published.iloc[0]:.2f})"
        above.set(title=title, xlim=(-0.7, 0.7), xticks=[])
        below.axhline(1, color="black", lw=0.5, zorder=0)
        draw_lines(below, quilts[quilts["category"] == category], "value", colour)
        if quilts.empty:
            below.set_axis_off()
        else:
            mark_lengths(below, quilts["length"])
    panels[0, 0].set_ylabel("Response ratio,\ncategory / other sounds")
    panels[1, 0].set_ylabel("Response /\nresponse to original")
    figure.supxlabel("Segment length (ms)", fontsize=LOOK["axes.labelsize"])
    return figure
