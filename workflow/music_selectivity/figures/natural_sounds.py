"""Responses to each of the 165 natural sounds, sorted (paper Fig. 3b)."""

from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from music_selectivity.analyses.natural_sounds import CATEGORIES, MUSIC_CATEGORIES
from music_selectivity.figures.style import (
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    new_figure,
    ordered_models,
)

BRAIN = "fmri"
BRAIN_TITLE = "Music component of the brain (fMRI)"
ABSENT = "The folder of the natural sounds is not given:\nnatsound165.folder"

# Also for colour-blind readers: music warm, speech blue, voices violet, animals green.
CATEGORY_COLOURS = {
    "Music": "#8b0000",
    "Song": "#e8601c",
    "EngSpeech": "#1965b0",
    "ForSpeech": "#7bafde",
    "HumVoc": "#882e72",
    "HumNonVoc": "#caacdb",
    "AniVoc": "#4eb265",
    "AniNonVoc": "#cae0ab",
    "Nature": "#f7d95c",
    "Mechanical": "#555555",
    "EnvSound": "#b5b5b5",
}


def table(
    responses: Mapping[tuple[str, int], pd.DataFrame],
    sounds: pd.DataFrame | Mapping[object, object],
) -> pd.DataFrame:
    """Each sound's response, of MS units and of the brain's music component.

    Parameters
    ----------
    responses
        By model and seed, ``natsounds.sound_table``.
    sounds
        ``natsounds.read_sounds``; empty if the study has none.

    Returns
    -------
    DataFrame
        source (one model, without_music if it is there; fmri), networks (how many),
        sound, category, response (mean over networks, in units of its mean over
        sounds), largest first.
    """
    columns = ["source", "networks", "sound", "category", "response"]
    if not len(sounds):
        return pd.DataFrame(columns=columns)
    brain = sounds[["sound", "category"]].assign(response=sounds["component_music"])
    found = [brain.assign(source=BRAIN, networks=1)]
    for model in ordered_models([model for model, _ in responses])[:1]:
        networks = [table for (name, _), table in responses.items() if name == model]
        mean = pd.concat(networks).groupby("sound")["response"].mean()
        of_model = sounds[["sound", "category"]].assign(
            response=sounds["sound"].map(mean), source=model, networks=len(networks)
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
    """Figure of `table`: a row a source, a bar a sound, coloured by category."""
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
            for name, text in CATEGORIES.items()
            if name in present
        ],
        loc="outside lower center",
        ncols=6,
        handlelength=1,
        columnspacing=1,
    )
    return figure


def category_colour(category: str, style: Style) -> str:
    """Colour of a category; that of instrumental music is the study's for music."""
    return style.colour("music") if category == "Music" else CATEGORY_COLOURS[category]


def source_title(source: str, networks: int) -> str:
    """What a panel shows: the brain, or the MS units of so many networks."""
    if source == BRAIN:
        return BRAIN_TITLE
    several = f", mean of {networks} networks" if networks > 1 else ""
    return f"Music-selective units, {label(source)}{several}"


def _draw_source(axes: Axes, rows: pd.DataFrame, style: Style) -> None:
    """Bars of one source, and how many of as many first ones are music."""
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
