"""Detection, selectivity and separation over the course of training (paper Fig. S8)."""

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from music_selectivity.figures.style import (
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    new_figure,
    ordered_models,
)

MEASURES = {
    "course_mean_ap": "Mean average precision,\nnon-music classes",
    "course_response_ratio": "Response ratio of MS units,\nmusic / other sounds",
    "course_segregation_index": "Segregation index\nin t-SNE",
}


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Measures of each network after each epoch whose weights were kept.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measures course_*, with the epoch as condition.

    Returns
    -------
    DataFrame
        model, seed, epoch, measure, value.
    """
    found = statistics[statistics["measure"].isin(MEASURES)].copy()
    found["epoch"] = found["condition"].astype(int)
    found = found[["model", "seed", "epoch", "measure", "value"]]
    return found.sort_values(["measure", "model", "seed", "epoch"], ignore_index=True)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a panel a measure, a thin line a network, a thick their mean.

    Epochs are spaced evenly, whatever lies between them: most happens in the first.
    """
    table = table.dropna(subset="value")
    if table.empty:
        return empty_figure("No snapshots in this study: see models.<name>.snapshots")
    epochs = sorted(table["epoch"].unique())
    figure = new_figure(PAGE_INCHES, 2.3)
    panels = figure.subplots(1, len(MEASURES))
    for axes, (measure, name) in zip(panels, MEASURES.items(), strict=True):
        of_measure = table[table["measure"] == measure]
        for model in ordered_models(of_measure["model"]):
            wide = of_measure[of_measure["model"] == model].pivot(
                index="epoch", columns="seed", values="value"
            )
            places = [epochs.index(epoch) for epoch in wide.index]
            colour = style.colour(model)
            axes.plot(places, wide, color=colour, lw=0.6, alpha=0.6)
            axes.plot(
                *(places, wide.mean(axis=1), "o-"),
                color=colour,
                lw=1.6,
                ms=3,
                label=label(model),
            )
        axes.set_xticks(range(len(epochs)), [f"{epoch}" for epoch in epochs])
        axes.set_xlabel("Epoch")
        axes.set_ylabel(name)
    panels[0].legend(loc="best")
    return figure
