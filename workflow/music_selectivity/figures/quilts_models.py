"""Response to quilts of music relative to the original (paper Fig. 5b, S4, S5, S10)."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from music_selectivity.figures.quilts import (
    ORIGINAL,
    PAPER,
    by_length,
    draw_lines,
    draw_published,
    mark_lengths,
    positions,
    published_handle,
)
from music_selectivity.figures.style import (
    COLUMN_INCHES,
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    new_figure,
    ordered_models,
)

REFERENCE = "without_music"


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Relative responses of each network's music-selective units to music.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measure quilt_relative.

    Returns
    -------
    DataFrame
        model, seed, length (segment in ms, or original), relative (response over that
        to the original), paper (ratio of the published means, NaN where there is
        none). PCA features are left out: they have either sign, and no ratios.
    """
    rows = by_length(statistics, "quilt_relative", ["group", "units"])
    shown = (rows["group"] == "music") & (rows["units"] == "ms")
    rows = rows[shown & (rows["model"] != "pca")].rename(columns={"value": "relative"})
    original, _ = PAPER["music", "ms", ORIGINAL]
    published = {
        length: mean / original
        for (_, _, length), (mean, _) in PAPER.items()
        if length != ORIGINAL
    }
    paper = rows["length"].map(published).astype(float)
    rows["paper"] = paper.where(rows["model"] == REFERENCE)
    return rows.drop(columns=["group", "units"]).reset_index(drop=True)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a panel a model, the mean of without_music dashed in each."""
    if table.empty:
        return empty_figure("No responses to quilts in this study")
    models = ordered_models(table["model"])
    columns = min(len(models), 3)
    n_rows = -(-len(models) // columns)
    width = COLUMN_INCHES if columns < 3 else PAGE_INCHES
    figure = new_figure(width, 0.7 + 1.55 * n_rows)
    panels = figure.subplots(n_rows, columns, sharex=True, sharey=True, squeeze=False)
    reference = table[table["model"] == REFERENCE]
    for axes in panels.flat[len(models) :]:
        axes.set_axis_off()
    for axes, model in zip(panels.flat, models, strict=False):
        rows = table[table["model"] == model]
        axes.axhline(1, color="black", lw=0.5, zorder=0)
        if model != REFERENCE:
            draw_reference(axes, reference, "relative", style.colour(REFERENCE))
        draw_lines(axes, rows, "relative", style.colour(model))
        draw_published(axes, rows)
        axes.set_title(label(model), color=style.colour(model))
        axes.tick_params(labelbottom=True)
        mark_lengths(axes, table["length"])
    figure.supylabel("Response / response to original", fontsize=LOOK["axes.labelsize"])
    figure.supxlabel("Segment length (ms)", fontsize=LOOK["axes.labelsize"])
    if table["paper"].notna().any():
        figure.legend(handles=[published_handle()], loc="outside upper right")
    return figure


def draw_reference(
    axes: Axes, reference: pd.DataFrame, value: str, colour: str
) -> None:
    """The mean of `reference`, by segment length, as a dashed line."""
    places = positions(reference["length"])
    means = reference.groupby(reference["length"].astype(str))[value].mean()
    quilts = [name for name in places if name != ORIGINAL]
    mean = np.array([means[name] for name in quilts])
    axes.plot([places[name] for name in quilts], mean, "--", color=colour, lw=0.8)
