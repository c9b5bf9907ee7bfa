"""The look that all figures share, and how a figure is saved.

Figures are made without pyplot, so that no state is shared between them, and the same
table always gives the same bytes.
"""

import os
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import is_color_like
from matplotlib.figure import Figure

from music_selectivity import store
from music_selectivity.errors import InputError
from music_selectivity.vocabulary import (
    FMRI,
    GABOR,
    IDENTITY,
    L1_TOP,
    LEVEL,
    LINEAR_FEATURES,
    LOG_MEL,
    MEMORIZATION,
    MIXED,
    MSI_BOTTOM,
    MSI_MIDDLE,
    MSI_TOP,
    MUSIC,
    NO_UNITS,
    NONMUSIC,
    NOTEBOOK,
    OVERATH,
    PAPER_MODELS,
    PCA,
    RANDOM,
    UNTRAINED,
    WITH_MUSIC,
    WITHOUT_MUSIC,
    WITHOUT_MUSIC_AND_SPEECH,
)

COLUMN_INCHES, PAGE_INCHES = 3.5, 7.2

# What is neither a sound group nor a model of the paper.
OTHER = "other"

# Sound groups, then models in a palette safe for colour-blind readers (Okabe & Ito).
COLOURS = {
    MUSIC: "#8b0000",
    NONMUSIC: "#1f3f8b",
    MIXED: "#7b4a8b",
    OTHER: "#767676",
    WITHOUT_MUSIC: "#d55e00",
    WITH_MUSIC: "#009e73",
    UNTRAINED: "#767676",
    MEMORIZATION: "#cc79a7",
    WITHOUT_MUSIC_AND_SPEECH: "#0072b2",
    GABOR: "#e69f00",
    PCA: "#56b4e9",
    LOG_MEL: "#8c6d31",
    LEVEL: "#9a9a9a",
    FMRI: "#000000",
}
# Orders of the segments of quilts, from the same palette.
ORDER_COLOURS = {
    OVERATH: "#0072b2",
    NOTEBOOK: "#d55e00",
    RANDOM: "#009e73",
    IDENTITY: "#767676",
}

# The order in which figures list models; those of users follow by name.
MODELS = (*PAPER_MODELS, *LINEAR_FEATURES, LOG_MEL, LEVEL)

# Names that readers know, where they differ from those in tables.
SILENCED_NAMES = {
    NO_UNITS: "none",
    MSI_BOTTOM: "MSI bottom",
    MSI_MIDDLE: "MSI middle",
    MSI_TOP: "MSI top",
    L1_TOP: "L1 norm top",
}
NAMES = {
    GABOR: "Gabor filters",
    PCA: "PCA",
    LOG_MEL: "mean log-mel",
    LEVEL: "level",
    FMRI: "brain (fMRI)",
}

LOOK = {
    "font.family": "DejaVu Sans",
    "font.size": 7,
    "axes.titlesize": 7.5,
    "axes.labelsize": 7.5,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.minor.size": 1.5,
    "ytick.minor.size": 1.5,
    "lines.linewidth": 0.8,
    "lines.markersize": 4,
    "errorbar.capsize": 0,
    "savefig.dpi": 200,
    # Letters as outlines, so that the figure does not depend on installed fonts.
    "svg.fonttype": "path",
    "svg.hashsalt": "music_selectivity",
}


@dataclass(frozen=True)
class Style:
    """Colours by name of a sound group or model, which override `COLOURS`.

    Raises
    ------
    InputError
        For a colour that matplotlib does not know.
    """

    colours: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, colour in self.colours.items():
            if not is_color_like(colour):
                raise InputError(
                    f"figures.{name}: {colour!r} is not a colour; "
                    'give one such as "#8b0000" or "darkred"'
                )

    def colour(self, name: str) -> str:
        """Colour of a group or model; grey for a name that has none."""
        return {**COLOURS, **self.colours}.get(name, COLOURS[OTHER])


def new_figure(width: float, height: float) -> Figure:
    """Empty figure of the given size in inches, with automatic spacing of its parts."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def empty_figure(reason: str) -> Figure:
    """Figure that says why it shows nothing, in its SVG file also as description."""
    figure = new_figure(COLUMN_INCHES, 1.2)
    figure.set_label(reason)
    figure.text(0.5, 0.5, reason, ha="center", va="center", color=COLOURS[OTHER])
    return figure


def ordered_models(names: Iterable[str]) -> list[str]:
    """The models among `names`: the paper's in its order, then others by name."""
    present = set(names)
    known = [model for model in MODELS if model in present]
    return known + sorted(present.difference(MODELS))


def first_model(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the first of the `ordered_models`: without_music, if it is there."""
    first = ordered_models(rows["model"])[:1]
    return rows[rows["model"].isin(first)].reset_index(drop=True)


def label(model: str, width: int = 40) -> str:
    """Name of a model as readers see it, in lines of at most `width` letters."""
    name = NAMES.get(model, model.replace("_", " "))
    return textwrap.fill(name, width, break_long_words=False)


def networks_shown(count: int) -> str:
    """What marks and error bars show: "1 network", or mean and SD over several."""
    return "1 network" if count == 1 else f"mean ± SD of {count} networks"


def spread(count: int, width: float) -> np.ndarray:
    """Offsets in [-width, width] that keep the dots of `count` networks apart."""
    return np.linspace(-width, width, count) if count > 1 else np.zeros(count)


def mark_mean(axes: Axes, x: float, values: np.ndarray, colour: str) -> None:
    """Mark the mean of `values` at `x` by a bar, and mean +/- SD by a line.

    NaN are left out; a single value gets no line.
    """
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    if not len(values):
        return
    mean = values.mean()
    axes.plot([x - 0.11, x + 0.11], [mean, mean], color=colour, lw=2, zorder=4)
    if len(values) > 1:
        sd = values.std(ddof=1)
        axes.plot([x, x], [mean - sd, mean + sd], color=colour, lw=1, zorder=4)


@matplotlib.rc_context(LOOK)
def save(figure: Figure, table: pd.DataFrame, stem: str | os.PathLike) -> None:
    """Write `stem`.svg, `stem`.png (200 dpi) and, with the table, `stem`.csv.

    The files do not depend on the time or machine of the run.
    """
    stem = Path(stem)
    store.write_table(stem.with_name(f"{stem.name}.csv"), table)
    reason = figure.get_label() or None
    for suffix, metadata in (
        ("svg", {"Date": None, "Description": reason}),
        ("png", {"Software": None}),
    ):
        with store.atomic_path(stem.with_name(f"{stem.name}.{suffix}")) as path:
            figure.savefig(path, format=suffix, metadata=metadata)
        # Both formats share one layout, which takes as long as the drawing.
        figure.set_layout_engine(None)
