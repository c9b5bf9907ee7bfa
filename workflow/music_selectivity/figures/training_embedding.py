"""Music and other sounds in t-SNE over the course of training (paper Fig. S8)."""

from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from music_selectivity.figures.embedding import (
    draw_music,
    first_networks,
    music_handles,
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

COLUMNS = 6
INDEX = "course_segregation_index"


def table(
    embeddings: Mapping[tuple[str, int], pd.DataFrame], statistics: pd.DataFrame
) -> pd.DataFrame:
    """Points of the first network of each model after each epoch that was kept.

    Parameters
    ----------
    embeddings
        By model and seed: clip_id, x, y, group, epoch.
    statistics
        ``statistics.csv``: course_segregation_index, with the epoch as condition.

    Returns
    -------
    DataFrame
        model, seed, epoch, clip_id, x, y, group, segregation_index.
    """
    found = statistics[statistics["measure"] == INDEX]
    found = found.assign(epoch=found["condition"].astype(int))
    found = found.rename(columns={"value": "segregation_index"})
    keys = ["model", "seed", "epoch"]
    columns = [*keys, "clip_id", "x", "y", "group"]
    points = [
        embeddings[model, seed].assign(model=model, seed=seed)
        for model, seed in first_networks(embeddings)
    ]
    shown = pd.concat(points) if points else pd.DataFrame(columns=columns)
    return shown[columns].merge(found[[*keys, "segregation_index"]], "left", on=keys)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a panel an epoch, a row (or several) a model."""
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
            draw_music(axes, points, style)
            row = points.iloc[0]
            name = f"{label(row['model'], 16)}\n" if points is panels[0] else ""
            axes.set_title(
                f"{name}epoch {row['epoch']}\nSI {row['segregation_index']:.2f}"
            )
    figure.legend(handles=music_handles(style), loc="outside lower center", ncols=2)
    return figure
