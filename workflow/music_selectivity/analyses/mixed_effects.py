"""Mixed-effects models over clips, sounds or classes, one for each contrast.

Rank tests over five networks saturate at p = .031 and do not count clips. Here every
clip counts, and the networks are a random effect. Mixed clips, which hold music and
other sounds, are excluded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import singledispatch

import numpy as np
import pandas as pd

from music_selectivity.analyses.contrasts import (
    CategoryQuiltLoss,
    ClipContrast,
    Contrast,
    GenreQuiltLoss,
    MusicResponse,
    NaturalSelectivity,
    QuiltLoss,
    SegmentSlope,
    Selectivity,
    SilencingLoss,
    SmallerQuiltLoss,
)
from music_selectivity.analyses.tuning import category_units
from music_selectivity.corpus.categories import category_sides, classes_of
from music_selectivity.stats.mixed_effects import (
    Estimate,
    difference_of_kinds,
    interaction,
    mean_difference,
    slope,
)
from music_selectivity.stimuli.sets import UNQUILTED, set_named
from music_selectivity.vocabulary import (
    CATEGORY,
    COMPARED_GROUPS,
    GENRE,
    MS_UNITS,
    MUSIC,
    MUSIC_CATEGORIES,
)

# A network: model and seed.
Network = tuple[str, int]
Tables = Mapping[Network, pd.DataFrame]


def mixed_effects_table(
    contrasts: Mapping[str, Contrast],
    tuning: Iterable[tuple[Network, pd.DataFrame]],
    sounds: Tables,
    ablations: Tables,
    clips: pd.DataFrame,
    classes: pd.DataFrame,
    categories: pd.DataFrame,
) -> pd.DataFrame:
    """Estimate of every contrast (mixed_effects.csv).

    Parameters
    ----------
    contrasts
        By the id of the claim that each belongs to.
    tuning
        ``tuning.clip_responses`` to every stimulus set, network by network: one is
        reduced to what the contrasts need before the next is asked for.
    sounds
        ``natural_sounds.sound_table``.
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
        id, estimate, low, high, p, model (what was fitted, or why nothing was). A
        contrast whose data the study lacks has no row.
    """
    clips = clips[clips["group"].isin(COMPARED_GROUPS)]
    study = _Study(
        responses=_clip_responses(set(contrasts.values()), tuning, clips),
        labels=clips["labels"].to_numpy(),
        genres=classes_of(GENRE, categories),
        categories=classes_of(CATEGORY, categories),
        sounds=sounds,
        ablations=ablations,
        music_classes=set(classes.loc[classes["music_related"].astype(bool), "name"]),
    )
    rows = [
        (name, *found)
        for name, contrast in contrasts.items()
        if (found := _estimate(contrast, study)) is not None
    ]
    return pd.DataFrame(rows, columns=["id", *Estimate._fields])


@dataclass(frozen=True)
class _Study:
    """What the contrasts are estimated from.

    Attributes
    ----------
    responses : dict of DataFrame
        `_clip_responses`.
    labels : array of lists of str
        The classes of each music and non-music clip.
    genres, categories : dict of sets of str
        The classes of each, by name.
    sounds, ablations : dict of DataFrame
        By network, as for `mixed_effects_table`.
    music_classes : set of str
        The music-related classes.
    """

    responses: Mapping[ClipContrast, pd.DataFrame]
    labels: np.ndarray
    genres: Mapping[str, set[str]]
    categories: Mapping[str, set[str]]
    sounds: Tables
    ablations: Tables
    music_classes: set[str]


def _clip_responses(
    contrasts: Iterable[Contrast],
    tuning: Iterable[tuple[Network, pd.DataFrame]],
    clips: pd.DataFrame,
) -> dict[ClipContrast, pd.DataFrame]:
    """The responses that each contrast of clips needs, of all its networks.

    Returns
    -------
    dict of DataFrame
        clip, its position among `clips`; stimulus; response; music (bool); model;
        network.
    """
    parts = {each: [] for each in contrasts if isinstance(each, ClipContrast)}
    positions, groups = pd.Index(clips["clip_id"]), clips["group"].to_numpy()
    for (model, seed), table in tuning:
        clip = positions.get_indexer(table["clip_id"]).astype(np.int32)
        table = table[clip >= 0].assign(clip=clip[clip >= 0])
        table["group"] = groups[table["clip"]]
        cells = table.groupby(["stimulus", "split", "group"]).indices
        network = f"{model} {seed}"
        for contrast in parts:
            if model in contrast.models and _units(contrast) in table:
                needed = _needed(contrast, table, cells)
                parts[contrast].append(needed.assign(model=model, network=network))
    columns = ["clip", "stimulus", "response", "music", "model", "network"]
    empty = pd.DataFrame(columns=columns)
    return {each: pd.concat(found) if found else empty for each, found in parts.items()}


def _units(contrast: ClipContrast) -> str:
    """The set of units whose mean response a contrast compares."""
    match contrast:
        case CategoryQuiltLoss():
            return category_units(contrast.category)
        case MusicResponse() | SegmentSlope():
            return contrast.units
        case _:
            return MS_UNITS


def _needed(
    contrast: ClipContrast,
    table: pd.DataFrame,
    cells: Mapping[tuple[str, str, str], np.ndarray],
) -> pd.DataFrame:
    """The rows of a network's responses that a contrast uses, in their order.

    Parameters
    ----------
    contrast, table
        As in `_clip_responses`, the table with columns clip and group.
    cells
        Positions of the rows by stimulus set, split and group.
    """
    chosen = [
        rows
        for (stimulus, split, group), rows in cells.items()
        if contrast.uses(set_named(stimulus), split, group)
    ]
    rows = table.iloc[np.sort(np.concatenate([np.empty(0, np.intp), *chosen]))]
    return pd.DataFrame(
        {
            "clip": rows["clip"],
            "stimulus": rows["stimulus"].astype("category"),
            "response": rows[_units(contrast)],
            "music": rows["group"] == MUSIC,
        }
    )


@singledispatch
def _estimate(contrast: Contrast, study: _Study) -> Estimate | None:
    """The estimate of a contrast; None where the study lacks its data."""
    raise NotImplementedError(f"{contrast}: no mixed-effects model")


@_estimate.register
def _music_response(contrast: MusicResponse, study: _Study) -> Estimate | None:
    table = study.responses[contrast]
    if table.empty:
        return None
    return slope(table["response"], table["music"], table["network"])


@_estimate.register
def _selectivity(contrast: Selectivity, study: _Study) -> Estimate | None:
    table = study.responses[contrast]
    if table["model"].nunique() < 2 or not table["music"].any():
        return None
    return _more_selective(table, contrast.model)


@_estimate.register
def _segment_slope(contrast: SegmentSlope, study: _Study) -> Estimate | None:
    table = study.responses[contrast]
    if table.empty:
        return None
    names = table["stimulus"].unique()
    milliseconds = {name: float(set_named(name).segment) for name in names}
    x = np.log2(table["stimulus"].map(milliseconds).astype(float))
    return slope(table["response"], x, table["network"], table["clip"])


@_estimate.register
def _quilt_loss(contrast: QuiltLoss, study: _Study) -> Estimate | None:
    return _loss_within_clips(study.responses[contrast])


@_estimate.register
def _smaller_quilt_loss(contrast: SmallerQuiltLoss, study: _Study) -> Estimate | None:
    lost = _relative_loss(study.responses[contrast])
    if lost["model"].nunique() < 2:
        return None
    # The difference of what is kept is that of the losses the other way round.
    is_model = lost["model"] == contrast.model
    return difference_of_kinds(-lost["loss"], is_model, lost["network"])


@_estimate.register
def _genre_quilt_loss(contrast: GenreQuiltLoss, study: _Study) -> Estimate | None:
    lost = _relative_loss(study.responses[contrast])
    means = [lost["loss"].iloc[:0]]
    for classes in study.genres.values():
        holds = np.array(
            [not classes.isdisjoint(names) for names in study.labels], bool
        )
        of_genre = lost[holds[lost["clip"].to_numpy(np.int64)]]
        means.append(of_genre.groupby("network")["loss"].mean())
    loss = pd.concat(means)
    if loss.empty:
        return None
    return mean_difference(loss.to_numpy(), loss.index.to_numpy())


@_estimate.register
def _category_quilt_loss(contrast: CategoryQuiltLoss, study: _Study) -> Estimate | None:
    table = study.responses[contrast]
    classes = study.categories.get(contrast.category, ())
    own, _ = category_sides(study.labels, classes)
    return _loss_within_clips(table[own[table["clip"].to_numpy(np.int64)]])


@_estimate.register
def _natural(contrast: NaturalSelectivity, study: _Study) -> Estimate | None:
    table = _stacked(study.sounds, contrast.models)
    if table.empty or table["model"].nunique() < 2:
        return None
    table["music"] = table["category"].isin(MUSIC_CATEGORIES)
    return _more_selective(table, contrast.model)


@_estimate.register
def _silencing_loss(contrast: SilencingLoss, study: _Study) -> Estimate | None:
    table = _stacked(study.ablations, contrast.models)
    if table.empty:
        return None
    scored = ~table["class"].isin(study.music_classes) & (table["positives"] > 0)
    precision = table[scored].pivot_table(
        "average_precision", ["network", "class"], "condition"
    )
    loss = precision[contrast.reference] - precision[contrast.silenced]
    networks = loss.index.get_level_values("network").to_numpy()
    return mean_difference(loss.to_numpy(), networks)


def _more_selective(table: pd.DataFrame, model: str) -> Estimate:
    """How much more music counts in the networks of `model` than in the others."""
    is_model = table["model"] == model
    return interaction(table["response"], table["music"], is_model, table["network"])


def _loss_within_clips(table: pd.DataFrame) -> Estimate | None:
    """Response to the unquilted clip less that to the quilt."""
    if table["stimulus"].nunique() < 2:
        return None
    is_original = table["stimulus"] == UNQUILTED.name
    return slope(table["response"], is_original, table["network"], table["clip"])


def _relative_loss(table: pd.DataFrame) -> pd.DataFrame:
    """What each clip loses by quilting, as a share: model, network, clip, loss."""
    clips = table.astype({"stimulus": str}).pivot(
        index=["model", "network", "clip"], columns="stimulus", values="response"
    )
    if clips.shape[1] < 2:
        return pd.DataFrame(columns=["model", "network", "clip", "loss"])
    original = clips.pop(UNQUILTED.name)
    mean = original.groupby("network").transform("mean")
    return ((original - clips.squeeze(axis=1)) / mean).rename("loss").reset_index()


def _stacked(tables: Tables, models: tuple[str, ...]) -> pd.DataFrame:
    """Tables of the networks of some models, with columns model and network."""
    chosen = [
        table.assign(model=model, network=f"{model} {seed}")
        for (model, seed), table in tables.items()
        if model in models
    ]
    return pd.concat(chosen) if chosen else pd.DataFrame()
