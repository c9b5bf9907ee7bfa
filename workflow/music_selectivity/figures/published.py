"""The paper's numbers in figures: their values, and the marks that show them."""

import math
from collections.abc import Hashable, Iterable, Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from music_selectivity.figures.style import LOOK, label
from music_selectivity.paper import Reported

ON_AUDIOSET = "paper, AudioSet"
_NOT_REPORTED = Reported(math.nan)


def reported_values(
    reported: Mapping[Hashable, Reported], keys: Iterable[Hashable]
) -> np.ndarray:
    """The paper's number for each key, (keys,); NaN where it reports none."""
    return np.array([reported.get(key, _NOT_REPORTED).value for key in keys], float)


def reported_sds(
    reported: Mapping[Hashable, Reported], keys: Iterable[Hashable]
) -> np.ndarray:
    """The SD over the paper's networks for each key, (keys,); NaN where none is."""
    return np.array([reported.get(key, _NOT_REPORTED).sd for key in keys], float)


def diamond_handle() -> Line2D:
    """Legend entry of diamonds, which mark the paper's numbers along an axis."""
    return Line2D(
        [],
        [],
        color="black",
        marker="D",
        mfc="white",
        mew=0.6,
        ms=3,
        ls="",
        label=ON_AUDIOSET,
    )


def name_lines(figure: Figure, table: pd.DataFrame, colours: Mapping[str, str]) -> None:
    """Legend of lines with dots, above a figure that shows the networks of one model.

    Parameters
    ----------
    figure
    table
        What is drawn: model, paper. Diamonds are named if the paper reports a number.
    colours
        Colour of the line by its name.
    """
    handles = [
        Line2D([], [], color=colour, marker="o", ms=3, label=name)
        for name, colour in colours.items()
    ]
    if table["paper"].notna().any():
        handles.append(diamond_handle())
    figure.legend(
        handles=handles,
        loc="outside upper center",
        ncols=len(handles),
        handlelength=1.4,
        columnspacing=1.2,
        title=label(table["model"].iloc[0]),
        title_fontsize=LOOK["axes.titlesize"],
    )


def dotted_handle(text: str = ON_AUDIOSET) -> Line2D:
    """Legend entry of dotted lines, which mark the paper's numbers across an axis."""
    return Line2D([], [], color="black", ls=":", lw=0.8, label=text)
