"""Responses to quilts by segment length: the axis and lines that figures share."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from music_selectivity.vocabulary import ORIGINAL


def by_network(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of `Measure.select` sorted by network, with the segments as column length.

    Rows of a network keep their order.
    """
    rows = rows.rename(columns={"segment": "length"})
    return rows.sort_values(["model", "seed"], kind="stable", ignore_index=True)


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


def mark_lengths(axes: Axes, lengths: Iterable[object]) -> None:
    """Set the ticks of an axis of segment lengths; of many, name every other one."""
    places = positions(lengths)
    every = 2 if len(places) > 5 else 1
    names = [
        "orig." if name == ORIGINAL else name if number % every == 0 else ""
        for number, name in enumerate(places)
    ]
    axes.set_xticks(list(places.values()), names)
    axes.set_xlim(min(places.values()) - 0.5, max(places.values()) + 0.6)
