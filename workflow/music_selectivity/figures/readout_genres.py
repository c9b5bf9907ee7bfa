"""Genres of music read out linearly from eighths of units (paper Fig. S6)."""

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from music_selectivity.figures.style import (
    COLUMN_INCHES,
    LOOK,
    OTHER,
    Style,
    empty_figure,
    label,
    networks_shown,
    new_figure,
)
from music_selectivity.measures import READOUT_AP_OF_GENRE, READOUT_CHANCE_OF_GENRE
from music_selectivity.vocabulary import MUSIC, WITHOUT_MUSIC

TITLE = "Genres of music read out from units"
PANEL = "Fig. S6"
CLIPS = "eval"
INPUTS = {"statistics": "statistics"}
CLAIMS = ["S6"]

# Of each eighth: name and marker.
EIGHTHS = {
    1: ("first (MS)", "o"),
    2: ("second", "s"),
    3: ("third", "^"),
    4: ("fourth", "D"),
}
GREYS = {2: "#404040", 3: "#808080", 4: "#b0b0b0"}


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Average precision of each genre against non-music, over networks.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measures readout_ap and readout_chance.

    Returns
    -------
    DataFrame
        model; genre, those best read from the first eighth first; eighth, of the units
        in order of their music-selectivity; average_precision (mean over networks);
        sd (NaN for one network); networks; chance, the share of the genre's clips.
    """
    of_model = statistics[statistics["model"] == WITHOUT_MUSIC]
    rows = READOUT_AP_OF_GENRE.select(of_model).dropna(subset="value")
    over = rows.groupby(["model", "genre", "eighth"], as_index=False).agg(
        average_precision=("value", "mean"),
        sd=("value", "std"),
        networks=("seed", "nunique"),
    )
    chance = READOUT_CHANCE_OF_GENRE.select(of_model).groupby("genre")["value"].mean()
    over["chance"] = over["genre"].map(chance).astype(float)
    first = over[over["eighth"] == 1].set_index("genre")["average_precision"]
    over["best"] = -over["genre"].map(first).astype(float)
    over = over.sort_values(["best", "genre", "eighth"], ignore_index=True)
    return over.drop(columns="best")


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a row per genre, a mark per eighth of the units."""
    if table.empty:
        return empty_figure("No read-out of genres in this study")
    genres = list(table["genre"].unique())
    figure = new_figure(COLUMN_INCHES, 1.0 + 0.15 * len(genres))
    axes = figure.subplots()
    # The first eighth is drawn last, above the others.
    for eighth in sorted(set(table["eighth"]), reverse=True):
        marks = table[table["eighth"] == eighth]
        y = marks["genre"].map(genres.index)
        name, marker = EIGHTHS[eighth]
        first = eighth == 1
        axes.errorbar(
            marks["average_precision"],
            y,
            xerr=marks["sd"].fillna(0),
            fmt=marker,
            color=style.colour(MUSIC) if first else GREYS[eighth],
            mfc=None if first else "white",
            ms=4 if first else 3,
            mew=0.7,
            elinewidth=0.6,
            label=name,
        )
    by_genre = table.drop_duplicates("genre")
    y, other = by_genre["genre"].map(genres.index), style.colour(OTHER)
    axes.plot(by_genre["chance"], y, "|", color=other, ms=6, label="chance")
    axes.set_yticks(range(len(genres)), [label(genre, 30) for genre in genres])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(genres) - 0.4, -0.6)
    axes.set_xlim(left=0)
    axes.grid(axis="y", color="#e6e6e6", lw=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel("Average precision, genre or non-music")
    key = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    names = [*(name for name, _ in EIGHTHS.values() if name in key), "chance"]
    figure.legend(
        [key[name] for name in names],
        names,
        loc="outside upper center",
        ncols=5,
        title=f"Eighth of units, {networks_shown(int(table['networks'].max()))}",
        handletextpad=0.1,
        columnspacing=0.8,
    )
    return figure
