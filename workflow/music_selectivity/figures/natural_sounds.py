"""Responses to each of the 165 natural sounds, sorted (paper Fig. 3b)."""

from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from music_selectivity.figures.natural_style import (
    ABSENT,
    category_colour,
    source_title,
)
from music_selectivity.figures.style import (
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    first_model,
    new_figure,
)
from music_selectivity.vocabulary import (
    FMRI,
    MUSIC_CATEGORIES,
    MUSIC_COMPONENT,
    NATURAL_CATEGORIES,
)

TITLE = "Responses to the 165 natural sounds"
PANEL = "Fig. 3b"
CLIPS = "none"
INPUTS = {"responses": ["sounds", "natural_sounds"], "sounds": "natural_sounds"}


def table(
    responses: Mapping[tuple[str, int], pd.DataFrame], sounds: pd.DataFrame | None
) -> pd.DataFrame:
    """Each sound's response, of MS units and of the brain's music component.

    Parameters
    ----------
    responses
        By model and seed, ``analyses.natural_sounds.sound_table``.
    sounds
        ``stimuli.natural_sounds.read_sounds``; None if the study has none.

    Returns
    -------
    DataFrame
        source (one model, without_music if it is there; fmri), networks (how many),
        sound, category, response (mean over networks, in units of its mean over
        sounds), largest first.
    """
    columns = ["source", "networks", "sound", "category", "response"]
    if sounds is None:
        return pd.DataFrame(columns=columns)
    of_brain = sounds[f"component_{MUSIC_COMPONENT}"]
    brain = sounds[["sound", "category"]].assign(response=of_brain)
    found = [brain.assign(source=FMRI, networks=1)]
    tables = [
        table.assign(model=model, seed=seed)
        for (model, seed), table in responses.items()
    ]
    if tables:
        networks = first_model(pd.concat(tables))
        mean = networks.groupby("sound")["response"].mean()
        of_model = sounds[["sound", "category"]].assign(
            response=sounds["sound"].map(mean),
            source=networks["model"].iloc[0],
            networks=networks["seed"].nunique(),
        )
        found.insert(0, of_model)
    for rows in found:
        rows["response"] /= rows["response"].mean()
    found = [
        rows.sort_values("response", ascending=False, kind="stable") for rows in found
    ]
    return pd.concat(found, ignore_index=True)[columns]


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a row per source, a bar per sound, coloured by category."""
    table = table[np.isfinite(table["response"].astype(float))]
    if table.empty:
        return empty_figure(ABSENT)
    sources = list(table["source"].unique())
    figure = new_figure(PAGE_INCHES, 0.6 + 1.6 * len(sources))
    panels = figure.subplots(len(sources), 1, squeeze=False).ravel()
    for axes, source in zip(panels, sources, strict=True):
        _draw_source(axes, table[table["source"] == source], style)
    panels[-1].set_xlabel("Natural sounds, by response")
    present = set(table["category"])
    figure.legend(
        handles=[
            Patch(color=category_colour(name, style), label=text)
            for name, text in NATURAL_CATEGORIES.items()
            if name in present
        ],
        loc="outside lower center",
        ncols=6,
        handlelength=1,
        columnspacing=1,
    )
    return figure


def _draw_source(axes: Axes, rows: pd.DataFrame, style: Style) -> None:
    """Draw the bars of one source; of n sounds of music, count those in the first n."""
    colours = [category_colour(name, style) for name in rows["category"]]
    axes.bar(range(len(rows)), rows["response"], width=0.9, color=colours)
    axes.axhline(1, color="black", lw=0.5, ls=":")
    axes.set(xlim=(-1, len(rows)), xticks=[], ylabel="Response\n(mean sound = 1)")
    title = source_title(rows["source"].iloc[0], rows["networks"].iloc[0])
    axes.set_title(title, loc="left")
    music = rows["category"].isin(MUSIC_CATEGORIES).to_numpy()
    count = music.sum()
    if count:
        found = f"music among the first {count}: {music[:count].sum()}"
        axes.set_title(found, loc="right")
