"""Panels of t-SNE embeddings: dots, density contours and the frame around them."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from scipy.ndimage import gaussian_filter

from music_selectivity.figures.style import Style, ordered_models
from music_selectivity.vocabulary import GROUP_NAMES, MUSIC, NONMUSIC

# Dots drawn of each group: more would hide each other.
DOTS = 1200
# Shares of a group's clips that the contours hold.
SHARES = (0.2, 0.4, 0.6, 0.8)
# Cells along each side of the density's grid, and its smoothing in cells.
GRID, SMOOTHING = 100, 4
# Around the points, as a share of their range: contours extend beyond them.
MARGIN = 0.12


def first_networks(networks: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Model and lowest seed of each model, models in the order of all figures."""
    first = {model: seed for model, seed in sorted(networks, reverse=True)}
    return [(model, first[model]) for model in ordered_models(first)]


def draw_groups(axes: Axes, points: pd.DataFrame, style: Style) -> None:
    """Draw dots and contours of music and of other sounds in a square panel.

    Parameters
    ----------
    points
        x, y, group.
    """
    for group in (NONMUSIC, MUSIC):
        of_group = points[points["group"] == group]
        draw_dots(axes, of_group, style.colour(group))
        draw_contours(axes, of_group, style.colour(group))
    frame_points(axes, points)


def group_handles(style: Style) -> list[Line2D]:
    """Legend entries of `draw_groups`."""
    return [dot_handle(style.colour(name), text) for name, text in GROUP_NAMES.items()]


def dot_handle(colour: str, text: str) -> Line2D:
    """Legend entry of `draw_dots`."""
    return Line2D([], [], marker="o", ls="", ms=4, color=colour, label=text)


def frame_points(axes: Axes, points: pd.DataFrame) -> None:
    """Fit a square around all points, without axes: t-SNE has no scale or origin."""
    xy = points[["x", "y"]].to_numpy(dtype=float)
    centre = (xy.min(axis=0) + xy.max(axis=0)) / 2
    half = (0.5 + MARGIN) * max(np.ptp(xy, axis=0).max(), 1e-6)
    axes.set(
        xlim=(centre[0] - half, centre[0] + half),
        ylim=(centre[1] - half, centre[1] + half),
        aspect="equal",
    )
    axes.set_axis_off()


def draw_dots(
    axes: Axes, points: pd.DataFrame, colour: str, ms: float = 1.6, alpha: float = 0.35
) -> None:
    """Draw a dot per clip; of more than `DOTS` clips, evenly chosen ones."""
    xy = points[["x", "y"]].to_numpy(dtype=float)
    every = max(1, -(-len(xy) // DOTS))
    axes.plot(
        *xy[::every].T,
        "o",
        ms=ms,
        mew=0,
        alpha=alpha,
        color=colour,
        rasterized=True,
        zorder=1,
    )


def draw_contours(axes: Axes, points: pd.DataFrame, colour: str) -> None:
    """Draw lines that hold `SHARES` of the points' smoothed density."""
    xy = points[["x", "y"]].to_numpy(dtype=float)
    extent = np.ptp(xy, axis=0) if len(xy) else np.zeros(2)
    if len(xy) < 5 or not (extent > 0).all():
        return
    margin = 0.15 * extent
    low, high = xy.min(axis=0) - margin, xy.max(axis=0) + margin
    counts, x, y = np.histogram2d(
        *xy.T, bins=GRID, range=list(zip(low, high, strict=True))
    )
    density = gaussian_filter(counts, SMOOTHING, mode="constant")
    levels = density_levels(density, SHARES)
    if len(levels):
        x, y = ((edges[1:] + edges[:-1]) / 2 for edges in (x, y))
        axes.contour(
            x, y, density.T, levels=levels, colors=colour, linewidths=0.7, zorder=2
        )


def density_levels(density: np.ndarray, shares: Sequence[float]) -> np.ndarray:
    """Heights above which a density, on a grid, holds these shares of its total.

    Returns
    -------
    array
        In ascending order and without duplicates, as contours need them.
    """
    heights = np.sort(density.ravel())[::-1]
    held = np.cumsum(heights) / heights.sum()
    places = np.searchsorted(held, shares)
    return np.unique(heights[places.clip(max=len(heights) - 1)])
