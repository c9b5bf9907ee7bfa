"""Mixed-effects models over clips, sounds or classes, one for each contrast.

Rank tests over five networks saturate at p = .031 and do not count clips. Here every
clip counts, and the networks are a random effect. Mixed clips, which hold music and
other sounds, are excluded.
"""

from collections.abc import Iterable, Mapping
from functools import singledispatch
from typing import NamedTuple

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
from music_selectivity.corpus.category_members import category_sides, classes_of
from music_selectivity.paper import MEMORIZED_AP
from music_selectivity.stats.mixed_effects import (
    Estimate,
    difference_of_kinds,
    interaction,
    mean_difference,
    slope,
)
from music_selectivity.stats.rank_tests import signed_rank
from music_selectivity.stimuli.sets import UNQUILTED, set_named
from music_selectivity.vocabulary import (
    CATEGORY,
    CATEGORY_UNITS,
    COMPARED_GROUPS,
    GENRE,
    MEMORIZATION,
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
        id, estimate, low, high, p, model (what was fitted, or why nothing was);
        pooled_p, pooled_effect_size, pooled_n (`PooledTest`). A contrast whose data
        the study lacks has no row.
    """
    clips = clips[clips["group"].isin(COMPARED_GROUPS)]
    responses = _clip_responses(contrasts.values(), tuning, clips)
    corpus = _Corpus(
        labels=clips["labels"].to_numpy(),
        genres=classes_of(GENRE, categories),
        categories=classes_of(CATEGORY, categories),
        music_classes=set(classes.loc[classes["music_related"].astype(bool), "name"]),
    )
    rows = []
    for name, contrast in contrasts.items():
        match contrast:
            case NaturalSelectivity():
                tables = sounds
            case SilencingLoss():
                tables = ablations
            case _:
                tables = responses[contrast]
        table = _stacked(tables, contrast.models)
        if table["model"].nunique() < len(contrast.models):
            continue
        found = _estimate(contrast, table, corpus)
        if found is not None:
            rows.append((name, *found, *_pooled_test(contrast, table, corpus)))
    columns = ["id", *Estimate._fields, *PooledTest._fields]
    return pd.DataFrame(rows, columns=columns)


def counts(network: Network, summary: pd.DataFrame) -> bool:
    """Whether contrasts count a network: with random labels, only if it memorized them.

    `summary` is the network's summary.csv, with one row: train_ap.
    """
    return network[0] != MEMORIZATION or summary["train_ap"].iloc[0] >= MEMORIZED_AP


class PooledTest(NamedTuple):
    """The paper's test of classes and networks together, one-tailed (Fig. 5c, text).

    It takes the classes of a network, and the networks, as independent. All numbers are
    NaN for contrasts that it is not about.

    Attributes
    ----------
    pooled_p, pooled_effect_size : float
        ``rank_tests.signed_rank``: silencing lowers the average precision.
    pooled_n : float
        Number of classes times networks.
    """

    pooled_p: float = np.nan
    pooled_effect_size: float = np.nan
    pooled_n: float = np.nan


class _Corpus(NamedTuple):
    """What contrasts need to know of the clips and classes.

    Attributes
    ----------
    labels : array of lists of str
        The classes of each music and non-music clip.
    genres, categories : dict of sets of str
        The classes of each, by name.
    music_classes : set of str
        The music-related classes.
    """

    labels: np.ndarray
    genres: Mapping[str, set[str]]
    categories: Mapping[str, set[str]]
    music_classes: set[str]


def _clip_responses(
    contrasts: Iterable[Contrast],
    tuning: Iterable[tuple[Network, pd.DataFrame]],
    clips: pd.DataFrame,
) -> dict[ClipContrast, dict[Network, pd.DataFrame]]:
    """The responses that each contrast of clips needs, network by network.

    Returns
    -------
    dict of dict of DataFrame
        clip, its position among `clips`; stimulus; response; music (bool).
    """
    found = {each: {} for each in contrasts if isinstance(each, ClipContrast)}
    positions, groups = pd.Index(clips["clip_id"]), clips["group"].to_numpy()
    for network, table in tuning:
        clip = positions.get_indexer(table["clip_id"]).astype(np.int32)
        table = table[clip >= 0].assign(clip=clip[clip >= 0])
        table["group"] = groups[table["clip"]]
        cells = table.groupby(["stimulus", "split", "group"]).indices
        for contrast, tables in found.items():
            if network[0] in contrast.models and _units(contrast) in table:
                tables[network] = _needed(contrast, table, cells)
    return found


def _units(contrast: ClipContrast) -> str:
    """The set of units whose mean response a contrast compares."""
    match contrast:
        case CategoryQuiltLoss():
            return CATEGORY_UNITS.format(category=contrast.category)
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
    needed = {
        "clip": rows["clip"],
        "stimulus": rows["stimulus"].astype("category"),
        "response": rows[_units(contrast)],
        "music": rows["group"] == MUSIC,
    }
    return pd.DataFrame(needed).reset_index(drop=True)


def _stacked(tables: Tables, models: tuple[str, ...]) -> pd.DataFrame:
    """Tables of the networks of some models, with columns model and network."""
    chosen = [
        table.assign(model=model, network=f"{model} {seed}")
        for (model, seed), table in tables.items()
        if model in models
    ]
    return pd.concat(chosen) if chosen else pd.DataFrame(columns=["model", "network"])


@singledispatch
def _estimate(
    contrast: Contrast, table: pd.DataFrame, corpus: _Corpus
) -> Estimate | None:
    """The estimate of a contrast; None where the study lacks its data.

    Parameters
    ----------
    contrast
        What to estimate.
    table
        What it is estimated from, of at least one network of each of its models.
    corpus
        What is known of the clips and classes.
    """
    raise NotImplementedError(f"{contrast}: no mixed-effects model")


@_estimate.register
def _music_response(
    contrast: MusicResponse, table: pd.DataFrame, corpus: _Corpus
) -> Estimate:
    return slope(table["response"], table["music"], table["network"])


@_estimate.register
def _selectivity(
    contrast: Selectivity, table: pd.DataFrame, corpus: _Corpus
) -> Estimate | None:
    # A study may lack the stimulus set of the music alone.
    return _more_selective(table, contrast.model) if table["music"].any() else None


@_estimate.register
def _segment_slope(
    contrast: SegmentSlope, table: pd.DataFrame, corpus: _Corpus
) -> Estimate:
    names = table["stimulus"].unique()
    milliseconds = {name: float(set_named(name).segment) for name in names}
    x = np.log2(table["stimulus"].map(milliseconds).astype(float))
    return slope(table["response"], x, table["network"], table["clip"])


@_estimate.register
def _quilt_loss(
    contrast: QuiltLoss, table: pd.DataFrame, corpus: _Corpus
) -> Estimate | None:
    return _loss_within_clips(table)


@_estimate.register
def _smaller_quilt_loss(
    contrast: SmallerQuiltLoss, table: pd.DataFrame, corpus: _Corpus
) -> Estimate | None:
    lost = _relative_loss(table)
    if lost.empty:
        return None
    # A smaller loss is a larger response that is kept.
    is_model = lost["model"] == contrast.model
    return difference_of_kinds(-lost["loss"], is_model, lost["network"])


@_estimate.register
def _genre_quilt_loss(
    contrast: GenreQuiltLoss, table: pd.DataFrame, corpus: _Corpus
) -> Estimate | None:
    lost = _relative_loss(table)
    means = [lost["loss"].iloc[:0]]
    for classes in corpus.genres.values():
        holds = [not classes.isdisjoint(names) for names in corpus.labels]
        of_genre = lost[np.array(holds, bool)[lost["clip"].to_numpy(np.int64)]]
        means.append(of_genre.groupby("network")["loss"].mean())
    loss = pd.concat(means)
    if loss.empty:
        return None
    return mean_difference(loss.to_numpy(), loss.index.to_numpy())


@_estimate.register
def _category_quilt_loss(
    contrast: CategoryQuiltLoss, table: pd.DataFrame, corpus: _Corpus
) -> Estimate | None:
    classes = corpus.categories.get(contrast.category, ())
    own, _ = category_sides(corpus.labels, classes)
    return _loss_within_clips(table[own[table["clip"].to_numpy(np.int64)]])


@_estimate.register
def _natural_selectivity(
    contrast: NaturalSelectivity, table: pd.DataFrame, corpus: _Corpus
) -> Estimate:
    music = table["category"].isin(MUSIC_CATEGORIES)
    return _more_selective(table.assign(music=music), contrast.model)


@_estimate.register
def _silencing_loss(
    contrast: SilencingLoss, table: pd.DataFrame, corpus: _Corpus
) -> Estimate:
    precision = _class_precision(table, corpus)
    loss = precision[contrast.reference] - precision[contrast.silenced]
    networks = loss.index.get_level_values("network").to_numpy()
    return mean_difference(loss.to_numpy(), networks)


def _pooled_test(
    contrast: Contrast, table: pd.DataFrame, corpus: _Corpus
) -> PooledTest:
    """The second test of a contrast of silenced units; arguments as of `_estimate`."""
    if not isinstance(contrast, SilencingLoss):
        return PooledTest()
    precision = _class_precision(table, corpus)
    reference, silenced = (
        precision[name].to_numpy() for name in (contrast.reference, contrast.silenced)
    )
    test = signed_rank(reference, silenced, "greater")
    return PooledTest(test.p, test.effect_size, float(len(precision)))


def _class_precision(table: pd.DataFrame, corpus: _Corpus) -> pd.DataFrame:
    """Average precision of non-music classes, by network and class, by silenced set."""
    scored = ~table["class"].isin(corpus.music_classes) & (table["positives"] > 0)
    return table[scored].pivot_table(
        "average_precision", ["network", "class"], "condition"
    )


def _more_selective(table: pd.DataFrame, model: str) -> Estimate:
    """How much more music counts in the networks of `model` than in the others."""
    is_model = table["model"] == model
    return interaction(table["response"], table["music"], is_model, table["network"])


def _loss_within_clips(table: pd.DataFrame) -> Estimate | None:
    """Response to the unquilted clip less that to the quilt; None without either."""
    table = _heard_as_both(table)
    if table.empty:
        return None
    is_original = table["stimulus"] == UNQUILTED.name
    return slope(table["response"], is_original, table["network"], table["clip"])


def _relative_loss(table: pd.DataFrame) -> pd.DataFrame:
    """What each clip loses by quilting, as a share: model, network, clip, loss."""
    key = ["model", "network", "clip"]
    table = _heard_as_both(table).set_index(key)
    is_original = table["stimulus"] == UNQUILTED.name
    original, quilt = (
        table.loc[rows, "response"] for rows in (is_original, ~is_original)
    )
    mean = original.groupby("network").transform("mean")
    return ((original - quilt) / mean).rename("loss").reset_index()


def _heard_as_both(table: pd.DataFrame) -> pd.DataFrame:
    """Responses to the clips that a network heard unquilted and as a quilt.

    `table` holds one stimulus set of quilts, and the unquilted clips.
    """
    versions = table.groupby(["network", "clip"])["stimulus"].transform("size")
    return table[versions == 2]
