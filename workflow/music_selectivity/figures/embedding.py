"""Music and other sounds in t-SNE (paper Fig. 1d, S1 to S3, S5, S9, S10)."""

from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter

from music_selectivity.figures.style import (
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    new_figure,
    ordered_models,
)

COLUMNS = 4
# Dots drawn of each group: more would hide one another.
DOTS = 1200
# Shares of a group's clips that the contours hold.
SHARES = (0.2, 0.4, 0.6, 0.8)
# Cells of the density's grid, a side, and its smoothing in cells.
GRID, SMOOTHING = 100, 4


def table(
    embeddings: Mapping[tuple[str, int], pd.DataFrame], statistics: pd.DataFrame
) -> pd.DataFrame:
    """Points of the first network of each model, with its segregation index.

    Parameters
    ----------
    embeddings
        By model and seed: clip_id, x, y, group.
    statistics
        ``statistics.csv``: segregation_index and segregation_shuffled (common).

    Returns
    -------
    DataFrame
        model, seed, clip_id, x, y, group, segregation_index, segregation_shuffled.
    """
    first = {model: seed for model, seed in sorted(embeddings, reverse=True)}
    values = statistics[statistics["condition"] == "common"].pivot_table(
        "value", ["model", "seed"], "measure"
    )
    frames = []
    for model in ordered_models(pd.Series(list(first), dtype=object)):
        points = embeddings[model, first[model]].assign(model=model, seed=first[model])
        frames.append(points)
    columns = ["model", "seed", "clip_id", "x", "y", "group"]
    found = pd.concat(frames) if frames else pd.DataFrame(columns=columns)
    measures = ["segregation_index", "segregation_shuffled"]
    values = values.reindex(columns=measures)
    return found[columns].join(values, on=["model", "seed"]).reset_index(drop=True)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a panel a model, dots and contours of both groups."""
    table = table[np.isfinite(table[["x", "y"]].astype(float)).all(axis=1)]
    if table.empty:
        return empty_figure("No embeddings in this study")
    models = ordered_models(table["model"])
    rows = -(-len(models) // COLUMNS)
    width = PAGE_INCHES * max(2, min(COLUMNS, len(models))) / COLUMNS
    figure = new_figure(width, 0.3 + 2.1 * rows)
    panels = figure.subplots(rows, min(COLUMNS, len(models)), squeeze=False).ravel()
    for axes in panels[len(models) :]:
        axes.axis("off")
    for axes, model in zip(panels, models, strict=False):
        points = table[table["model"] == model]
        for group in ("nonmusic", "music"):
            _draw_group(axes, points[points["group"] == group], style.colour(group))
        index, floor = points[["segregation_index", "segregation_shuffled"]].iloc[0]
        axes.set_title(f"{label(model, 24)}\nSI {index:.2f}, shuffled {floor:.2f}")
        axes.set(xticks=[], yticks=[], aspect="equal", adjustable="datalim")
        axes.spines[["left", "bottom"]].set_visible(False)
    handles = [
        panels[0].plot([], [], "o", color=style.colour(group), ms=4, label=name)[0]
        for group, name in (("music", "music"), ("nonmusic", "other sounds"))
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    return figure


def _draw_group(axes: Axes, points: pd.DataFrame, colour: str) -> None:
    xy = points[["x", "y"]].to_numpy(dtype=float)
    if len(xy) == 0:
        return
    every = -(-len(xy) // DOTS)
    axes.plot(
        *xy[::every].T,
        "o",
        ms=1.6,
        mew=0,
        alpha=0.35,
        color=colour,
        rasterized=True,
        zorder=1,
    )
    spread = np.ptp(xy, axis=0)
    if len(xy) < 5 or not (spread > 0).all():
        return
    margin = 0.15 * spread
    low, high = xy.min(axis=0) - margin, xy.max(axis=0) + margin
    counts, x, y = np.histogram2d(
        *xy.T, bins=GRID, range=list(zip(low, high, strict=True))
    )
    density = gaussian_filter(counts, SMOOTHING, mode="constant")
    levels = density_levels(density, SHARES)
    if len(levels):
        centres = [(edges[1:] + edges[:-1]) / 2 for edges in (x, y)]
        axes.contour(
            *centres, density.T, levels=levels, colors=colour, linewidths=0.7, zorder=2
        )


def density_levels(density: np.ndarray, shares: tuple[float, ...]) -> np.ndarray:
    """Heights above which a density, on a grid, holds these shares of its whole.

    Returns
    -------
    array
        Ascending, without doubles, as contours want them.
    """
    heights = np.sort(density.ravel())[::-1]
    held = np.cumsum(heights) / heights.sum()
    places = np.searchsorted(held, shares)
    return np.unique(heights[places.clip(max=len(heights) - 1)])
