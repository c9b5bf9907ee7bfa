"""Response ratio over the natural sounds, of networks and the brain (paper Fig. 3c).

Each network's responses are also compared with six components of the brain's.
"""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from music_selectivity.figures.natural_style import ABSENT, COMPONENT_NAMES
from music_selectivity.figures.published import reported_sds, reported_values
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
from music_selectivity.measures import NATURAL_CORRELATION, NATURAL_RATIO
from music_selectivity.paper import NATURAL_RATIOS
from music_selectivity.vocabulary import COMPONENTS, FMRI, MS_UNITS, OTHER_UNITS

TITLE = "Response ratio over the natural sounds"
PANEL = "Fig. 3c"
CLIPS = "none"
INPUTS = {"statistics": "statistics"}
CLAIMS = ["3c", "3d"]
CHARTS = [
    {
        "value": "value",
        "label": "Response to music / response to other natural sounds",
        "along": "model",
        "panels": "condition",
        "only": {"measure": "natural_ratio"},
        "reference": [1, "no preference"],
    },
    {
        "value": "value",
        "label": "Correlation of music-selective units with a component of the brain",
        "along": "condition",
        "panels": "model",
        "only": {"measure": "natural_correlation"},
        "names": {
            "lowfreq": "low frequency",
            "highfreq": "high frequency",
            "envsounds": "environmental",
        },
        "reference": [0, "none"],
    },
]

# Where numbers are written, right of the ratios.
MEASURED_X, PAPER_X = 1.03, 1.44
# Ratios are drawn on a logarithmic scale, so that 2 and 1/2 are as far from 1.
TICKS = (0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16)


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Ratio of each network, and its correlation with each component of the brain.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measures natural_ratio and natural_correlation.

    Returns
    -------
    DataFrame
        model, seed, measure (natural_ratio, natural_correlation), condition (ms or
        others, the units; or the component), value; of the ratio of MS units also paper
        and paper_sd (NaN where it reports none). In drawn order.
    """
    ratios = NATURAL_RATIO.select(statistics).rename(columns={"units": "condition"})
    correlations = NATURAL_CORRELATION.select(statistics)
    correlations = correlations.rename(columns={"component": "condition"})
    parts = [
        ratios.assign(measure=NATURAL_RATIO.name),
        correlations.assign(measure=NATURAL_CORRELATION.name),
    ]
    found = pd.concat(parts, ignore_index=True)
    models = ordered_models(found["model"])
    found = found.assign(
        brain=found["model"] == FMRI, rank=found["model"].map(models.index)
    ).sort_values(["brain", "rank", "seed"], kind="stable", ignore_index=True)
    found = found[["model", "seed", "measure", "condition", "value"]]
    of_ms = found["condition"] == MS_UNITS
    paper = reported_values(NATURAL_RATIOS, found["model"])
    paper_sd = reported_sds(NATURAL_RATIOS, found["model"])
    return found.assign(
        paper=np.where(of_ms, paper, np.nan), paper_sd=np.where(of_ms, paper_sd, np.nan)
    )


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: left a row per model, right a row per component."""
    table = table[np.isfinite(table["value"].astype(float))]
    if table.empty:
        return empty_figure(ABSENT)
    models = list(table["model"].unique())
    figure = new_figure(PAGE_INCHES, max(2.4, 0.9 + 0.24 * len(models)))
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.15))
    ratios = table[table["measure"] == NATURAL_RATIO.name]
    correlations = table[table["measure"] == NATURAL_CORRELATION.name]
    _draw_ratios(left, ratios[ratios["value"] > 0], models, style)
    _draw_correlations(right, correlations, models, style)
    return figure


def _draw_ratios(
    axes: Axes, table: pd.DataFrame, models: list[str], style: Style
) -> None:
    """Draw a row per model, with the measured and the paper's number right of it."""
    for y, model in enumerate(models):
        rows = table[table["model"] == model]
        for units, hollow in ((OTHER_UNITS, True), (MS_UNITS, False)):
            values = rows.loc[rows["condition"] == units, "value"]
            colour = style.colour(model)
            axes.plot(
                values,
                y + spread(len(values), 0.22),
                "D" if model == FMRI else "o",
                color=colour,
                mfc="none" if hollow else colour,
                mew=0.6,
                ms=2.8 if hollow else 3.6,
                alpha=0.6 if hollow else 1,
            )
        _write(axes, y, rows[rows["condition"] == MS_UNITS])
    axes.axvline(1, color="black", lw=0.6, zorder=0)
    _scale_ratios(axes)
    axes.set_yticks(range(len(models)), [label(model, 16) for model in models])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(models) - 0.5, -0.5)
    axes.set_xlabel("Response ratio, music / other natural sounds")
    headings = {MEASURED_X: "mean ± SD"}
    if table["paper"].notna().any():
        headings[PAPER_X] = "paper (dotted)"
    for x, heading in headings.items():
        axes.text(x, 1.02, heading, transform=axes.transAxes, va="bottom")
    dot = {"marker": "o", "ls": "", "color": style.colour(OTHER)}
    axes.legend(
        handles=[
            Line2D([], [], ms=3.6, label="MS units", **dot),
            Line2D([], [], ms=2.8, mfc="none", mew=0.6, label="other units", **dot),
        ],
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=2,
        handlelength=1.2,
        handletextpad=0.4,
        columnspacing=1,
        borderaxespad=0.2,
    )


def _scale_ratios(axes: Axes) -> None:
    """Make the horizontal axis logarithmic, with ticks at simple ratios."""
    axes.set_xscale("log")
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, 0.8), max(high, 2.2))
    low, high = axes.get_xlim()
    ticks = [tick for tick in TICKS if low < tick < high]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)


def _write(axes: Axes, y: int, networks: pd.DataFrame) -> None:
    """Write the measured and the paper's number right of a row, and mark the latter."""
    if networks.empty:
        return
    place = {"transform": axes.get_yaxis_transform(), "va": "center_baseline"}
    values = networks["value"]
    axes.text(MEASURED_X, y, _mean_and_sd(values.mean(), values.std()), **place)
    paper, sd = networks[["paper", "paper_sd"]].iloc[0]
    if np.isfinite(paper):
        axes.text(PAPER_X, y, _mean_and_sd(paper, sd), **place)
        axes.vlines(paper, y - 0.42, y + 0.42, "black", ":", lw=0.8)


def _mean_and_sd(mean: float, sd: float) -> str:
    if not np.isfinite(sd):
        return f"{mean:.2f}"
    return f"{mean:.2f} ± {sd:.2f}" if sd >= 0.005 else f"{mean:.2f} ± {sd:.2g}"


def _draw_correlations(
    axes: Axes, table: pd.DataFrame, models: list[str], style: Style
) -> None:
    """Draw a row per component, and in it a line of dots per model, in their order."""
    shown = [model for model in models if (table["model"] == model).any()]
    heights = dict(zip(shown, spread(len(shown), 0.36), strict=True))
    for y, component in enumerate(COMPONENTS):
        rows = table[table["condition"] == component]
        for model, height in heights.items():
            values = rows.loc[rows["model"] == model, "value"]
            dots = {"color": style.colour(model), "mec": "white", "mew": 0.3}
            axes.plot(values, np.full(len(values), y + height), "o", ms=3.2, **dots)
        if y:
            axes.axhline(y - 0.5, color="#e6e6e6", lw=0.6, zorder=0)
    axes.axvline(0, color="black", lw=0.6, zorder=0)
    axes.set_yticks(range(len(COMPONENTS)), list(COMPONENT_NAMES.values()))
    axes.tick_params(axis="y", length=0)
    axes.set(xlim=(-1, 1), ylim=(len(COMPONENTS) - 0.5, -0.5))
    axes.set_xlabel("Correlation, MS units with component")
