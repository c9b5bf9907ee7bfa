"""Response to quilts of each genre of music (paper Fig. S7)."""

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from music_selectivity.figures.segment_axis import (
    draw_lines,
    draw_reference,
    mark_lengths,
    name_lengths,
    with_unquilted,
)
from music_selectivity.figures.style import (
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    first_model,
    label,
    new_figure,
)
from music_selectivity.measures import (
    QUILT_GENRE_RESPONSE,
    QUILT_RESPONSE,
    UNQUILTED_GENRE_RESPONSE,
    UNQUILTED_RESPONSE,
)
from music_selectivity.vocabulary import MS_UNITS, MUSIC

TITLE = "Responses to quilts, by genre"
PANEL = "Fig. S7"
CLIPS = "quilted_music"
INPUTS = {"statistics": "statistics"}
ARGUMENTS = {"order": "quilts.order"}
CLAIMS = ["S7"]
CHARTS = [
    {
        "value": "response",
        "label": "Mean response",
        "along": "length",
        "axis": "Segment length, ms",
        "kind": "lines",
        "panels": "genre",
    }
]

ALL_MUSIC = "all music"
COLUMNS = 5


def table(statistics: pd.DataFrame, order: str) -> pd.DataFrame:
    """Responses, by genre, of the networks of one model: without_music, if it is there.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measures quilt_genre_response and quilt_response.
    order
        Of the segments of the quilts, one of ``vocabulary.QUILT_ORDERS``.

    Returns
    -------
    DataFrame
        model, seed, genre ("all music" for all clips), order, length (segment in ms, or
        original), response of the music-selective units.
    """
    genres = first_model(
        with_unquilted(
            statistics, QUILT_GENRE_RESPONSE, UNQUILTED_GENRE_RESPONSE, order
        )
    )
    every = with_unquilted(
        statistics[statistics["model"].isin(genres["model"])],
        QUILT_RESPONSE,
        UNQUILTED_RESPONSE,
        order,
        group=MUSIC,
        units=MS_UNITS,
    ).assign(genre=ALL_MUSIC)
    rows = pd.concat([genres, every[genres.columns]], ignore_index=True)
    return rows.rename(columns={"value": "response"})


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a panel per genre, with the mean of all music dashed."""
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
        draw_lines(axes, rows, "response", style.colour(MUSIC))
        axes.set_title(label(genre, 24), pad=3)
        mark_lengths(axes, table["length"])
        # The last panel of each column shows the lengths.
        lowest = number + COLUMNS >= len(genres)
        axes.tick_params(axis="x", labelbottom=lowest)
    figure.supylabel("Mean response", fontsize=LOOK["axes.labelsize"])
    name_lengths(figure, table)
    return figure
