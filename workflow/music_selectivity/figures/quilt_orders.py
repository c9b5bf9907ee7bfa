"""Quilts by the order of their segments: response, and change at the joints.

Quilts of different orders hold the same segments, and differ in what meets at the
joints. The paper shows one order.
"""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from music_selectivity.figures.published import name_lines
from music_selectivity.figures.segment_axis import (
    draw_lines,
    draw_published,
    mark_lengths,
    of_quilts,
    positions,
    published_relative,
)
from music_selectivity.figures.style import (
    LOOK,
    ORDER_COLOURS,
    PAGE_INCHES,
    Style,
    empty_figure,
    first_model,
    new_figure,
    spread,
)
from music_selectivity.measures import QUILT_RELATIVE
from music_selectivity.vocabulary import MS_UNITS, MUSIC, ORDER_NAMES, WITHOUT_MUSIC

TITLE = "Order of segments and change at joints"
PANEL = "extends Fig. 4b"
CLIPS = "quilted_music"
INPUTS = {"statistics": "statistics", "joint_changes": "joint_changes"}
CHARTS = [
    {
        "value": "relative",
        "label": "Response / response to the original",
        "along": "length",
        "axis": "Segment length, ms",
        "kind": "lines",
        "series": "order",
        "reference": [1, "as to the original"],
    }
]


def table(statistics: pd.DataFrame, joint_changes: pd.DataFrame | None) -> pd.DataFrame:
    """Relative responses to quilts of music of every order, of one model's networks.

    Of without_music, if it is there.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measure quilt_relative.
    joint_changes
        ``joint_changes.csv``: group, order, segment, clips, ratio; None in a study
        without quilts.

    Returns
    -------
    DataFrame
        model, seed, order, length (of the segments, ms), relative (response of the
        music-selective units over that to the unquilted clips), paper (ratio of the
        published means, NaN where there is none), clips (number that are quilted),
        joint_change (change of the log-mel spectrogram at joints over that at the same
        places of the unquilted clips; it depends on the clips alone and is the same for
        all networks).
    """
    rows = of_quilts(statistics, QUILT_RELATIVE, group=MUSIC, units=MS_UNITS)
    rows = first_model(rows).rename(columns={"value": "relative"})
    published = published_relative(rows["length"])
    rows["paper"] = np.where(rows["model"] == WITHOUT_MUSIC, published, np.nan)
    if joint_changes is None:
        joint_changes = pd.DataFrame(
            columns=["group", "order", "segment", "clips", "ratio"]
        )
    joints = joint_changes[joint_changes["group"] == MUSIC]
    joints = joints.rename(columns={"segment": "length", "ratio": "joint_change"})
    joints = joints.astype({"length": str})
    joints = joints[["order", "length", "clips", "joint_change"]]
    rows = rows.drop(columns=["group", "units"])
    return rows.merge(joints, "left", on=["order", "length"])


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: on the left responses, on the right joints; a line per order.

    Orders have fixed colours, on which `style` has no bearing.
    """
    if table.empty:
        return empty_figure("No responses to quilts of music in this study")
    orders = [order for order in ORDER_NAMES if order in set(table["order"])]
    figure = new_figure(PAGE_INCHES, 2.9)
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    for order, shift in zip(orders, spread(len(orders), 0.12), strict=True):
        rows = table[table["order"] == order]
        colour = ORDER_COLOURS[order]
        draw_lines(left, rows, "relative", colour, shift)
        _draw_joints(right, rows, colour)
    draw_published(left, table)
    for axes in (left, right):
        axes.axhline(1, color="black", lw=0.5, zorder=0)
        mark_lengths(axes, table["length"], name_up_to=10)
        axes.set_xlabel("Segment length (ms)")
    left.set_title("Music-selective units and music")
    left.set_ylabel("Response / response to original")
    right.set_title("Joints of these quilts")
    right.set_ylabel("Change at joints /\nchange there in the original")
    right.set_ylim(bottom=0)
    colours = {
        ORDER_NAMES[order].capitalize(): ORDER_COLOURS[order] for order in orders
    }
    name_lines(figure, table, colours)
    return figure


def _draw_joints(axes: Axes, rows: pd.DataFrame, colour: str) -> None:
    """Draw the change at the joints of quilts of one order, by length."""
    joints = rows.drop_duplicates("length")
    joints = joints.set_index(joints["length"].astype(str))["joint_change"]
    places = positions(rows["length"])
    axes.plot(
        list(places.values()),
        joints[list(places)],
        color=colour,
        marker="o",
        ms=3,
        lw=1.2,
    )
