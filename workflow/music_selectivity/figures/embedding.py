"""Music and other sounds in t-SNE (paper Fig. 1d, S1 to S3, S5, S9 to S11)."""

from collections.abc import Iterator, Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.ndimage import gaussian_filter

from music_selectivity.analyses.tuning import category_sides
from music_selectivity.corpus.categories import classes_of
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
# Fewer dots are drawn large, and without contours, in a category's panel.
FEW = 200
# Shares of a group's clips that the contours hold.
SHARES = (0.2, 0.4, 0.6, 0.8)
# Cells of the density's grid, a side, and its smoothing in cells.
GRID, SMOOTHING = 100, 4
# About the points, as a share of their range: contours lie outside them.
MARGIN = 0.12

INDICES = {
    ("segregation_index", "common"): "segregation_index",
    ("segregation_shuffled", "common"): "segregation_shuffled",
    ("segregation_index", "own"): "segregation_index_own",
    ("segregation_shuffled", "own"): "segregation_shuffled_own",
}
# Of one network on AudioSet, in each group's own bins: the paper's public notebook.
PAPER = {"without_music": 0.67}

# What is drawn of a category, those below first: its colour, and which of a clip's
# labels belong to it.
CATEGORY_GROUPS = {
    "outside": ("other", "none"),
    "partly": ("with_music", "some"),
    "own": ("mixed", "all labels in the category"),
}


def table(
    embeddings: Mapping[tuple[str, int], pd.DataFrame],
    clips: pd.DataFrame,
    categories: pd.DataFrame,
    statistics: pd.DataFrame,
) -> pd.DataFrame:
    """Points of the first network of each model, by music and by other categories.

    Parameters
    ----------
    embeddings
        By model and seed: clip_id, x, y, group.
    clips
        Clip table: clip_id, labels.
    categories
        ``categories.category_table``.
    statistics
        ``statistics.csv``: segregation_index and segregation_shuffled.

    Returns
    -------
    DataFrame
        model, seed, category, clip_id, x, y, group; segregation_index and
        segregation_shuffled, in common bins, the same with ``_own`` for each group's
        own bins, and paper, the published index (of own bins). category is empty where
        groups are music and nonmusic. Of the first model the points come again for
        each category of sound, with groups by the clips' labels: own (all belong to
        the category), outside (none), partly.
    """
    points = list(_of_models(embeddings, statistics))
    if points:
        points += _of_categories(points[0], clips, categories)
    columns = ["model", "seed", "category", "clip_id", "x", "y", "group"]
    columns += [*INDICES.values(), "paper"]
    found = pd.concat(points, ignore_index=True) if points else pd.DataFrame()
    return found.reindex(columns=columns)


def first_networks(embeddings: Mapping[tuple[str, int], object]) -> list:
    """Model and lowest seed of each model, in the order that figures have."""
    first = {model: seed for model, seed in sorted(embeddings, reverse=True)}
    models = ordered_models(pd.Series(list(first), dtype=object))
    return [(model, first[model]) for model in models]


def _of_models(
    embeddings: Mapping[tuple[str, int], pd.DataFrame], statistics: pd.DataFrame
) -> Iterator[pd.DataFrame]:
    """Points of each model's first network, with its indices."""
    found = statistics.set_index(["model", "seed", "measure", "condition"])["value"]
    for model, seed in first_networks(embeddings):
        indices = {
            name: found.get((model, seed, *key), np.nan)
            for key, name in INDICES.items()
        }
        yield embeddings[model, seed].assign(
            model=model,
            seed=seed,
            category="",
            paper=PAPER.get(model, np.nan),
            **indices,
        )


def _of_categories(
    points: pd.DataFrame, clips: pd.DataFrame, categories: pd.DataFrame
) -> Iterator[pd.DataFrame]:
    """One network's points again for each category that has clips of its own."""
    labels = points["clip_id"].map(clips.set_index("clip_id")["labels"])
    for category, classes in classes_of("category", categories).items():
        own, outside = category_sides(labels, classes)
        if own.any():
            group = np.select([own, outside], ["own", "outside"], "partly")
            kept = points[["model", "seed", "clip_id", "x", "y"]]
            yield kept.assign(category=category, group=group)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a panel a model; below, one network's by other categories."""
    table = table[np.isfinite(table[["x", "y"]].astype(float)).all(axis=1)]
    if table.empty:
        return empty_figure("No embeddings in this study")
    by_music = table[table["category"] == ""]
    by_category = table[table["category"] != ""]
    models = ordered_models(by_music["model"])
    categories = list(by_category["category"].unique())
    rows = [-(-len(names) // COLUMNS) for names in (models, categories)]
    columns = max(2, min(COLUMNS, max(len(models), len(categories))))
    side = PAGE_INCHES / COLUMNS
    figure = new_figure(columns * side, (side + 0.32) * sum(rows) + 0.45)
    panels = figure.subplots(sum(rows), columns, squeeze=False)
    for axes in panels.flat:
        axes.set_axis_off()
    for axes, model in zip(panels[: rows[0]].flat, models, strict=False):
        _draw_model(axes, by_music[by_music["model"] == model], style)
    for axes, category in zip(panels[rows[0] :].flat, categories, strict=False):
        _draw_category(axes, by_category[by_category["category"] == category], style)
    figure.legend(
        handles=[*music_handles(style), *(_category_handles(style) if rows[1] else [])],
        loc="outside lower center",
        ncols=5 if columns > 2 else 2,
        handletextpad=0.2,
        columnspacing=1.2,
    )
    return figure


def _draw_model(axes: Axes, points: pd.DataFrame, style: Style) -> None:
    draw_music(axes, points, style)
    row = points.iloc[0]
    index, shuffled, own, own_shuffled = row[[*INDICES.values()]]
    found = np.isfinite(row["paper"])
    paper = f"\n(public notebook {row['paper']:.2f})" if found else ""
    axes.set_title(
        f"{label(row['model'], 26)}\nSI {index:.2f} (shuffled {shuffled:.2f})\n"
        f"own bins {own:.2f} ({own_shuffled:.2f}){paper}"
    )


def _draw_category(axes: Axes, points: pd.DataFrame, style: Style) -> None:
    """One network's points by a category, rare groups above."""
    for group, (colour, _) in CATEGORY_GROUPS.items():
        of_group = points[points["group"] == group]
        colour = style.colour(colour)
        if group != "outside" and len(of_group) < FEW:
            _draw_dots(axes, of_group, colour, ms=2.4, alpha=0.8)
            continue
        _draw_dots(axes, of_group, colour)
        if group == "own":
            _draw_contours(axes, of_group, colour)
    frame_points(axes, points)
    row = points.iloc[0]
    own = (points["group"] == "own").sum()
    axes.set_title(f"{label(row['model'])}: {label(row['category'])}\nclips: {own:,}")


def draw_music(axes: Axes, points: pd.DataFrame, style: Style) -> None:
    """Dots and contours of both groups in a panel that is as high as wide."""
    for group in ("nonmusic", "music"):
        of_group = points[points["group"] == group]
        _draw_dots(axes, of_group, style.colour(group))
        _draw_contours(axes, of_group, style.colour(group))
    frame_points(axes, points)


def music_handles(style: Style) -> list[Line2D]:
    """Legend entries of `draw_music`."""
    names = {"music": "music", "nonmusic": "other sounds"}
    return [_handle(style.colour(group), text) for group, text in names.items()]


def _category_handles(style: Style) -> list[Line2D]:
    groups = reversed(CATEGORY_GROUPS.values())
    return [_handle(style.colour(colour), text) for colour, text in groups]


def _handle(colour: str, text: str) -> Line2D:
    return Line2D([], [], marker="o", ls="", ms=4, color=colour, label=text)


def frame_points(axes: Axes, points: pd.DataFrame) -> None:
    """A square about all points, with no axes: t-SNE has neither scale nor origin."""
    xy = points[["x", "y"]].to_numpy(dtype=float)
    centre = (xy.min(axis=0) + xy.max(axis=0)) / 2
    half = (0.5 + MARGIN) * max(np.ptp(xy, axis=0).max(), 1e-6)
    axes.set(
        xlim=(centre[0] - half, centre[0] + half),
        ylim=(centre[1] - half, centre[1] + half),
        aspect="equal",
    )
    axes.set_axis_off()


def _draw_dots(
    axes: Axes, points: pd.DataFrame, colour: str, ms: float = 1.6, alpha: float = 0.35
) -> None:
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


def _draw_contours(axes: Axes, points: pd.DataFrame, colour: str) -> None:
    """Lines that hold `SHARES` of the points' smoothed density."""
    xy = points[["x", "y"]].to_numpy(dtype=float)
    spread = np.ptp(xy, axis=0) if len(xy) else np.zeros(2)
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
