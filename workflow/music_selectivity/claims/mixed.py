"""Mixed-effects models of the claims that are about clips (or sounds, or classes).

Rank tests over five networks saturate at p = .031 and say nothing of clips. Here every
clip counts, and the networks are a random effect. Mixed clips, which hold music and
other sounds, take no part.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from music_selectivity.categories import classes_of
from music_selectivity.claims.claim import (
    MEMORIZED,
    MUSIC_SOUNDS,
    NO_SPEECH,
    UNTRAINED,
    WITH,
    WITHOUT,
)
from music_selectivity.mixed_effects import (
    Estimate,
    difference_of_kinds,
    interaction,
    mean_difference,
    slope,
)
from music_selectivity.selectivity import MEASURED_SPLIT
from music_selectivity.tuning import GROUPS, category_sides

# A network: model and seed.
Network = tuple[str, int]
Tables = Mapping[Network, pd.DataFrame]

# Models that some mixed model is about.
MODELS = (WITHOUT, WITH, UNTRAINED, MEMORIZED, NO_SPEECH)

ORIGINAL, QUILT_50 = "quilt_original", "quilt_50"


def mixed_table(
    tuning: Iterable[tuple[Network, pd.DataFrame]],
    sounds: Tables,
    ablations: Tables,
    clips: pd.DataFrame,
    classes: pd.DataFrame,
    categories: pd.DataFrame,
) -> pd.DataFrame:
    """Estimates by claim (mixed_models.csv).

    Parameters
    ----------
    tuning
        ``tuning.clip_responses`` of every stimulus set, network by network: one is
        reduced to what the models need before the next is asked for.
    sounds
        ``natsounds.sound_table``.
    ablations
        ``ablation.class_average_precision``.
    clips
        Usable clips: clip_id, group, labels.
    classes
        classes.csv.
    categories
        ``categories.category_table``.

    Returns
    -------
    DataFrame
        id, estimate, low, high, p, model (what was fitted, or why nothing was).
    """
    responses = _Responses(tuning, clips)
    estimates = {
        **dict(_clips(responses)),
        **dict(_powers(responses)),
        **dict(_quilts(responses)),
        **dict(_losses(responses, classes_of("genre", categories))),
        **dict(_categories(responses, classes_of("category", categories))),
        **dict(_natural(sounds)),
        **dict(_ablations(ablations, classes)),
    }
    rows = [
        (name, found.estimate, found.low, found.high, found.p, found.model)
        for name, found in estimates.items()
    ]
    return pd.DataFrame(rows, columns=["id", "estimate", "low", "high", "p", "model"])


class _Responses:
    """Responses of the networks of `MODELS` to music and non-music clips."""

    def __init__(
        self, tuning: Iterable[tuple[Network, pd.DataFrame]], clips: pd.DataFrame
    ) -> None:
        clips = clips[clips["group"].isin(GROUPS)]
        self.labels = clips["labels"].to_numpy()
        self._is_music = (clips["group"] == "music").to_numpy()
        number = pd.Index(clips["clip_id"])
        self._tables = {
            network: _needed(table, number, network[0])
            for network, table in tuning
            if network[0] in MODELS
        }

    def of(
        self,
        *models: str,
        stimuli: Sequence[str],
        units: str = "ms",
        split: str = MEASURED_SPLIT,
    ) -> pd.DataFrame:
        """Responses of some units of the models' networks, one below the other.

        Returns
        -------
        DataFrame
            clip, its place among `labels`; stimulus; response; music; model; network.
        """
        parts = []
        for (model, seed), table in self._tables.items():
            if model in models and units in table:
                chosen = table["stimulus"].isin(stimuli) & (table["split"] == split)
                kept = table.loc[chosen, ["clip", "stimulus", units]]
                kept = kept.rename(columns={units: "response"})
                parts.append(kept.assign(model=model, network=f"{model} {seed}"))
        columns = ["clip", "stimulus", "response", "model", "network"]
        table = pd.concat(parts) if parts else pd.DataFrame(columns=columns)
        return table.assign(music=self._is_music[table["clip"].to_numpy(np.int64)])

    def holding(self, classes: set[str]) -> np.ndarray:
        """Mask of the clips with any of the classes among their labels."""
        return np.array([not classes.isdisjoint(names) for names in self.labels], bool)

    def quilts(self) -> list[str]:
        """Stimulus sets of quilts, without the originals."""
        names = {
            name
            for table in self._tables.values()
            for name in table["stimulus"].cat.categories
        }
        return sorted(n for n in names if n[:6] == "quilt_" and n != ORIGINAL)


def _needed(table: pd.DataFrame, number: pd.Index, model: str) -> pd.DataFrame:
    """Of a network's responses what its models need, with clips by their number.

    All units of `WITHOUT`, and the MS units of other models.
    """
    clip = number.get_indexer(table["clip_id"])
    units = [name for name in table if name not in ("clip_id", "split", "stimulus")]
    columns = ["split", "stimulus", *(units if model == WITHOUT else ["ms"])]
    kept = table.loc[clip >= 0, columns].assign(clip=clip[clip >= 0].astype(np.int32))
    return kept.astype({"split": "category", "stimulus": "category"})


def _clips(responses: _Responses) -> Iterator[tuple[str, Estimate]]:
    """Music against non-music clips of the eval split, in SDs of a network."""
    table = responses.of(WITHOUT, stimuli=["original"], units="all")
    if len(table):
        yield "2a", slope(table["response"], table["music"], table["network"])
    for name, model, other in (
        ("2b", UNTRAINED, WITHOUT),
        ("3e-a", WITHOUT, WITH),
        ("3e-b", UNTRAINED, WITHOUT),
        ("3e-c", UNTRAINED, WITH),
        ("S10-b", UNTRAINED, NO_SPEECH),
    ):
        table = responses.of(model, other, stimuli=["original"])
        if table["model"].nunique() == 2:
            yield name, _more_selective(table, other)


def _powers(responses: _Responses) -> Iterator[tuple[str, Estimate]]:
    """The same with levels equal, and music at less power than the other sounds."""
    for name, split, power in (
        *(("2c-a", "eval", "power_1"), ("2c-b", "eval", "power_64")),
        *(("2c-c", "train", "power_1"), ("2c-d", "train", "power_64")),
    ):
        table = responses.of(
            UNTRAINED, WITHOUT, stimuli=["power_1", power], split=split
        )
        table = table[table["stimulus"] == np.where(table["music"], power, "power_1")]
        if table["model"].nunique() == 2 and table["music"].any():
            yield name, _more_selective(table, WITHOUT)


def _more_selective(table: pd.DataFrame, other: str) -> Estimate:
    """How much more music counts in networks of the model `other`."""
    of_other = table["model"] == other
    return interaction(table["response"], table["music"], of_other, table["network"])


def _quilts(responses: _Responses) -> Iterator[tuple[str, Estimate]]:
    """Within clips: the slope over the logarithm of length, or original less quilt."""
    for name, model, music, units in (
        ("4b-a", WITHOUT, True, "ms"),
        ("4b-b", WITHOUT, False, "ms"),
        ("4b-c", WITHOUT, True, "others"),
        ("4b-d", WITHOUT, False, "others"),
        ("S5", UNTRAINED, True, "ms"),
    ):
        table = responses.of(model, stimuli=responses.quilts(), units=units)
        table = table[table["music"] == music]
        if len(table):
            length = table["stimulus"].astype(str).str.removeprefix("quilt_")
            x = np.log2(length.astype(float))
            yield name, slope(table["response"], x, table["network"], table["clip"])
    for quilt in responses.quilts():
        table = responses.of(WITHOUT, stimuli=[quilt, ORIGINAL])
        if table["music"].any():
            name = f"4c-{quilt.removeprefix('quilt_')}"
            yield name, _loss_within_clips(table[table["music"]])


def _loss_within_clips(table: pd.DataFrame) -> Estimate:
    """Response to the original less that to the quilt."""
    is_original = table["stimulus"] == ORIGINAL
    return slope(table["response"], is_original, table["network"], table["clip"])


def _losses(
    responses: _Responses, genres: Mapping[str, set[str]]
) -> Iterator[tuple[str, Estimate]]:
    """Losses by quilting, over a network's mean response to the originals."""
    for name, quilt, other in (
        *(
            (f"5b-{quilt.removeprefix('quilt_')}", quilt, MEMORIZED)
            for quilt in responses.quilts()
        ),
        ("S10-c", QUILT_50, NO_SPEECH),
    ):
        lost = _relative_loss(responses.of(WITHOUT, other, stimuli=[quilt, ORIGINAL]))
        if lost["model"].nunique() == 2:
            # What is kept: networks of the other kind are said to lose less.
            of_other = lost["model"] == other
            yield name, difference_of_kinds(-lost["loss"], of_other, lost["network"])
    lost = _relative_loss(responses.of(WITHOUT, stimuli=[QUILT_50, ORIGINAL]))
    of_genres = [
        lost[holds[lost["clip"].to_numpy(np.int64)]].groupby("network")["loss"].mean()
        for holds in map(responses.holding, genres.values())
    ]
    loss = pd.concat([lost["loss"].iloc[:0], *of_genres])
    if len(loss):
        yield "S7", mean_difference(loss.to_numpy(), loss.index.to_numpy())


def _relative_loss(table: pd.DataFrame) -> pd.DataFrame:
    """What each clip of music loses by quilting: model, network, clip, loss."""
    music = table[table["music"]].astype({"stimulus": str})
    clips = music.pivot(
        index=["model", "network", "clip"], columns="stimulus", values="response"
    )
    if clips.shape[1] < 2:
        return pd.DataFrame(columns=["model", "network", "clip", "loss"])
    original = clips.pop(ORIGINAL)
    mean = original.groupby("network").transform("mean")
    return ((original - clips.squeeze(axis=1)) / mean).rename("loss").reset_index()


def _categories(
    responses: _Responses, categories: Mapping[str, set[str]]
) -> Iterator[tuple[str, Estimate]]:
    """Within clips of a category, and of its own units: original less quilt."""
    for name, category in (
        *(("S11-e", "speech"), ("S11-f", "vehicle")),
        *(("S11-g", "animal"), ("S11-h", "water")),
    ):
        table = responses.of(
            WITHOUT, stimuli=[QUILT_50, ORIGINAL], units=f"category:{category}"
        )
        own, _ = category_sides(responses.labels, categories.get(category, ()))
        table = table[own[table["clip"].to_numpy(np.int64)]]
        if table["stimulus"].nunique() == 2:
            yield name, _loss_within_clips(table)


def _natural(sounds: Tables) -> Iterator[tuple[str, Estimate]]:
    """Music against the other natural sounds, more than in untrained networks."""
    for name, model in (("3c-a", WITHOUT), ("3c-b", WITH)):
        table = _stacked(sounds, UNTRAINED, model)
        if len(table) and table["model"].nunique() == 2:
            table["music"] = table["category"].isin(MUSIC_SOUNDS)
            yield name, _more_selective(table, model)


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
    return pd.concat(chosen) if chosen else pd.DataFrame()
