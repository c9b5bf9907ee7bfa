"""Music-selectivity index of each unit: how it is spread, and whether it is reliable.

Left: the index on the split that units are chosen on (paper Fig. 2b, and Fig. S4b for
linear features). Right: the index on that split against the other split, of one network
and of linear features.
"""

from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from music_selectivity.analyses.selectivity import top_units
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
from music_selectivity.vocabulary import LINEAR_FEATURES, MUSIC, OTHER_SPLIT

TITLE = "Music-selectivity index of each unit"
PANEL = "Fig. S4b; extends Fig. 2b"
INPUTS = {"units": ["units", "feature_sources"]}
ARGUMENTS = {
    "fraction": "analysis.ms_fraction",
    "measured_split": "analysis.measured_split",
}

BINS = 48


def table(
    units: Mapping[tuple[str, int], pd.DataFrame],
    fraction: float,
    measured_split: str,
) -> pd.DataFrame:
    """Music-selectivity index of every unit or linear feature, on both splits.

    Parameters
    ----------
    units
        ``units.csv`` by (model, seed).
    fraction
        Share of units that are called music-selective, in (0, 1).
    measured_split
        On which responses are measured; units are chosen on the other split.

    Returns
    -------
    DataFrame
        model, seed, unit, msi (on the split that units are chosen on), msi_other (on
        the other), selective (among the top `fraction` by msi).
    """
    columns = ["model", "seed", "unit", "msi", "msi_other", "selective"]
    frames = []
    for (model, seed), frame in sorted(units.items()):
        msi = frame[f"msi_{OTHER_SPLIT[measured_split]}"].to_numpy(dtype=float)
        selective = np.zeros(len(msi), dtype=bool)
        selective[top_units(msi, fraction)] = True
        frames.append(
            frame[["unit"]].assign(
                model=model,
                seed=seed,
                msi=msi,
                msi_other=frame[f"msi_{measured_split}"].astype(float),
                selective=selective,
            )
        )
    if not frames:
        return pd.DataFrame(columns=columns)
    return pd.concat(frames, ignore_index=True)[columns]


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a histogram per model; scatter plots of one and features."""
    finite = table[np.isfinite(table["msi"].astype(float))]
    if finite.empty:
        return empty_figure("No music-selectivity index in this study")
    models = ordered_models(finite["model"])
    figure = new_figure(PAGE_INCHES, max(2.9, 0.75 * len(models) + 0.5))
    grid = figure.add_gridspec(len(models), 2, width_ratios=[1.35, 1])
    edges = np.histogram_bin_edges(finite["msi"], BINS)
    panels = [figure.add_subplot(grid[row, 0]) for row in range(len(models))]
    for axes, model in zip(panels, models, strict=True):
        _draw_histogram(axes, finite[finite["model"] == model], edges, style)
        axes.sharex(panels[0])
        axes.tick_params(labelbottom=axes is panels[-1])
    panels[-1].set_xlabel("Music-selectivity index")
    figure.supylabel("Units per network, or features", fontsize=LOOK["axes.labelsize"])
    features = [name for name in models[1:] if name in LINEAR_FEATURES]
    compared = models[:1] + features[:1]
    right = grid[:, 1].subgridspec(len(compared), 1)
    for row, model in enumerate(compared):
        first = finite[finite["model"] == model]
        first = first[first["seed"] == first["seed"].min()]
        _draw_scatter(figure.add_subplot(right[row]), first, style)
    return figure


def _draw_histogram(
    axes: Axes, units: pd.DataFrame, edges: np.ndarray, style: Style
) -> None:
    model, networks = units["model"].iloc[0], units["seed"].nunique()
    counts = np.histogram(units["msi"], edges)[0] / networks
    colour = style.colour(model)
    axes.bar(edges[:-1], counts, np.diff(edges), align="edge", color=colour)
    thresholds = units[units["selective"]].groupby("seed")["msi"].min()
    share = units["selective"].mean()
    if len(thresholds):
        axes.axvline(thresholds.mean(), color="black", lw=0.8, ls="--")
        axes.text(
            thresholds.mean(),
            0.97,
            f" top {share:.1%}",
            transform=axes.get_xaxis_transform(),
            va="top",
        )
    axes.axvline(0, color="black", lw=0.4, zorder=0)
    axes.set_title(label(model), loc="left", pad=2)


def _draw_scatter(axes: Axes, units: pd.DataFrame, style: Style) -> None:
    # A unit that responds to one group of a split alone may have an infinite index.
    both = units[np.isfinite(units[["msi", "msi_other"]].astype(float)).all(axis=1)]
    for selective, colour, text in (
        (False, style.colour(OTHER), "others"),
        (True, style.colour(MUSIC), "chosen as music-selective"),
    ):
        of_kind = both[both["selective"].astype(bool) == selective]
        axes.plot(
            of_kind["msi"], of_kind["msi_other"], "o", ms=2.6, color=colour, label=text
        )
    indices = both[["msi", "msi_other"]]
    low, high = indices.min().min(), indices.max().max()
    axes.plot([low, high], [low, high], color="black", lw=0.5, zorder=0)
    r = both["msi"].corr(both["msi_other"])
    model, seed = units["model"].iloc[0], units["seed"].iloc[0]
    network = "" if model in LINEAR_FEATURES else f", seed {seed}"
    axes.set_title(f"{label(model)}{network}: r = {r:.2f}", loc="left")
    axes.set(xlabel="Index on the selection split", ylabel="Index on the other split")
    axes.legend(loc="upper left", handletextpad=0.1)
