"""Mean response of all units to music and to other sounds (paper Fig. 2a)."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from music_selectivity.figures.style import (
    FEATURES,
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    mark_mean,
    new_figure,
    ordered_models,
)

# Mean effect size of five networks on AudioSet: Fig. 2a.
PAPER = {"without_music": 0.689}


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Mean response and effect size of each network, on the split not selected on.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measures mean_response and effect_size.

    Returns
    -------
    DataFrame
        model, seed, music, nonmusic, effect_size (common-language, over clips: the
        chance that a music clip drives the units more than another clip does), paper
        (the published effect size, NaN where there is none).
    """
    wanted = statistics[
        statistics["measure"].isin(["mean_response", "effect_size"])
        & ~statistics["model"].isin(FEATURES)
    ]
    wide = wanted.pivot_table(
        index=["model", "seed"], columns="condition", values="value", sort=False
    ).reset_index()
    wide = wide.rename(columns={"all_units": "effect_size"}).rename_axis(columns=None)
    wide = wide.reindex(columns=["model", "seed", "music", "nonmusic", "effect_size"])
    wide["paper"] = wide["model"].map(PAPER).astype(float)
    return wide.sort_values(["model", "seed"], ignore_index=True)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a panel a model, a pair of joined dots a network."""
    if table.empty:
        return empty_figure("No responses in this study")
    models = ordered_models(table["model"])
    figure = new_figure(min(PAGE_INCHES, 0.6 + 1.32 * max(2, len(models))), 2.3)
    # Responses have no unit and their scale differs by model: each has its own axis.
    panels = figure.subplots(1, len(models), squeeze=False)[0]
    for axes, model in zip(panels, models, strict=True):
        networks = table[table["model"] == model]
        for row in networks.itertuples():
            axes.plot([0, 1], [row.music, row.nonmusic], color="#bbbbbb", zorder=1)
        for x, group in enumerate(("music", "nonmusic")):
            values = networks[group].to_numpy(dtype=float)
            axes.plot(
                *(np.full(len(values), x), values, "o"),
                color=style.colour(group),
                ms=3.5,
                mec="white",
                mew=0.4,
            )
            mark_mean(axes, x + (-0.3 if x == 0 else 0.3), values, style.colour(group))
        effect, paper = networks["effect_size"].mean(), networks["paper"].iloc[0]
        title = f"{label(model, 16)}\neffect size {effect:.3f}"
        if np.isfinite(paper):
            title += f"\n(paper {paper:.3f})"
        axes.set_title(title)
        axes.set_xticks([0, 1], ["music", "other\nsounds"])
        axes.set_xlim(-0.65, 1.65)
        axes.locator_params(axis="y", nbins=4)
        # Room for mean + SD too, which marks beside the dots show.
        top = max(0, np.nan_to_num(axes.dataLim.y1, neginf=0))
        axes.set_ylim(0, 1.08 * top if top > 0 else 1)
    panels[0].set_ylabel("Mean response of all units")
    return figure
