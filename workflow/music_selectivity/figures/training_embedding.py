"""Music and other sounds in t-SNE over the course of training (paper Fig. S8)."""

from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from music_selectivity.figures.embedding_panel import (
    draw_groups,
    first_networks,
    group_handles,
)
from music_selectivity.figures.style import (
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    new_figure,
    ordered_models,
)
from music_selectivity.measures import TRAINING_COURSE_SEGREGATION_INDEX

TITLE = "Music and other sounds in t-SNE over the course of training"
PANEL = "Fig. S8"
CLIPS = "eval"
INPUTS = {
    "embeddings": ["training_course_embedding", "training_course"],
    "statistics": "statistics",
}

COLUMNS = 6


def table(
    embeddings: Mapping[tuple[str, int], pd.DataFrame], statistics: pd.DataFrame
) -> pd.DataFrame:
    """Points of the first network of each model after each epoch that was kept.

    Parameters
    ----------
    embeddings
        By model and seed: clip_id, x, y, group, epoch.
    statistics
        ``statistics.csv``: training_course_segregation_index.

    Returns
    -------
    DataFrame
        model, seed, epoch, clip_id, x, y, group, segregation_index.
    """
    keys = ["model", "seed", "epoch"]
    indices = TRAINING_COURSE_SEGREGATION_INDEX.select(statistics)
    indices = indices.rename(columns={"value": "segregation_index"})
    columns = [*keys, "clip_id", "x", "y", "group"]
    points = [
        embeddings[model, seed].assign(model=model, seed=seed)
        for model, seed in first_networks(embeddings)
    ]
    shown = pd.concat(points) if points else pd.DataFrame(columns=columns)
    return shown[columns].merge(indices, "left", on=keys)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a panel per epoch, one or more rows per model."""
    table = table[np.isfinite(table[["x", "y"]].astype(float)).all(axis=1)]
    if table.empty:
        return empty_figure("No snapshots in this study: see models.<name>.snapshots")
    rows = []
    for model in ordered_models(table["model"]):
        of_model = table[table["model"] == model]
        panels = [points for _, points in of_model.groupby("epoch")]
        rows += [panels[at : at + COLUMNS] for at in range(0, len(panels), COLUMNS)]
    columns = max(3, *map(len, rows))
    side = PAGE_INCHES / max(4, columns)
    figure = new_figure(columns * side, (side + 0.5) * len(rows) + 0.3)
    grid = figure.subplots(len(rows), columns, squeeze=False)
    for line, panels in zip(grid, rows, strict=True):
        for axes in line:
            axes.set_axis_off()
        for axes, points in zip(line, panels, strict=False):
            draw_groups(axes, points, style)
            row = points.iloc[0]
            name = f"{label(row['model'], 16)}\n" if points is panels[0] else ""
            axes.set_title(
                f"{name}epoch {row['epoch']}\nSI {row['segregation_index']:.2f}"
            )
    figure.legend(handles=group_handles(style), loc="outside lower center", ncols=2)
    return figure
