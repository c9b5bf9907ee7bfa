"""Response to quilts of each genre of music (paper Fig. S7)."""

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from music_selectivity.figures.quilts import (
    by_length,
    draw_lines,
    first_model,
    mark_lengths,
)
from music_selectivity.figures.quilts_models import draw_reference
from music_selectivity.figures.style import (
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    new_figure,
)

ALL_MUSIC = "all music"
COLUMNS = 5


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Responses, by genre, of one model's networks, without_music where there is one.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measures quilt_genre_response and quilt_response.

    Returns
    -------
    DataFrame
        model, seed, genre ("all music" for all clips), length (segment in ms, or
        original), response of the music-selective units.
    """
    genres = by_length(statistics, "quilt_genre_response", ["genre"])
    every = by_length(statistics, "quilt_response", ["group", "units"])
    every = every[(every["group"] == "music") & (every["units"] == "ms")]
    every = every.drop(columns=["group", "units"]).assign(genre=ALL_MUSIC)
    genres = first_model(genres)
    every = every[every["model"].isin(genres["model"])]
    rows = pd.concat([genres, every[genres.columns]], ignore_index=True)
    return rows.rename(columns={"value": "response"})


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a panel a genre, the mean of all music dashed in each."""
    genres = [genre for genre in table["genre"].unique() if genre != ALL_MUSIC]
    if not genres:
        return empty_figure("No responses to quilts of genres in this study")
    n_rows = -(-len(genres) // COLUMNS)
    figure = new_figure(PAGE_INCHES, 0.7 + 1.2 * n_rows)
    panels = figure.subplots(n_rows, COLUMNS, sharex=True, sharey=True, squeeze=False)
    every = table[table["genre"] == ALL_MUSIC]
    for axes in panels.flat[len(genres) :]:
        axes.set_axis_off()
    for number, (axes, genre) in enumerate(zip(panels.flat, genres, strict=False)):
        draw_reference(axes, every, "response", "black")
        rows = table[table["genre"] == genre]
        draw_lines(axes, rows, "response", style.colour("music"))
        axes.set_title(label(genre, 24), pad=3)
        mark_lengths(axes, table["length"])
        # The last panel of each column names the lengths.
        lowest = number + COLUMNS >= len(genres)
        axes.tick_params(axis="x", labelbottom=lowest)
    figure.supylabel("Mean response", fontsize=LOOK["axes.labelsize"])
    figure.supxlabel("Segment length (ms)", fontsize=LOOK["axes.labelsize"])
    return figure
