"""Responses to quilts by segment length: rows, axis and lines that figures share."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from music_selectivity.figures.published import reported_values
from music_selectivity.figures.style import LOOK
from music_selectivity.measures import Measure
from music_selectivity.paper import QUILT_RESPONSES
from music_selectivity.vocabulary import ORDER_NAMES, ORIGINAL


def of_quilts(
    statistics: pd.DataFrame, measure: Measure, **fields: str
) -> pd.DataFrame:
    """Rows of a measure of quilts by network, with their segments as column length.

    Parameters
    ----------
    statistics
        ``statistics.csv``.
    measure
        Of quilts, such as quilt_response.
    fields
        Keep the rows that have these, such as one order of segments.

    Returns
    -------
    DataFrame
        As of `Measure.select`, but length (in ms, as text) for segment; sorted by model
        and seed, with the rows of a network in their order.
    """
    rows = measure.select(statistics, **fields)
    rows = rows.rename(columns={"segment": "length"}).astype({"length": str})
    return _by_network(rows)


def with_unquilted(
    statistics: pd.DataFrame,
    quilted: Measure,
    unquilted: Measure,
    order: str,
    **fields: str,
) -> pd.DataFrame:
    """Responses to quilts of one order and to the unquilted clips.

    Parameters
    ----------
    statistics
        ``statistics.csv``.
    quilted, unquilted
        Measures of both, with the same fields but for order and segment.
    order
        Of the segments, one of ``vocabulary.QUILT_ORDERS``.
    fields
        Keep the rows that have these.

    Returns
    -------
    DataFrame
        As `of_quilts`; the unquilted clips have the length "original", and the order of
        the quilts that they are compared with.
    """
    quilts = of_quilts(statistics, quilted, order=order, **fields)
    clips = unquilted.select(statistics, **fields)
    return _by_network(pd.concat([quilts, clips.assign(order=order, length=ORIGINAL)]))


def _by_network(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(["model", "seed"], kind="stable", ignore_index=True)


def published_relative(lengths: Iterable[str]) -> np.ndarray:
    """The paper's response to quilts over that to the original (Fig. 4b), (lengths,).

    Of networks trained without music, their music-selective units, and music; NaN for
    lengths, in ms as text, of which it reports no number.
    """
    paper = reported_values(QUILT_RESPONSES, lengths)
    return paper / QUILT_RESPONSES[ORIGINAL].value


def positions(lengths: Iterable[object]) -> dict[str, float]:
    """Where each length is drawn: at log2 of its ms, the original apart at the right.

    Parameters
    ----------
    lengths
        Segment lengths in ms, as numbers or text; or "original".
    """
    names = {str(length) for length in lengths}
    quilts = sorted(names - {ORIGINAL}, key=float)
    places = {name: float(np.log2(float(name))) for name in quilts}
    if ORIGINAL in names:
        places[ORIGINAL] = max(places.values(), default=0.0) + 1.6
    return places


def draw_lines(
    axes: Axes, rows: pd.DataFrame, value: str, colour: str, shift: float = 0
) -> None:
    """Draw `value` by length: a thin line per network, and mean +/- SD over networks.

    Parameters
    ----------
    rows
        model, seed, length and the column that `value` names.
    shift
        Of the mean, along the axis.
    """
    if rows.empty:
        return
    places = positions(rows["length"])
    wide = rows.assign(length=rows["length"].astype(str)).pivot_table(
        index=["model", "seed"], columns="length", values=value, sort=False
    )
    wide = wide.reindex(columns=list(places))
    wide = wide.mask(~np.isfinite(wide))
    x = np.array(list(places.values()))
    quilts = np.array([name != ORIGINAL for name in places], bool)
    for network in wide.to_numpy():
        axes.plot(x[quilts], network[quilts], color=colour, lw=0.4, alpha=0.45)
        axes.plot(x[~quilts], network[~quilts], "_", color=colour, ms=3, alpha=0.45)
    mean = wide.mean().to_numpy()
    sd = wide.std(ddof=1).fillna(0).to_numpy()
    for part in (quilts, ~quilts):
        axes.errorbar(
            x[part] + shift,
            mean[part],
            sd[part],
            color=colour,
            marker="o",
            ms=3,
            lw=1.2,
            elinewidth=0.8,
            zorder=4,
        )


def draw_reference(axes: Axes, rows: pd.DataFrame, value: str, colour: str) -> None:
    """Draw the mean of `value` over `rows`, by length, as a dashed line."""
    places = positions(rows["length"])
    means = rows.groupby(rows["length"].astype(str))[value].mean()
    quilts = [name for name in places if name != ORIGINAL]
    mean = np.array([means[name] for name in quilts])
    axes.plot([places[name] for name in quilts], mean, "--", color=colour, lw=0.8)


def draw_published(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw the paper's means as diamonds, with their SD if `rows` has paper_sd."""
    published = rows.drop_duplicates("length").dropna(subset="paper")
    places = positions(rows["length"])
    # To the right of the measured mean, which may be the same.
    x = [places[str(length)] + 0.3 for length in published["length"]]
    axes.errorbar(
        x,
        published["paper"],
        published.get("paper_sd"),
        color="black",
        marker="D",
        mfc="white",
        mew=0.6,
        ms=3,
        lw=0,
        elinewidth=0.6,
        zorder=5,
    )


def mark_lengths(axes: Axes, lengths: Iterable[object], name_up_to: int = 5) -> None:
    """Set the ticks of an axis of segment lengths; of many, name every other one.

    `name_up_to` is the largest number of lengths that are all named.
    """
    places = positions(lengths)
    every = 2 if len(places) > name_up_to else 1
    names = [
        "orig." if name == ORIGINAL else name if number % every == 0 else ""
        for number, name in enumerate(places)
    ]
    axes.set_xticks(list(places.values()), names)
    axes.set_xlim(min(places.values()) - 0.5, max(places.values()) + 0.6)


def name_lengths(figure: Figure, rows: pd.DataFrame) -> None:
    """Name the axis of segment lengths below the panels, with the order of `rows`."""
    order = ORDER_NAMES[rows["order"].iloc[0]]
    figure.supxlabel(f"Segment length (ms), {order}", fontsize=LOOK["axes.labelsize"])
