"""Response to quilts of music relative to the original (paper Fig. 5b, S4, S5, S10)."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from music_selectivity.figures.published import diamond_handle
from music_selectivity.figures.segment_axis import (
    draw_lines,
    draw_published,
    draw_reference,
    mark_lengths,
    name_lengths,
    of_quilts,
    published_relative,
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
from music_selectivity.measures import QUILT_RELATIVE
from music_selectivity.vocabulary import MS_UNITS, MUSIC, PCA, WITHOUT_MUSIC

TITLE = "Responses to quilts, by model"
PANEL = "Fig. 5b, S4, S5, S10"
CLIPS = "quilted_music"
INPUTS = {"statistics": "statistics"}
ARGUMENTS = {"order": "quilts.order"}
CLAIMS = ["5b", "S4", "S5", "S10-c"]
CHARTS = [
    {
        "value": "relative",
        "label": "Response / response to the original",
        "along": "length",
        "axis": "Segment length, ms",
        "kind": "lines",
        "panels": "model",
        "reference": [1, "as to the original"],
    }
]


def table(statistics: pd.DataFrame, order: str) -> pd.DataFrame:
    """Relative responses of each network's music-selective units to music.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measure quilt_relative.
    order
        Of the segments of the quilts, one of ``vocabulary.QUILT_ORDERS``.

    Returns
    -------
    DataFrame
        model, seed, order, length (of the segments, ms), relative (response over that
        to the original), paper (ratio of the published means, NaN where there is none).
        PCA features are left out: they can be negative, so the ratio is undefined.
    """
    rows = of_quilts(
        statistics[statistics["model"] != PCA],
        QUILT_RELATIVE,
        group=MUSIC,
        units=MS_UNITS,
        order=order,
    ).rename(columns={"value": "relative"})
    published = published_relative(rows["length"])
    rows["paper"] = np.where(rows["model"] == WITHOUT_MUSIC, published, np.nan)
    return rows.drop(columns=["group", "units"])


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a panel per model, with the mean of without_music dashed."""
    if table.empty:
        return empty_figure("No responses to quilts in this study")
    models = ordered_models(table["model"])
    columns = min(len(models), 3)
    n_rows = -(-len(models) // columns)
    width = COLUMN_INCHES if columns < 3 else PAGE_INCHES
    figure = new_figure(width, 0.7 + 1.55 * n_rows)
    panels = figure.subplots(n_rows, columns, sharex=True, sharey=True, squeeze=False)
    reference = table[table["model"] == WITHOUT_MUSIC]
    for axes in panels.flat[len(models) :]:
        axes.set_axis_off()
    for axes, model in zip(panels.flat, models, strict=False):
        rows = table[table["model"] == model]
        axes.axhline(1, color="black", lw=0.5, zorder=0)
        if model != WITHOUT_MUSIC:
            draw_reference(axes, reference, "relative", style.colour(WITHOUT_MUSIC))
        draw_lines(axes, rows, "relative", style.colour(model))
        draw_published(axes, rows)
        axes.set_title(label(model), color=style.colour(model))
        axes.tick_params(labelbottom=True)
        mark_lengths(axes, table["length"])
    figure.supylabel("Response / response to original", fontsize=LOOK["axes.labelsize"])
    name_lengths(figure, table)
    if table["paper"].notna().any():
        figure.legend(handles=[diamond_handle()], loc="outside upper right")
    return figure
