"""Response ratio of MS units with music at less and less power (paper Fig. 2c)."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from music_selectivity.figures.quilts import first_model, published_handle
from music_selectivity.figures.style import (
    COLUMN_INCHES,
    LOOK,
    Style,
    empty_figure,
    label,
    new_figure,
)

# Mean over five networks on AudioSet, by split and 1 / power: Fig. 2c.
PAPER = {
    ("train", 1): 1.97,
    ("train", 64): 1.70,
    ("eval", 1): 1.95,
    ("eval", 64): 1.68,
}
# Split, and how far beside the power, in octaves, it stands.
SPLITS = {"train": -0.12, "eval": 0.12}


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Response ratios of one model's networks, without_music where there is one.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measure power_ratio.

    Returns
    -------
    DataFrame
        model, seed, split (of the clips), divisor (music at 1/divisor of the power),
        ratio, paper (NaN where it gives none).
    """
    rows = first_model(statistics[statistics["measure"] == "power_ratio"])
    parts = rows["condition"].astype(str).str.split("/")
    rows = rows[["model", "seed"]].assign(
        split=parts.str[0].astype(str),
        divisor=parts.str[1].astype(int),
        ratio=rows["value"].astype(float),
    )
    keys = zip(rows["model"], rows["split"], rows["divisor"], strict=True)
    rows["paper"] = [
        PAPER.get((split, divisor), np.nan) if model == "without_music" else np.nan
        for model, split, divisor in keys
    ]
    rows["paper"] = rows["paper"].astype(float)
    return rows.sort_values(["model", "seed", "split", "divisor"], ignore_index=True)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: thin lines are networks, with mean and SD; colours splits."""
    if table.empty:
        return empty_figure("No responses to music at other levels in this study")
    colours = {"train": style.colour("other"), "eval": style.colour("without_music")}
    figure = new_figure(COLUMN_INCHES, 2.5)
    axes = figure.subplots()
    axes.axhline(1, color="black", lw=0.6, zorder=0)
    for split, shift in SPLITS.items():
        rows = table[table["split"] == split]
        rows = rows.assign(octave=np.log2(rows["divisor"]) + shift)
        rows = rows[np.isfinite(rows["ratio"])]
        for _, network in rows.groupby(["model", "seed"]):
            axes.plot(
                *(network["octave"], network["ratio"]),
                color=colours[split],
                lw=0.4,
                alpha=0.45,
            )
        ratios = rows.groupby("octave")["ratio"]
        mean, sd = ratios.mean(), ratios.std(ddof=1).fillna(0)
        axes.errorbar(
            *(mean.index, mean, sd),
            color=colours[split],
            marker="o",
            ms=3,
            lw=1.2,
            elinewidth=0.8,
            zorder=4,
        )
        published = rows.drop_duplicates("octave").dropna(subset="paper")
        axes.plot(
            *(published["octave"] + 1.5 * shift, published["paper"], "D"),
            color=colours[split],
            mfc="white",
            mew=0.7,
            ms=3,
            zorder=5,
        )
    divisors = np.sort(table["divisor"].unique())
    names = ["1" if divisor == 1 else f"1/{divisor}" for divisor in divisors]
    axes.set_xticks(np.log2(divisors), names)
    axes.set_xlabel("Power of music / power of other sounds")
    axes.set_ylabel("Response ratio, music / other sounds")
    handles = [
        Line2D([], [], color=colour, marker="o", ms=3, label=f"{split} clips")
        for split, colour in colours.items()
    ]
    if table["paper"].notna().any():
        handles.append(published_handle())
    figure.legend(
        handles=handles,
        loc="outside upper center",
        ncols=3,
        handlelength=1.4,
        columnspacing=1.2,
        title=label(table["model"].iloc[0]),
        title_fontsize=LOOK["axes.titlesize"],
    )
    return figure
