"""Music-selectivity of the units of each layer, from the first layer to the last."""

from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from music_selectivity.figures.layer_measures import PANELS, rows_of_layers
from music_selectivity.figures.style import (
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    new_figure,
    ordered_models,
    spread,
)
from music_selectivity.measures import (
    DEAD_UNITS,
    N_UNITS,
    RATIO_PERMUTATION_P,
    Measure,
)
from music_selectivity.stats.intervals import clips_estimate, mean_estimate
from music_selectivity.vocabulary import MEASURED_SPLIT

TITLE = "Selectivity from layer to layer"
PANEL = "not in the paper"
INPUTS = {
    "layers": ["measures_of_layers", "with_layers"],
    "brain": ["measures_of_brain_by_layer", "layers_and_brain"],
}
ARGUMENTS = {"measured_split": "analysis.measured_split"}
CHARTS = [
    {
        "value": "value",
        "label": "MS units of each layer",
        "along": "place",
        "axis": "Layer, or its depth (first 0, last 1)",
        "kind": "lines",
        "panels": "measure",
        "names": {
            "response_ratio": "Response to music / response to other sounds",
            "ms_effect_size": "Probability of a larger response to music",
            "brain_prediction": "Prediction of the brain's music component, r",
        },
        "free": True,
    }
]

# With more layers, their names would overlap.
MOST_NAMED = 8


def table(
    layers: Mapping[tuple[str, int], pd.DataFrame],
    brain: Mapping[tuple[str, int], pd.DataFrame],
    measured_split: str,
) -> pd.DataFrame:
    """Selectivity of each layer of each network, and its mean over networks.

    Parameters
    ----------
    layers
        ``layers.measures_of_layers`` of each network, by (model, seed).
    brain
        ``brain.measures_of_brain`` of the networks of which they are in a table of
        their own.
    measured_split
        On which responses are measured; units are chosen on the other split.

    Returns
    -------
    DataFrame
        model, seed, layer; depth, from 0 of the first layer to 1 of the last; place,
        the name of the layer or, if networks differ in their layers or have more than
        `MOST_NAMED`, its depth; measure, value; mean over the networks of the model,
        and its 95 % interval, low and high, for other networks and other clips, of a
        single network for other clips alone, and NaN of two networks; n_units and
        dead_units, the share of units that never vary; permutation_p, of the response
        ratio on eval clips.
    """
    found = [
        _of_network(
            pd.concat([measures, brain.get((model, seed))]), measured_split
        ).assign(model=model, seed=seed)
        for (model, seed), measures in layers.items()
    ]
    if not found:
        return pd.DataFrame(columns=["model", "seed", "measure", "value"])
    rows = pd.concat(found, ignore_index=True)
    names = {tuple(of_network["layer"].unique()) for of_network in found}
    named = len(names) == 1 and len(*names) <= MOST_NAMED
    rows["place"] = rows["layer"] if named else rows["depth"]
    means = [
        _mean(of_layer) for _, of_layer in rows.groupby(["model", "measure", "layer"])
    ]
    rows = rows.join(pd.concat(means))
    columns = ["model", "seed", "layer", "depth", "place", "measure", "value"]
    columns += ["mean", "low", "high", "n_units", "dead_units", "permutation_p"]
    return rows[columns]


def _of_network(measures: pd.DataFrame, split: str) -> pd.DataFrame:
    """A row per layer and measure, with the replicates of each as columns."""

    def values(measure: Measure, **fields: str) -> pd.Series:
        chosen = measures["measure"] == measure.name
        chosen &= measures["condition"] == measure.condition(**fields)
        return measures[chosen].set_index("layer")["value"]

    rows = rows_of_layers(measures, split)
    return rows.assign(
        n_units=rows["layer"].map(values(N_UNITS)),
        dead_units=rows["layer"].map(values(DEAD_UNITS)),
        permutation_p=rows["layer"].map(
            values(RATIO_PERMUTATION_P, split=MEASURED_SPLIT)
        ),
    )


def _mean(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean over the networks of a model in a layer, and its interval, for each row."""
    values = rows.filter(regex="^value$|^draw_").to_numpy()
    values = values[np.isfinite(values[:, 0])]
    if not len(values):
        return pd.DataFrame(np.nan, rows.index, ["mean", "low", "high"])
    estimate = mean_estimate(values) if len(values) > 1 else clips_estimate(values[0])
    low, high = estimate.interval()
    return pd.DataFrame(
        {"mean": estimate.value, "low": low, "high": high}, index=rows.index
    )


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a thin line per network, and a thick one per model."""
    table = table.dropna(subset="value")
    if table.empty:
        return empty_figure("No layers in this study")
    figure = new_figure(PAGE_INCHES, 2.5)
    shown = [name for name in PANELS if (table["measure"] == name).any()]
    panels = figure.subplots(1, len(shown), squeeze=False)[0]
    for axes, measure in zip(panels, shown, strict=True):
        axes.axhline(PANELS[measure].none, color="black", lw=0.6, zorder=0)
        of_measure = table[table["measure"] == measure]
        models = ordered_models(of_measure["model"])
        for model, offset in zip(models, spread(len(models), 0.015), strict=True):
            of_model = of_measure[of_measure["model"] == model]
            _draw_model(axes, of_model, offset, style.colour(model))
        axes.set_ylabel(PANELS[measure].title)
        _name_places(axes, table)
    # A model may lack the measure of a panel.
    lines = {
        line.get_label(): line
        for axes in panels
        for line in axes.get_legend_handles_labels()[0]
    }
    named = [
        line
        for model in ordered_models(table["model"])
        if (line := lines.get(label(model)))
    ]
    figure.legend(handles=named, loc="outside right center")
    return figure


def _draw_model(axes: Axes, rows: pd.DataFrame, offset: float, colour: str) -> None:
    for _, network in rows.groupby("seed"):
        axes.plot(network["depth"], network["value"], color=colour, lw=0.5, alpha=0.5)
    mean = rows.drop_duplicates("depth").sort_values("depth")
    x = mean["depth"] + offset
    name = label(rows["model"].iloc[0])
    axes.plot(x, mean["mean"], "o-", color=colour, lw=1.6, ms=3, label=name)
    axes.vlines(x, mean["low"], mean["high"], color=colour, lw=1)


def _name_places(axes: Axes, table: pd.DataFrame) -> None:
    if (table["place"] == table["depth"]).all():
        axes.set_xlabel("Depth (first layer 0, last 1)")
        return
    places = table.drop_duplicates("depth")
    axes.set_xticks(places["depth"], places["place"].astype(str))
    axes.set_xlabel("Layer")
