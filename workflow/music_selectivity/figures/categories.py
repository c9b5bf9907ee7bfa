"""Selectivity for other categories of sound, compared with music (Fig. S11, S12)."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from music_selectivity.figures.published import reported_values
from music_selectivity.figures.segment_axis import (
    draw_lines,
    mark_lengths,
    name_lengths,
    of_quilts,
)
from music_selectivity.figures.style import (
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    first_model,
    label,
    mark_mean,
    new_figure,
    spread,
)
from music_selectivity.measures import (
    CATEGORY_QUILT_RESPONSE,
    CATEGORY_RATIO,
    QUILT_RELATIVE,
    RESPONSE_RATIO,
    UNQUILTED_CATEGORY_RESPONSE,
)
from music_selectivity.paper import CATEGORY_RATIOS, RESPONSE_RATIOS
from music_selectivity.vocabulary import (
    MS_UNITS,
    MUSIC,
    NONMUSIC,
    ORIGINAL,
    WITHOUT_MUSIC,
)

TITLE = "Units selective for other categories"
PANEL = "Fig. S11, S12"
CLIPS = "all"
INPUTS = {"statistics": "statistics"}
ARGUMENTS = {"measured_split": "analysis.measured_split", "order": "quilts.order"}
CLAIMS = ["S11"]
CHARTS = [
    {
        "value": "value",
        "label": "Response to the category / response to other sounds",
        "along": "category",
        "only": {"quantity": "ratio"},
        "reference": [1, "no preference"],
    },
    {
        "value": "value",
        "label": "Response / response to the original",
        "along": "length",
        "axis": "Segment length, ms",
        "kind": "lines",
        "panels": "category",
        "only": {"quantity": "relative"},
        "reference": [1, "as to the original"],
    },
]

RATIO, RELATIVE = "ratio", "relative"
PAPER = {MUSIC: RESPONSE_RATIOS[WITHOUT_MUSIC], **CATEGORY_RATIOS}


def table(statistics: pd.DataFrame, measured_split: str, order: str) -> pd.DataFrame:
    """Ratios and relative responses of the networks of one model, by category.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measures category_ratio, category_quilt_response, and of
        music response_ratio and quilt_relative.
    measured_split
        On which responses of selective units are measured.
    order
        Of the segments of the quilts, one of ``vocabulary.QUILT_ORDERS``.

    Returns
    -------
    DataFrame
        model, seed, category, quantity, order and length (of the segments; empty and
        "original" for ratios), value, paper. quantity is "ratio", the response of the
        category's units to its clips over that to others, or "relative", their response
        to its quilts over that to the original.
    """
    ratios = first_model(CATEGORY_RATIO.select(statistics))
    of_model = statistics[statistics["model"].isin(ratios["model"])]
    music = RESPONSE_RATIO.select(of_model, split=measured_split)
    ratios = pd.concat([music.assign(category=MUSIC), ratios], ignore_index=True)
    quilts = of_quilts(
        of_model, QUILT_RELATIVE, group=MUSIC, units=MS_UNITS, order=order
    )
    relative = pd.concat(
        [
            quilts.rename(columns={"group": "category"}),
            _relative(of_model, order),
        ],
        ignore_index=True,
    )
    ratios = ratios.assign(quantity=RATIO, order="", length=ORIGINAL)
    rows = pd.concat([ratios, relative.assign(quantity=RELATIVE)], ignore_index=True)
    rows = rows[["model", "seed", "category", "quantity", "order", "length", "value"]]
    published = (rows["quantity"] == RATIO) & (rows["model"] == WITHOUT_MUSIC)
    paper = reported_values(PAPER, rows["category"])
    return rows.assign(paper=np.where(published, paper, np.nan))


def _relative(statistics: pd.DataFrame, order: str) -> pd.DataFrame:
    """Responses to quilts over those to the original, NaN unless those are positive."""
    quilts = of_quilts(statistics, CATEGORY_QUILT_RESPONSE, order=order)
    keys = ["model", "seed", "category"]
    original = UNQUILTED_CATEGORY_RESPONSE.select(statistics).set_index(keys)["value"]
    divisor = original.reindex(pd.MultiIndex.from_frame(quilts[keys])).to_numpy()
    value = quilts["value"] / np.where(divisor > 0, divisor, np.nan)
    return quilts.assign(value=value)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a column per category; above ratios, below quilts."""
    categories = list(table["category"].unique())
    if not categories:
        return empty_figure("No other categories of sound in this study")
    quilts = table[table["quantity"] == RELATIVE]
    n_rows = 1 if quilts.empty else 2
    figure = new_figure(PAGE_INCHES, 1.8 * n_rows)
    panels = figure.subplots(n_rows, len(categories), sharey="row", squeeze=False)
    colours = [
        style.colour(MUSIC if category == MUSIC else NONMUSIC)
        for category in categories
    ]
    for axes, category, colour in zip(panels[0], categories, colours, strict=True):
        rows = table[table["category"] == category]
        _draw_ratios(axes, rows[rows["quantity"] == RATIO], colour)
        axes.set_title(_title(category, rows["paper"]))
    panels[0, 0].set_ylabel("Response ratio,\ncategory / other sounds")
    if quilts.empty:
        return figure
    for axes, category, colour in zip(panels[1], categories, colours, strict=True):
        axes.axhline(1, color="black", lw=0.5, zorder=0)
        draw_lines(axes, quilts[quilts["category"] == category], "value", colour)
        mark_lengths(axes, quilts["length"])
    panels[1, 0].set_ylabel("Response /\nresponse to original")
    name_lengths(figure, quilts)
    return figure


def _draw_ratios(axes: Axes, rows: pd.DataFrame, colour: str) -> None:
    """Draw a dot per network, mean and SD, and the paper's number."""
    axes.axhline(1, color="black", lw=0.5, zorder=0)
    axes.plot(
        spread(len(rows), 0.12) - 0.25,
        rows["value"],
        "o",
        color=colour,
        ms=3.8,
        mec="white",
        mew=0.4,
    )
    mark_mean(axes, 0.1, rows["value"], "black")
    for paper in rows["paper"].dropna().unique():
        axes.hlines(paper, -0.6, 0.6, "black", ":", lw=0.8)
    axes.set(xlim=(-0.7, 0.7), xticks=[])


def _title(category: str, paper: pd.Series) -> str:
    published = "".join(f" (paper {value:.2f})" for value in paper.dropna().unique())
    return f"{label(category, 18)}{published}"
