"""Mixed-effects models of the claims that are about clips (or sounds, or classes).

Rank tests over five networks saturate at p = .031 and say nothing of clips. Here every
clip counts, and the networks are a random effect.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from music_selectivity.claims.claim import (
    MUSIC_SOUNDS,
    NO_SPEECH,
    UNTRAINED,
    WITH,
    WITHOUT,
)
from music_selectivity.mixed_effects import (
    Estimate,
    interaction,
    mean_difference,
    slope,
)
from music_selectivity.selectivity import MEASURED_SPLIT

# Tables of networks, by model and seed.
Tables = Mapping[tuple[str, int], pd.DataFrame]


def mixed_table(
    tuning: Tables,
    sounds: Tables,
    ablations: Tables,
    clips: pd.DataFrame,
    classes: pd.DataFrame,
) -> pd.DataFrame:
    """Estimates by claim (mixed_models.csv).

    Parameters
    ----------
    tuning
        ``tuning.clip_responses`` of every stimulus set.
    sounds
        ``natsounds.sound_table``.
    ablations
        ``ablation.class_average_precision``.
    clips
        Usable clips: clip_id, group.
    classes
        classes.csv.

    Returns
    -------
    DataFrame
        id, estimate, low, high, p, model (what was fitted, or why nothing was).
    """
    is_music = clips.set_index("clip_id")["group"] == "music"
    estimates = {
        **dict(_responses(tuning, is_music)),
        **dict(_quilts(tuning, is_music)),
        **dict(_natural(sounds)),
        **dict(_ablations(ablations, classes)),
    }
    rows = [
        (name, found.estimate, found.low, found.high, found.p, found.model)
        for name, found in estimates.items()
    ]
    return pd.DataFrame(rows, columns=["id", "estimate", "low", "high", "p", "model"])


def _responses(tuning: Tables, is_music: pd.Series) -> Iterator[tuple[str, Estimate]]:
    """Music against non-music clips of the eval split, in SDs of a network."""
    original = {
        network: table[
            (table["stimulus"] == "original")
            & (table["split"] == MEASURED_SPLIT)
            & table["clip_id"].isin(is_music.index)
        ]
        for network, table in tuning.items()
    }
    without = _stacked(original, WITHOUT)
    if len(without):
        music = is_music.loc[without["clip_id"]].to_numpy()
        yield "2a", slope(without["all"], music, without["network"])
    for name, model, other in (
        ("2b", UNTRAINED, WITHOUT),
        ("3e-a", WITHOUT, WITH),
        ("3e-b", UNTRAINED, WITHOUT),
        ("3e-c", UNTRAINED, WITH),
        ("S10-b", UNTRAINED, NO_SPEECH),
    ):
        both = _stacked(original, model, other)
        if both["model"].nunique() == 2:
            music = is_music.loc[both["clip_id"]].to_numpy()
            of_other = (both["model"] == other).to_numpy()
            yield name, interaction(both["ms"], music, of_other, both["network"])


def _quilts(tuning: Tables, is_music: pd.Series) -> Iterator[tuple[str, Estimate]]:
    """Within clips: the slope over the logarithm of length, or original less quilt."""
    quilts = {
        network: table[
            table["stimulus"].str.startswith("quilt_")
            & table["clip_id"].isin(is_music.index)
        ]
        for network, table in tuning.items()
    }
    for name, model, music, units in (
        ("4b-a", WITHOUT, True, "ms"),
        ("4b-b", WITHOUT, False, "ms"),
        ("4b-c", WITHOUT, True, "others"),
        ("4b-d", WITHOUT, False, "others"),
        ("S5", UNTRAINED, True, "ms"),
    ):
        table = _stacked(quilts, model)
        table = table[
            (table["stimulus"] != "quilt_original")
            & (is_music.loc[table["clip_id"]].to_numpy() == music)
        ]
        if len(table):
            x = np.log2(table["stimulus"].str.removeprefix("quilt_").astype(float))
            yield name, slope(table[units], x, table["network"], table["clip_id"])
    table = _stacked(quilts, WITHOUT)
    table = table[is_music.loc[table["clip_id"]].to_numpy()]
    for stimulus in table["stimulus"].unique():
        if stimulus == "quilt_original":
            continue
        pair = table[table["stimulus"].isin([stimulus, "quilt_original"])]
        x = pair["stimulus"] == "quilt_original"
        name = f"4c-{stimulus.removeprefix('quilt_')}"
        yield name, slope(pair["ms"], x, pair["network"], pair["clip_id"])


def _natural(sounds: Tables) -> Iterator[tuple[str, Estimate]]:
    """Music against the other natural sounds, more than in untrained networks."""
    for name, model in (("3c-a", WITHOUT), ("3c-b", WITH)):
        both = _stacked(sounds, UNTRAINED, model)
        if both["model"].nunique() == 2:
            music = both["category"].isin(MUSIC_SOUNDS)
            of_model = both["model"] == model
            yield name, interaction(both["response"], music, of_model, both["network"])


def _ablations(
    ablations: Tables, classes: pd.DataFrame
) -> Iterator[tuple[str, Estimate]]:
    """Loss of average precision by silencing MS units rather than others, by class."""
    related = set(classes.loc[classes["music_related"].astype(bool), "name"])
    table = _stacked(ablations, WITHOUT)
    if table.empty:
        return
    table = table[~table["class"].isin(related) & (table["positives"] > 0)]
    precision = table.pivot_table(
        "average_precision", ["network", "class"], "condition"
    )
    for name, other in (
        ("5c-a", "none"),
        ("5c-b", "msi_bottom"),
        ("5c-c", "msi_middle"),
        ("5c-d", "l1_top"),
    ):
        loss = precision[other] - precision["msi_top"]
        networks = loss.index.get_level_values("network").to_numpy()
        yield name, mean_difference(loss.to_numpy(), networks)


def _stacked(tables: Tables, *models: str) -> pd.DataFrame:
    """Tables of the networks of some models, with columns model and network."""
    chosen = [
        table.assign(model=model, network=f"{model} {seed}")
        for (model, seed), table in tables.items()
        if model in models
    ]
    columns = ["model", "network", "clip_id", "stimulus", "category"]
    return pd.concat(chosen) if chosen else pd.DataFrame(columns=columns)
