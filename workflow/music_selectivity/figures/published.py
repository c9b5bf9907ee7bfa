"""The paper's numbers in figures: their values, and the marks that show them."""

import math
from collections.abc import Hashable, Iterable, Mapping

import numpy as np
from matplotlib.lines import Line2D

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


def dotted_handle(text: str = ON_AUDIOSET) -> Line2D:
    """Legend entry of dotted lines, which mark the paper's numbers across an axis."""
    return Line2D([], [], color="black", ls=":", lw=0.8, label=text)
