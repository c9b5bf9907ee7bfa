"""Music and other sounds in t-SNE (paper Fig. 1d, S1 to S3, S5, S9 to S11)."""

from collections.abc import Iterator, Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from music_selectivity.corpus.category_members import category_sides, classes_of
from music_selectivity.figures.embedding_panel import (
    dot_handle,
    draw_contours,
    draw_dots,
    draw_groups,
    first_networks,
    frame_points,
    group_handles,
)
from music_selectivity.figures.published import reported_values
from music_selectivity.figures.style import (
    LOOK,
    OTHER,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    new_figure,
    ordered_models,
)
from music_selectivity.measures import SEGREGATION_INDEX, SEGREGATION_SHUFFLED
from music_selectivity.paper import OWN_SEGREGATION_INDICES
from music_selectivity.vocabulary import (
    CATEGORY,
    COMMON_BINS,
    MIXED,
    OWN_BINS,
    WITH_MUSIC,
)

TITLE = "Music and other sounds in t-SNE"
PANEL = "Fig. 1d, S2, S3, S5, S9, S10, S11"
CLIPS = "eval"
INPUTS = {
    "embeddings": ["embedding", "feature_sources"],
    "clips": "clips",
    "categories": "categories",
    "statistics": "statistics",
}
CLAIMS = ["1d", "S2", "S9", "S10-a"]

COLUMNS = 4
# Groups of fewer clips are drawn with large dots and no contours, by category.
FEW = 200
INDICES = {
    "segregation_index": (SEGREGATION_INDEX, COMMON_BINS),
    "segregation_shuffled": (SEGREGATION_SHUFFLED, COMMON_BINS),
    "segregation_index_own": (SEGREGATION_INDEX, OWN_BINS),
    "segregation_shuffled_own": (SEGREGATION_SHUFFLED, OWN_BINS),
}
# What is drawn of a category, from the bottom up: its colour, and which of a clip's
# labels belong to the category.
OWN, PARTLY, OUTSIDE = "own", "partly", "outside"
CATEGORY_GROUPS = {
    OUTSIDE: (OTHER, "none"),
    PARTLY: (WITH_MUSIC, "some"),
    OWN: (MIXED, "all labels in the category"),
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
        groups are music and nonmusic. The points of the first model are repeated for
        each category of sound, with groups by the clips' labels: own (all belong to
        the category), outside (none), partly.
    """
    points = list(_of_models(embeddings, statistics))
    if points:
        points += _of_categories(points[0], clips, categories)
    columns = ["model", "seed", "category", "clip_id", "x", "y", "group"]
    columns += [*INDICES, "paper"]
    found = pd.concat(points, ignore_index=True) if points else pd.DataFrame()
    return found.reindex(columns=columns)


def _of_models(
    embeddings: Mapping[tuple[str, int], pd.DataFrame], statistics: pd.DataFrame
) -> Iterator[pd.DataFrame]:
    """Points of each model's first network, with its indices."""
    network = ["model", "seed"]
    found = {
        name: measure.select(statistics, bins=bins).set_index(network)["value"]
        for name, (measure, bins) in INDICES.items()
    }
    for model, seed in first_networks(embeddings):
        indices = {name: x.get((model, seed), np.nan) for name, x in found.items()}
        (paper,) = reported_values(OWN_SEGREGATION_INDICES, [model])
        yield embeddings[model, seed].assign(
            model=model, seed=seed, category="", paper=paper, **indices
        )


def _of_categories(
    points: pd.DataFrame, clips: pd.DataFrame, categories: pd.DataFrame
) -> Iterator[pd.DataFrame]:
    """The points of one network for each category that has clips of its own."""
    labels = points["clip_id"].map(clips.set_index("clip_id")["labels"])
    for category, classes in classes_of(CATEGORY, categories).items():
        own, outside = category_sides(labels, classes)
        if own.any():
            group = np.select([own, outside], [OWN, OUTSIDE], PARTLY)
            kept = points[["model", "seed", "clip_id", "x", "y"]]
            yield kept.assign(category=category, group=group)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a panel per model; below, one network by other categories."""
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
        handles=group_handles(style) + (_category_handles(style) if rows[1] else []),
        loc="outside lower center",
        ncols=5 if columns > 2 else 2,
        handletextpad=0.2,
        columnspacing=1.2,
    )
    return figure


def _draw_model(axes: Axes, points: pd.DataFrame, style: Style) -> None:
    draw_groups(axes, points, style)
    row = points.iloc[0]
    index, shuffled, own, own_shuffled = row[[*INDICES]]
    found = np.isfinite(row["paper"])
    paper = f"\n(public notebook {row['paper']:.2f})" if found else ""
    axes.set_title(
        f"{label(row['model'], 26)}\nSI {index:.2f} (shuffled {shuffled:.2f})\n"
        f"own bins {own:.2f} ({own_shuffled:.2f}){paper}"
    )


def _draw_category(axes: Axes, points: pd.DataFrame, style: Style) -> None:
    """Draw one network's points by a category, rare groups on top."""
    for group, (name, _) in CATEGORY_GROUPS.items():
        of_group = points[points["group"] == group]
        colour = style.colour(name)
        if group != OUTSIDE and len(of_group) < FEW:
            draw_dots(axes, of_group, colour, ms=2.4, alpha=0.8)
            continue
        draw_dots(axes, of_group, colour)
        if group == OWN:
            draw_contours(axes, of_group, colour)
    frame_points(axes, points)
    row = points.iloc[0]
    own = (points["group"] == OWN).sum()
    axes.set_title(f"{label(row['model'])}: {label(row['category'])}\nclips: {own:,}")


def _category_handles(style: Style) -> list[Line2D]:
    groups = reversed(CATEGORY_GROUPS.values())
    return [dot_handle(style.colour(colour), text) for colour, text in groups]
