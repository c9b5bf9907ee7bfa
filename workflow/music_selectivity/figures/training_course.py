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
from music_selectivity.measures import (
    TRAINING_COURSE_MEAN_AP,
    TRAINING_COURSE_RESPONSE_RATIO,
    TRAINING_COURSE_SEGREGATION_INDEX,
)

TITLE = "Over the course of training"
PANEL = "Fig. S8"
CLIPS = "eval_all"
INPUTS = {"statistics": "statistics"}
CLAIMS = ["S8"]
CHARTS = [
    {
        "value": "value",
        "label": "After each epoch",
        "along": "epoch",
        "axis": "Epoch",
        "kind": "lines",
        "panels": "measure",
        "names": {
            "training_course_mean_ap": "Mean average precision, non-music classes",
            "training_course_response_ratio": "Response ratio of MS units",
            "training_course_segregation_index": "Segregation index in t-SNE",
        },
        "free": True,
    }
]

PANELS = {
    TRAINING_COURSE_MEAN_AP: "Mean average precision,\nnon-music classes",
    TRAINING_COURSE_RESPONSE_RATIO: "Response ratio of MS units,\nmusic / other sounds",
    TRAINING_COURSE_SEGREGATION_INDEX: "Segregation index\nin t-SNE",
}


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Measures of each network after each epoch whose weights were kept.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measures training_course_*.

    Returns
    -------
    DataFrame
        model, seed, epoch, measure, value.
    """
    found = pd.concat(
        measure.select(statistics).assign(measure=measure.name) for measure in PANELS
    )
    found = found[["model", "seed", "epoch", "measure", "value"]]
    return found.sort_values(["measure", "model", "seed", "epoch"], ignore_index=True)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a panel per measure, thin lines for networks, thick for means.

    Epochs are evenly spaced, whatever their numbers, since the first change most.
    """
    table = table.dropna(subset="value")
    if table.empty:
        return empty_figure("No snapshots in this study: see models.<name>.snapshots")
    epochs = sorted(table["epoch"].unique())
    measured = set(table["measure"])
    shown = {each: text for each, text in PANELS.items() if each.name in measured}
    figure = new_figure(PAGE_INCHES * len(shown) / len(PANELS), 2.3)
    panels = figure.subplots(1, len(shown), squeeze=False)[0]
    for axes, (measure, name) in zip(panels, shown.items(), strict=True):
        of_measure = table[table["measure"] == measure.name]
        for model in ordered_models(of_measure["model"]):
            wide = of_measure[of_measure["model"] == model].pivot(
                index="epoch", columns="seed", values="value"
            )
            places = [epochs.index(epoch) for epoch in wide.index]
            colour = style.colour(model)
            axes.plot(places, wide, color=colour, lw=0.6, alpha=0.6)
            axes.plot(
                places,
                wide.mean(axis=1),
                "o-",
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
