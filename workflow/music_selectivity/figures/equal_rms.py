"""Response ratio of MS units with music at lower and lower levels (paper Fig. 2c)."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from music_selectivity.figures.published import name_lines, reported_values
from music_selectivity.figures.style import (
    COLUMN_INCHES,
    LOOK,
    OTHER,
    Style,
    empty_figure,
    first_model,
    new_figure,
)
from music_selectivity.measures import EQUAL_RMS_RATIO
from music_selectivity.paper import EQUAL_RMS_RATIOS
from music_selectivity.vocabulary import EVAL, TRAIN, WITHOUT_MUSIC

TITLE = "Response ratio at equal and at lower levels"
PANEL = "Fig. 2c"
CLIPS = "both"
INPUTS = {"statistics": "statistics"}
CLAIMS = ["2c"]
CHARTS = [
    {
        "value": "ratio",
        "label": "Response to music / response to other sounds",
        "along": "divisor",
        "axis": "Power of other sounds / power of music",
        "kind": "lines",
        "series": "split",
        "names": {"train": "train clips", "eval": "eval clips"},
        "reference": [1, "no preference"],
    }
]

# By split: how far its marks are shifted, in octaves of power.
SHIFTS = {TRAIN: -0.12, EVAL: 0.12}


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Response ratios of the networks of one model: of without_music, if it is there.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measure equal_rms_ratio.

    Returns
    -------
    DataFrame
        model, seed, split (of the clips), divisor (music at 1/divisor of the power),
        ratio, paper (NaN where it reports none).
    """
    rows = first_model(EQUAL_RMS_RATIO.select(statistics))
    rows = rows.rename(columns={"value": "ratio"})
    keys = zip(rows["split"], rows["divisor"], strict=True)
    paper = reported_values(EQUAL_RMS_RATIOS, keys)
    rows["paper"] = np.where(rows["model"] == WITHOUT_MUSIC, paper, np.nan)
    return rows.sort_values(["model", "seed", "split", "divisor"], ignore_index=True)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: thin lines are networks, with mean and SD; colours splits."""
    if table.empty:
        return empty_figure("No responses to music at other levels in this study")
    colours = {TRAIN: style.colour(OTHER), EVAL: style.colour(WITHOUT_MUSIC)}
    figure = new_figure(COLUMN_INCHES, 2.5)
    axes = figure.subplots()
    axes.axhline(1, color="black", lw=0.6, zorder=0)
    for split, shift in SHIFTS.items():
        rows = table[table["split"] == split]
        rows = rows.assign(octave=np.log2(rows["divisor"]) + shift)
        rows = rows[np.isfinite(rows["ratio"])]
        for _, network in rows.groupby(["model", "seed"]):
            axes.plot(
                network["octave"],
                network["ratio"],
                color=colours[split],
                lw=0.4,
                alpha=0.45,
            )
        ratios = rows.groupby("octave")["ratio"]
        mean, sd = ratios.mean(), ratios.std(ddof=1).fillna(0)
        axes.errorbar(
            mean.index,
            mean,
            sd,
            color=colours[split],
            marker="o",
            ms=3,
            lw=1.2,
            elinewidth=0.8,
            zorder=4,
        )
        published = rows.drop_duplicates("octave").dropna(subset="paper")
        axes.plot(
            published["octave"] + 1.5 * shift,
            published["paper"],
            "D",
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
    named = {f"{split} clips": colour for split, colour in colours.items()}
    name_lines(figure, table, named)
    return figure
