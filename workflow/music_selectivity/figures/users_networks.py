"""Each layer of users' networks, against the same layer of their twins."""

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from music_selectivity.figures.layer_measures import PANELS, rows_of_layers
from music_selectivity.figures.style import (
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    new_figure,
)
from music_selectivity.measures import (
    BRAIN_PREDICTION,
    BRAIN_PREDICTION_BY_BEST_LAYER,
    Measure,
)
from music_selectivity.stats.intervals import clips_estimate
from music_selectivity.stats.permutations import rank_p
from music_selectivity.study.models import twins, users_networks
from music_selectivity.vocabulary import (
    BEST_LAYER,
    INITIALISED,
    LARGEST,
    LEVEL,
    LOG_MEL,
    MUSIC_COMPONENT,
    PERMUTED,
    USERS_SEED,
)

TITLE = "Users' networks and their twins"
PANEL = "not in the paper"
INPUTS = {
    "layers": ["measures_of_layers", "played"],
    "baselines": ["measures_of_brain", "simple_features"],
}
ARGUMENTS = {"models": "models", "measured_split": "analysis.measured_split"}

# In a row of panels.
MOST_NETWORKS = 5
# Twins by kind: how their range is filled.
TWINS = {
    PERMUTED: {"facecolor": "#c8c8c8", "edgecolor": "none"},
    INITIALISED: {"facecolor": "none", "edgecolor": "#9a9a9a", "hatch": "////"},
}
TWIN_LINES = {PERMUTED: "#c8c8c8", INITIALISED: "#9a9a9a"}
# By training data, in the palette of `style.COLOURS`.
DIET_MARKERS = ("o", "s", "D")
DIET_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
BASELINE_LINES = {LOG_MEL: ":", LEVEL: "--"}
LAYER_KEY = ["layer", "measure"]
COLUMNS = ["model", "seed", "diet", "layer", "depth", "measure", "value"]
COLUMNS += ["low", "high", "kind", "twins", "twin_low", "twin_mean", "twin_high", "p"]


def table(
    layers: Mapping[tuple[str, int], pd.DataFrame],
    baselines: Mapping[tuple[str, int], pd.DataFrame],
    models: Mapping[str, Mapping],
    measured_split: str,
) -> pd.DataFrame:
    """Measures of each layer of users' networks, and those of their twins.

    Parameters
    ----------
    layers
        The table of the rule layers, of each network and twin, by (model, seed).
    baselines
        Prediction of the brain without a network, of the rule brain_baselines.
    models
        The config section.
    measured_split
        On which responses are measured; units are chosen on the other split.

    Returns
    -------
    DataFrame
        model, seed, diet (of the config), layer, depth from 0 to 1, measure, value, and
        its 95 % interval for other clips, low and high; for each kind of twins, in a
        row of its own, their number, their smallest, mean and largest value, and p, the
        one-sided p-value of the network among them. Layers without a value are left
        out. Two rows stand for no single layer: `LARGEST` compares the largest value
        over layers with the largest of each twin, over layers in which the network and
        its twins of all kinds have one; and `BEST_LAYER` has the prediction of the
        brain by the layer that each training half chooses. Rows of baselines, which
        have no layer, come last.
    """
    tables = []
    for model, spec in users_networks(models).items():
        network = _of_layers(layers[model, USERS_SEED], measured_split)
        draws = network.filter(regex="^value$|^draw_").to_numpy(np.float64)
        network[["low", "high"]] = [clips_estimate(row).interval() for row in draws]
        found = {
            kind: [
                _of_layers(layers[name, seed], measured_split)
                for seed in range(1, number + 1)
            ]
            for name, (of, kind, number) in twins(models).items()
            if of == model
        }
        # The largest of fewer layers would be smaller by chance.
        played = [network, *itertools.chain(*found.values())]
        shared = functools.reduce(pd.Index.intersection, map(_measured, played))
        for kind, of_kind in (found or {"": []}).items():
            rows = _against(network, of_kind, shared)
            said = {"model": model, "seed": USERS_SEED, "diet": spec["diet"]}
            tables.append(rows.assign(**said, kind=kind))
    if not tables:
        return pd.DataFrame(columns=COLUMNS)
    for (model, seed), rows in baselines.items():
        rows = _of_music(rows, BRAIN_PREDICTION)
        tables.append(rows.assign(model=model, seed=seed, layer=""))
    return pd.concat(tables, ignore_index=True).reindex(columns=COLUMNS)


def _of_layers(measures: pd.DataFrame, split: str) -> pd.DataFrame:
    """Rows of a network's layers that have a value, and that of the best layer."""
    rows = rows_of_layers(measures, split)
    rows = rows[np.isfinite(rows["value"])]
    best = _of_music(measures, BRAIN_PREDICTION_BY_BEST_LAYER)
    if best.empty:
        # A single layer is the best one.
        best = rows[rows["measure"] == BRAIN_PREDICTION.name].drop(columns="depth")
    best = best.assign(measure=BRAIN_PREDICTION.name, layer=BEST_LAYER)
    return pd.concat([rows, best], ignore_index=True)


def _of_music(rows: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """Rows of a measure of the brain for its music component."""
    condition = measure.condition(component=MUSIC_COMPONENT)
    chosen = (rows["measure"] == measure.name) & (rows["condition"] == condition)
    return rows[chosen].drop(columns="condition")


def _against(
    network: pd.DataFrame, found: Sequence[pd.DataFrame], shared: pd.MultiIndex
) -> pd.DataFrame:
    """Rows of a network, with the range of its twins and its rank among them.

    The largest values are those over the `shared` layers.
    """
    network, *found = (_with_largest(rows, shared) for rows in [network, *found])
    values = pd.concat([rows[[*LAYER_KEY, "value"]] for rows in [network[:0], *found]])
    of_twins = values.groupby(LAYER_KEY)["value"].apply(np.array)
    compared = []
    for row in network[[*LAYER_KEY, "value"]].itertuples(index=False):
        null = of_twins.get((row.layer, row.measure), np.empty(0))
        compared.append(_range(null) | {"p": rank_p(row.value, null)})
    return pd.concat([network, pd.DataFrame(compared)], axis=1)


def _measured(rows: pd.DataFrame) -> pd.MultiIndex:
    """The layers that have a value, with the measure."""
    return pd.MultiIndex.from_frame(rows.loc[rows["depth"].notna(), LAYER_KEY])


def _with_largest(rows: pd.DataFrame, shared: pd.MultiIndex) -> pd.DataFrame:
    """Add the largest value of each measure over the `shared` layers."""
    of_shared = rows[pd.MultiIndex.from_frame(rows[LAYER_KEY]).isin(shared)]
    largest = of_shared.groupby("measure", as_index=False)["value"].max()
    return pd.concat([rows, largest.assign(layer=LARGEST)], ignore_index=True)


def _range(values: np.ndarray) -> dict[str, float]:
    if not len(values):
        return {"twins": 0}
    return {
        "twins": len(values),
        "twin_low": values.min(),
        "twin_mean": values.mean(),
        "twin_high": values.max(),
    }


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a column of panels per network, and a row per measure."""
    if table.empty:
        return empty_figure("No networks of users in this study")
    of_networks = table[table["layer"] != ""]
    baselines = table[table["layer"] == ""]
    diets = dict.fromkeys(of_networks["diet"])
    marks = itertools.cycle(itertools.product(DIET_MARKERS, DIET_COLOURS))
    looks = {
        diet: {"color": colour, "marker": marker, "ms": 2.6, "lw": 1.4}
        for diet, (marker, colour) in zip(diets, marks, strict=False)
    }
    measures = [name for name in PANELS if (of_networks["measure"] == name).any()]
    networks = [rows for _, rows in of_networks.groupby("model", sort=False)]
    columns = min(len(networks), MOST_NETWORKS)
    chunks = [networks[at : at + columns] for at in range(0, len(networks), columns)]
    figure = new_figure(PAGE_INCHES, 0.5 + 1.5 * len(measures) * len(chunks))
    grids = figure.subfigures(len(chunks), 1, squeeze=False)[:, 0]
    for grid, chunk in zip(grids, chunks, strict=True):
        panels = grid.subplots(len(measures), columns, sharey="row", squeeze=False)
        for axes in panels[:, len(chunk) :].flat:
            axes.set_axis_off()
        for column, rows in zip(panels.T, chunk, strict=False):
            _draw_network(column, rows, measures, looks[rows["diet"].iloc[0]])
            if BRAIN_PREDICTION.name in measures:
                _draw_baselines(column[-1], baselines, style)
        for axes, measure in zip(panels[:, 0], measures, strict=True):
            axes.set_ylabel(PANELS[measure].title)
        for axes in panels.flat:
            axes.label_outer()
    handles = _legend(of_networks, baselines, looks, style)
    figure.legend(handles=list(handles), loc="outside lower center", ncols=4)
    return figure


def _draw_network(
    panels: np.ndarray, rows: pd.DataFrame, measures: Sequence[str], look: Mapping
) -> None:
    """Draw a network in a column of panels, one for each measure."""
    depths = np.unique(rows["depth"].dropna())
    for axes, measure in zip(panels, measures, strict=True):
        axes.axhline(PANELS[measure].none, color="black", lw=0.6, zorder=0)
        _draw_layers(axes, rows[rows["measure"] == measure], depths, look)
    panels[0].annotate(
        label(rows["model"].iloc[0], 18),
        (0.5, 1),
        xycoords="axes fraction",
        # Above the p-values.
        xytext=(0, 20),
        textcoords="offset points",
        ha="center",
    )
    panels[-1].set_xlabel("Depth")


def _draw_layers(
    axes: Axes, rows: pd.DataFrame, depths: np.ndarray, look: Mapping
) -> None:
    """Draw a measure of the layers, with the ranges of twins and p-values."""
    axes.set_xlim(-0.04, 1.04)
    axes.set_xticks([0, 0.5, 1])
    of_layers = rows[rows["depth"].notna()]
    for kind, fill in TWINS.items():
        # Lines and ranges break where a layer has no value.
        of_kind = of_layers[of_layers["kind"] == kind].set_index("depth")
        low, high = of_kind.reindex(depths)[["twin_low", "twin_high"]].to_numpy().T
        axes.fill_between(depths, low, high, lw=0, zorder=1, **fill)
        # A layer without neighbours has no area.
        axes.vlines(depths, low, high, color=TWIN_LINES[kind], lw=1.5, zorder=1)
    network = of_layers.drop_duplicates("layer").set_index("depth").reindex(depths)
    axes.plot(depths, network["value"], **look)
    axes.vlines(depths, network["low"], network["high"], color=look["color"], lw=0.8)
    largest = rows[(rows["layer"] == LARGEST) & rows["p"].notna()]
    p = [f"p = {row.p:.2g} ({row.kind})" for row in largest.itertuples()]
    axes.set_title("\n".join(p), loc="left", fontsize=5.5)


def _draw_baselines(axes: Axes, baselines: pd.DataFrame, style: Style) -> None:
    for row in baselines.itertuples():
        line = BASELINE_LINES[row.model]
        axes.axhline(row.value, color=style.colour(row.model), ls=line, lw=0.8)


def _legend(
    of_networks: pd.DataFrame,
    baselines: pd.DataFrame,
    looks: Mapping[str, Mapping],
    style: Style,
) -> Iterator[Line2D | Patch]:
    for diet, look in looks.items():
        name = f"trained on {diet}" if diet else "training data not stated"
        yield Line2D([], [], **look, label=name)
    for kind, fill in TWINS.items():
        if (of_networks["kind"] == kind).any():
            yield Patch(**fill, label=f"range of {kind} twins")
    for model in baselines["model"]:
        line = {"color": style.colour(model), "ls": BASELINE_LINES[model]}
        yield Line2D([], [], lw=0.8, label=label(model), **line)
