"""Prediction of the brain's responses to the natural sounds, and similarity to them."""

from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from music_selectivity.figures.natural_style import ABSENT, COMPONENT_NAMES
from music_selectivity.figures.style import (
    LOOK,
    OTHER,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    new_figure,
    ordered_models,
    spread,
)
from music_selectivity.measures import (
    BRAIN_PREDICTION,
    BRAIN_PREDICTION_BY_UNITS,
    BRAIN_PREDICTION_P,
    BRAIN_SIMILARITY,
    BRAIN_SIMILARITY_P,
    KEY,
)
from music_selectivity.stats.intervals import (
    clips_estimate,
    difference_estimate,
    mean_estimate,
)
from music_selectivity.vocabulary import (
    ALL_UNITS,
    CKA,
    GABOR,
    LEVEL,
    LOG_MEL,
    MS_UNITS,
    MUSIC_COMPONENT,
    RANDOM_UNITS,
    RSA,
)

TITLE = "Prediction of the brain's responses"
PANEL = "not in the paper"
CLIPS = "none"
INPUTS = {"measures": ["measures_of_brain", "brain"]}
CHARTS = [
    {
        "value": "value",
        "label": "Correlation of predicted and measured responses of a component",
        "along": "model",
        "panels": "condition",
        "only": {"measure": "brain_prediction"},
        "names": {
            "lowfreq": "low frequency",
            "highfreq": "high frequency",
            "envsounds": "environmental",
        },
        "reference": [0, "none"],
    },
    {
        "value": "value",
        "label": "Prediction of the music component by sets of units",
        "along": "model",
        "panels": "condition",
        "only": {"measure": "brain_prediction_by_units"},
        "names": {"all": "all units", "random": "as many other units"},
        "reference": [0, "none"],
    },
    {
        "value": "value",
        "label": "Similarity to the responses of voxels",
        "along": "model",
        "panels": "condition",
        "only": {"measure": "brain_similarity"},
        "names": {"rsa": "RSA", "cka": "CKA"},
        "reference": [0, "none"],
    },
]

# One set of features each, which does not vary between networks.
SINGLE = (GABOR, LOG_MEL, LEVEL)
P_OF = {BRAIN_PREDICTION: BRAIN_PREDICTION_P, BRAIN_SIMILARITY: BRAIN_SIMILARITY_P}
# The small panels, with their titles.
SMALL = {
    (BRAIN_PREDICTION.name, name): title
    for name, title in COMPONENT_NAMES.items()
    if name != MUSIC_COMPONENT
} | {(BRAIN_SIMILARITY.name, name): name.upper() for name in (RSA, CKA)}
# How sets of units are marked, and how far from the middle of a row.
UNIT_SETS = {
    ALL_UNITS: ("all", "o", -0.25),
    MS_UNITS: ("music-selective", "D", 0.0),
    RANDOM_UNITS: ("as many others", "x", 0.25),
}
# Where differences are written, right of the predictions.
DIFFERENCE_X = 1.03
COLUMNS = [*KEY, "value", "p", "mean", "low", "high", "above", "above_low"]
COLUMNS += ["above_high"]


def table(measures: Mapping[tuple[str, int], pd.DataFrame]) -> pd.DataFrame:
    """Predictions and similarities of each network, with intervals of each model.

    Parameters
    ----------
    measures
        By model and seed, the measures of the rules brain and brain_baselines, with
        replicates.

    Returns
    -------
    DataFrame
        model, seed, measure, condition (a component; rsa or cka; all, ms or random: the
        units that predict the music component), value, p (against permuted sounds; NaN
        for sets of units); and of the model mean, low and high, the 95 % interval for
        other networks and sounds, and above, above_low and above_high, how far it
        exceeds the mean log-mel spectrum. In drawn order.
    """
    if not measures:
        return pd.DataFrame(columns=COLUMNS)
    everything = pd.concat(
        rows.assign(model=model, seed=seed) for (model, seed), rows in measures.items()
    )
    of_p = {p.name: measure.name for measure, p in P_OF.items()}
    p = everything[everything["measure"].isin(of_p)]
    p = p.assign(measure=p["measure"].map(of_p)).rename(columns={"value": "p"})
    names = [*of_p.values(), BRAIN_PREDICTION_BY_UNITS.name]
    shown = everything[everything["measure"].isin(names)]
    shown = shown.merge(p[[*KEY, "p"]], how="left", on=KEY)
    tables = []
    for _, rows in shown.groupby(["measure", "condition"], sort=False):
        baseline = _replicates(rows[rows["model"] == LOG_MEL])
        for model in ordered_models(rows["model"]):
            networks = rows[rows["model"] == model].sort_values("seed")
            estimates = _estimates(model, _replicates(networks), baseline)
            tables.append(networks[[*KEY, "value", "p"]].assign(**estimates))
    return pd.concat(tables, ignore_index=True)[COLUMNS]


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: the music component above; the others, and similarity."""
    table = table[np.isfinite(table["value"].astype(float))]
    if table.empty:
        return empty_figure(ABSENT)
    models = ordered_models(table["model"])
    of_figure = table.groupby(["measure", "condition"])
    panels = {key: of_figure.get_group(key) for key in of_figure.groups}
    figure = new_figure(PAGE_INCHES, 1.7 + 0.38 * len(models))
    above, below = figure.subfigures(2, 1, height_ratios=(1.2, 1))
    left, right = above.subplots(1, 2)
    of_music = panels.pop((BRAIN_PREDICTION.name, MUSIC_COMPONENT), table.iloc[:0])
    _draw_models(left, of_music, models, style)
    _write_differences(left, of_music, models)
    left.set_xlabel("Prediction of the music component, r")
    _draw_unit_sets(right, panels, models, style)
    small = below.subplots(1, len(SMALL))
    for axes, (key, title) in zip(small, SMALL.items(), strict=True):
        _draw_models(axes, panels.get(key, table.iloc[:0]), models, style)
        axes.set_title(title)
        if axes is not small[0]:
            axes.set_yticklabels([])
    return figure


def _replicates(rows: pd.DataFrame) -> np.ndarray:
    """Values with their replicates, (networks, 1 + draws)."""
    draws = [name for name in rows if name.startswith("draw_")]
    return rows[["value", *draws]].to_numpy(np.float64)


def _estimates(
    model: str, values: np.ndarray, baseline: np.ndarray
) -> dict[str, float]:
    """Mean over networks and its difference from the baseline, with intervals."""
    nothing = np.full(values[:1].shape, np.nan)
    baseline = nothing if model == LOG_MEL or not len(baseline) else baseline
    if model in SINGLE:
        mean = clips_estimate(values[0])
        difference = clips_estimate(values[0] - baseline[0])
    else:
        mean = mean_estimate(values)
        difference = difference_estimate(values, baseline, paired=False)
    found = {}
    for name, prefix, estimate in (("mean", "", mean), ("above", "above_", difference)):
        low, high = estimate.interval()
        found |= {name: estimate.value, f"{prefix}low": low, f"{prefix}high": high}
    return found


def _draw_models(
    axes: Axes,
    rows: pd.DataFrame,
    models: list[str],
    style: Style,
    shift: float = 0.0,
    mark: str = "o",
) -> None:
    """Draw a row per model: a dot per network, and the mean with its interval."""
    for y, model in enumerate(models):
        networks = rows[rows["model"] == model]
        if networks.empty:
            continue
        colour = style.colour(model)
        values, first = networks["value"], networks.iloc[0]
        heights = y + shift + spread(len(values), 0.08)
        axes.plot(values, heights, "o", color=colour, ms=2, alpha=0.4, mew=0)
        axes.plot([first["low"], first["high"]], [y + shift] * 2, color=colour, lw=1.2)
        axes.plot(first["mean"], y + shift, mark, color=colour, ms=3.6, zorder=3)
    axes.axvline(0, color="black", lw=0.6, zorder=0)
    axes.set_yticks(range(len(models)), [label(model, 16) for model in models])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(models) - 0.5, -0.5)


def _write_differences(axes: Axes, rows: pd.DataFrame, models: list[str]) -> None:
    """Write by how much each model exceeds the mean log-mel spectrum."""
    place = {"transform": axes.get_yaxis_transform(), "va": "center_baseline"}
    for y, model in enumerate(models):
        above = rows.loc[rows["model"] == model, ["above", "above_low", "above_high"]]
        if above.empty or not np.isfinite(above.iloc[0, 0]):
            continue
        value, low, high = above.iloc[0]
        interval = f" ({low:+.2f} to {high:+.2f})" if np.isfinite(low) else ""
        axes.text(DIFFERENCE_X, y, f"{value:+.2f}{interval}", **place)
    heading = f"above {label(LOG_MEL)}"
    axes.text(DIFFERENCE_X, 1.02, heading, transform=axes.transAxes, va="bottom")


def _draw_unit_sets(
    axes: Axes,
    panels: Mapping[tuple[str, str], pd.DataFrame],
    models: list[str],
    style: Style,
) -> None:
    """Draw predictions of the music component by sets of units, one below the other."""
    for units, (_, mark, shift) in UNIT_SETS.items():
        rows = panels.get((BRAIN_PREDICTION_BY_UNITS.name, units))
        if rows is not None:
            _draw_models(axes, rows, models, style, shift, mark)
    axes.set_yticks(range(len(models)), [])
    axes.set_xlabel("Prediction of the music component, r")
    grey = style.colour(OTHER)
    axes.legend(
        handles=[
            Line2D([], [], color=grey, marker=mark, ls="", ms=3.6, label=name)
            for name, mark, _ in UNIT_SETS.values()
        ],
        title="units",
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=3,
        handlelength=1,
        columnspacing=1,
        borderaxespad=0.2,
    )
