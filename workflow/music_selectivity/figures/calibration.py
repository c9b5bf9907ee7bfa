"""Response ratios and p-values of permuted labels: what chance alone gives.

Hollow bars are of units chosen on the clips that they are measured on. With true labels
the same choice would inflate their ratio by as much.
"""

from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy import stats

from music_selectivity.figures.style import (
    COLUMN_INCHES,
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    new_figure,
    ordered_models,
)
from music_selectivity.measures import RATIO_PERMUTATION_P, RESPONSE_RATIO
from music_selectivity.vocabulary import MEASURED_SPLIT

TITLE = "Response ratios of permuted labels"
PANEL = "not in the paper"
CLIPS = "eval"
INPUTS = {
    "permutations": ["permutations", "feature_sources"],
    "statistics": "statistics",
}

# Percentiles that bars and the band of p-values span.
LOW, HIGH = 2.5, 97.5
LEVELS = np.linspace(0, 1, 41)
BAND_COLOUR = "#dedede"
# Space between models, in rows of the panel.
GAP = 0.8
# Fewer rows than these leave space around them.
LEAST_ROWS = 8


def table(
    permutations: Mapping[tuple[str, int], pd.DataFrame], statistics: pd.DataFrame
) -> pd.DataFrame:
    """Null of each network's response ratio, and how its p-values are distributed.

    Parameters
    ----------
    permutations
        ``calibration.permuted_ratios`` by (model, seed).
    statistics
        ``statistics.csv``: measures response_ratio and ratio_permutation_p.

    Returns
    -------
    DataFrame
        model; seed; permutations, their number; panel, "ratio" or "p", and for it:

        - ratio: the one measured; low and high, percentiles 2.5 and 97.5 of permuted
          ones; same_split_low and same_split_high, of those of units chosen and
          measured on the same clips; permutation_p, of the one measured. All NaN where
          responses change sign, as those of principal components: they have no ratio.
        - level, and share, of the permutations whose p-value is at most that.
    """
    ratio, permutation_p = (
        measure.select(statistics, split=MEASURED_SPLIT)
        .set_index(["model", "seed"])["value"]
        .to_dict()
        for measure in (RESPONSE_RATIO, RATIO_PERMUTATION_P)
    )
    rows = []
    for (model, seed), null in permutations.items():
        network = {"model": model, "seed": seed, "permutations": len(null)}
        row = network | {"panel": "ratio"}
        if (null[["ratio", "same_split_ratio"]] > 0).all(axis=None):
            ends = [LOW / 100, HIGH / 100]
            row["ratio"] = ratio.get((model, seed))
            row["low"], row["high"] = null["ratio"].quantile(ends)
            row["same_split_low"], row["same_split_high"] = null[
                "same_split_ratio"
            ].quantile(ends)
            row["permutation_p"] = permutation_p.get((model, seed))
        rows.append(row)
        shares = (null["p"].to_numpy() <= LEVELS[:, None]).mean(axis=1)
        rows += [
            network | {"panel": "p", "level": level, "share": share}
            for level, share in zip(LEVELS, shares, strict=True)
        ]
    columns = ["model", "seed", "permutations", "panel", "ratio", "low", "high"]
    columns += ["same_split_low", "same_split_high", "permutation_p", "level", "share"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype(dict.fromkeys(columns[4:], float))


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: on the left a row per network, on the right a line."""
    if table.empty:
        return empty_figure("No permuted labels in this study")
    ratios = table[(table["panel"] == "ratio") & table["low"].notna()]
    p_values = table[table["panel"] == "p"]
    if ratios.empty:  # Features that change sign have no ratio.
        figure = new_figure(COLUMN_INCHES, 2.9)
        _draw_p(figure.subplots(), p_values, style)
        return figure
    n_rows = len(ratios) + GAP * ratios["model"].nunique()
    figure = new_figure(PAGE_INCHES, max(2.9, 0.9 + 0.13 * n_rows))
    left, right = figure.subplots(1, 2, width_ratios=(1.35, 1))
    _draw_ratios(left, ratios, style)
    _draw_p(right, p_values, style)
    return figure


def _draw_ratios(axes: Axes, table: pd.DataFrame, style: Style) -> None:
    axes.axvline(1, color="black", lw=0.6, zorder=0)
    axes.use_sticky_edges = False  # keeps bars off the axis
    row, centres = 0.0, {}
    for model in ordered_models(table["model"]):
        networks = table[table["model"] == model].sort_values("seed")
        rows = row + np.arange(len(networks))
        colour = style.colour(model)
        null = networks["high"] - networks["low"]
        axes.barh(rows, null, 0.55, networks["low"], color="black", lw=0)
        same = networks["same_split_high"] - networks["same_split_low"]
        axes.barh(
            rows,
            same,
            0.55,
            networks["same_split_low"],
            color="white",
            ec="black",
            lw=0.6,
        )
        axes.plot(networks["ratio"], rows, "o", color=colour, mec="white", mew=0.4)
        centres[label(model, 18)] = rows.mean()
        row = rows[-1] + 1 + GAP
    axes.set_yticks(list(centres.values()), list(centres))
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(max(row, LEAST_ROWS) - 0.5, min(0, row - LEAST_ROWS) - 0.8)
    axes.set_xlabel("Response ratio, music / other sounds")
    axes.legend(
        handles=[
            Line2D([], [], marker="o", ls="", color="#767676", label="true labels"),
            Patch(color="black", lw=0, label="permuted labels"),
            Patch(fc="white", ec="black", lw=0.6, label="permuted, same clips"),
        ],
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=3,
        handlelength=1,
        handletextpad=0.5,
        columnspacing=1,
        borderaxespad=0.3,
    )


def _draw_p(axes: Axes, table: pd.DataFrame, style: Style) -> None:
    n = table["permutations"].max()
    low, high = (stats.binom.ppf(end / 100, n, LEVELS) / n for end in (LOW, HIGH))
    axes.fill_between(
        LEVELS, low - LEVELS, high - LEVELS, color=BAND_COLOUR, lw=0, zorder=0
    )
    axes.axhline(0, color="black", lw=0.6, zorder=1)
    for model in ordered_models(table["model"]):
        colour = style.colour(model)
        for _, network in table[table["model"] == model].groupby("seed"):
            excess = network["share"] - network["level"]
            axes.plot(network["level"], excess, color=colour, lw=0.6)
    axes.set_xlim(0, 1)
    axes.set_xlabel("p, permuted music against other sounds")
    axes.set_ylabel("Share of permutations at or below p, minus p")
    axes.legend(
        handles=[
            Line2D([], [], color="black", lw=0.6, label="uniform"),
            Patch(color=BAND_COLOUR, lw=0, label="95 % of uniform samples"),
        ],
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=2,
        handlelength=1.2,
        handletextpad=0.5,
        columnspacing=1,
        borderaxespad=0.3,
    )
