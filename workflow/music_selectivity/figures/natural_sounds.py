"""Responses to each of the 165 natural sounds, sorted (paper Fig. 3b)."""

from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from music_selectivity.figures.style import (
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    new_figure,
)
from music_selectivity.natsounds import CATEGORIES

MODEL = "without_music"
ABSENT = "No natural sounds in this study: give their folder as natsound165.folder"

# As told apart by colour-blind readers too: music warm, speech blue, voices violet.
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
    responses: Mapping[tuple[str, int], pd.DataFrame], sounds: pd.DataFrame | None
) -> pd.DataFrame:
    """Each sound's response, of MS units and of the brain's music component.

    Parameters
    ----------
    responses
        By model and seed, ``natsounds.sound_table``.
    sounds
        ``natsounds.read_sounds``; None or empty if the study has none.

    Returns
    -------
    DataFrame
        source (without_music, fmri), sound, category, response (mean over networks, in
        units of its mean over sounds), networks (how many), largest first.
    """
    found = []
    networks = [table for (model, _), table in responses.items() if model == MODEL]
    if networks:
        mean = pd.concat(networks).groupby("sound")["response"].mean()
        rows = networks[0][["sound", "category"]].assign(source=MODEL)
        found.append(rows.assign(response=rows["sound"].map(mean)))
    if sounds is not None and len(sounds):
        rows = sounds[["sound", "category"]].assign(source="fmri")
        found.append(rows.assign(response=sounds["component_music"]))
    columns = ["source", "sound", "category", "response", "networks"]
    if not found:
        return pd.DataFrame(columns=columns)
    frame = pd.concat(found, ignore_index=True)
    frame["networks"] = np.where(frame["source"] == MODEL, len(networks), 0)
    frame["response"] /= frame.groupby("source")["response"].transform("mean")
    order = ["source", "response"]
    frame = frame.sort_values(order, ascending=False, kind="stable")
    return frame[columns].reset_index(drop=True)


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a row a source, a bar a sound, coloured by category."""
    table = table.dropna(subset="response")
    if table.empty:
        return empty_figure(ABSENT)
    sources = [name for name in (MODEL, "fmri") if (table["source"] == name).any()]
    figure = new_figure(PAGE_INCHES, 0.6 + 1.7 * len(sources))
    panels = figure.subplots(len(sources), 1, squeeze=False).ravel()
    for axes, source in zip(panels, sources, strict=True):
        rows = table[table["source"] == source]
        axes.bar(
            range(len(rows)),
            rows["response"],
            width=0.9,
            color=[CATEGORY_COLOURS[name] for name in rows["category"]],
        )
        axes.axhline(1, color="black", lw=0.5, ls=":")
        count = rows["networks"].iloc[0]
        title = f"MS units of {label(source)}, mean of {count} networks"
        axes.set_title("Music component of the brain" if source == "fmri" else title)
        axes.set_xlim(-1, len(rows))
        axes.set_xticks([])
        axes.set_ylabel("Response\n(mean sound = 1)")
    panels[-1].set_xlabel("Natural sounds, by response")
    present = set(table["category"])
    figure.legend(
        handles=[
            Patch(color=CATEGORY_COLOURS[name], label=text)
            for name, text in CATEGORIES.items()
            if name in present
        ],
        loc="outside lower center",
        ncols=6,
        handlelength=1,
        columnspacing=1,
    )
    return figure
