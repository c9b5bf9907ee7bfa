"""The inputs that drive single units most, as log-mel spectrograms."""

import math
from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from music_selectivity.figures.style import (
    COLOURS,
    LOOK,
    OTHER,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    new_figure,
    ordered_models,
)
from music_selectivity.vocabulary import MS_UNITS, RANDOM_UNITS, UNTRAINED

TITLE = "What single units prefer"
PANEL = "extends Fig. 2"
CLIPS = "all"
INPUTS = {
    "found": ["preferred_inputs", "preferred_inputs"],
    "log_mels": ["preferred_log_mels", "preferred_inputs"],
}
ARGUMENTS = {"sample_rate": "audio.sample_rate", "hop_length": "log_mel.hop_length"}

# Most columns of a picture; of a longer log-mel, neighbouring frames are averaged.
COLUMNS = 100
# Each model has two rows of pictures: of its network, and of the untrained one.
ROWS = {"": (MS_UNITS, RANDOM_UNITS), "\nuntrained": (UNTRAINED,)}
KIND_NAMES = {MS_UNITS: "MS unit", RANDOM_UNITS: "random unit", UNTRAINED: "unit"}
VERDICTS = {True: "kept", False: "failed"}
# What identifies an input, and its verdict.
KEY = ["model", "seed", "kind", "unit"]
VERDICT = ["heard", "percentile_99", "kept"]


def table(
    found: Mapping[tuple[str, int], pd.DataFrame],
    log_mels: Mapping[tuple[str, int], pd.DataFrame],
    sample_rate: int,
    hop_length: int,
) -> pd.DataFrame:
    """Preferred inputs and their verdicts, a row per mel band.

    Parameters
    ----------
    found, log_mels
        ``preferred_inputs.verdict_table`` and ``log_mel_table`` by (model, seed).
    sample_rate, hop_length
        Hz, and samples between two frames.

    Returns
    -------
    DataFrame
        model; seed; kind; unit; heard, the response to the sound; percentile_99 of the
        responses to clips; kept; band; and dB by the time of a frame, s, such as
        "0.012", or of the first of several that are averaged.
    """
    tables = [pd.DataFrame(columns=[*KEY, *VERDICT, "band"])]
    for (model, seed), verdicts in found.items():
        of_inputs = log_mels[model, seed]
        frames = of_inputs.columns[3:]
        together = math.ceil(len(frames) / COLUMNS)
        starts = range(0, len(frames), together)
        levels = pd.DataFrame(
            {
                f"{start * hop_length / sample_rate:.3f}": of_inputs[
                    frames[start : start + together]
                ].mean(axis=1)
                for start in starts
            }
        )
        keys = of_inputs[["kind", "unit", "band"]]
        keys = keys.merge(verdicts[["kind", "unit", *VERDICT]], on=["kind", "unit"])
        keys = keys.assign(model=model, seed=seed)[tables[0].columns]
        tables.append(pd.concat([keys, levels.round(1)], axis=1))
    return pd.concat(tables[1:] or tables, ignore_index=True)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: two rows of pictures per model, all with one colour scale."""
    if table.empty:
        return empty_figure(
            "No preferred inputs in this study: see analysis.preferred_inputs"
        )
    rows = [
        (model, name, shown)
        for model in ordered_models(table["model"])
        for name, kinds in ROWS.items()
        if len(shown := table[(table["model"] == model) & table["kind"].isin(kinds)])
    ]
    inputs = [list(shown.groupby(KEY, sort=False)) for _, _, shown in rows]
    figure = new_figure(PAGE_INCHES, 0.4 + 1.35 * len(rows))
    n_columns = max(map(len, inputs))
    panels = figure.subplots(len(rows), n_columns, sharey=True, squeeze=False)
    levels = table[_times(table)]
    limits = {"vmin": levels.min(axis=None), "vmax": levels.max(axis=None)}
    for (model, name, _), of_row, axes in zip(rows, inputs, panels, strict=True):
        for (_, shown), panel in zip(of_row, axes, strict=False):
            image = _draw_input(panel, shown, limits)
        for panel in axes[len(of_row) :]:
            panel.set_axis_off()
        axes[0].set_ylabel(f"{label(model, 24)}{name}\nMel band")
    figure.supxlabel("Time, s", fontsize=LOOK["axes.labelsize"])
    figure.colorbar(image, ax=panels, label="Level, dB", fraction=0.02, pad=0.01)
    return figure


def _draw_input(axes: Axes, shown: pd.DataFrame, limits: Mapping[str, float]):
    times = np.asarray(_times(shown), dtype=float)
    first = shown.iloc[0]
    image = axes.imshow(
        shown[_times(shown)],
        aspect="auto",
        origin="lower",
        cmap="magma",
        # Pixels as they are, in SVG too.
        interpolation="none",
        extent=(0, times[-1] + times[1], 0, len(shown)),
        **limits,
    )
    axes.set_title(
        f"{KIND_NAMES[first['kind']]} {first['unit']}: {VERDICTS[first['kept']]}\n"
        f"{first['heard']:.2f} (clips: {first['percentile_99']:.2f})",
        color="black" if first["kept"] else COLOURS[OTHER],
    )
    return image


def _times(table: pd.DataFrame) -> list[str]:
    """The columns that are named by a time."""
    return list(table.columns[table.columns.get_loc("band") + 1 :])
