"""The sets of units whose responses are analysed, and their mean responses to clips."""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from music_selectivity.analyses.group_responses import enough, group_responses
from music_selectivity.analyses.selectivity import (
    bottom_units,
    music_selectivity_index,
    top_units,
)
from music_selectivity.corpus.category_members import category_sides, classes_of
from music_selectivity.errors import InputError
from music_selectivity.vocabulary import (
    ALL_OTHERS,
    ALL_UNITS,
    CATEGORY,
    CATEGORY_UNITS,
    LEAST_SELECTIVE,
    MEASURED_SPLIT,
    MS_UNITS,
    OTHER_SPLIT,
    OTHER_UNITS,
    SPLITS,
)


def unit_sets(
    responses: np.ndarray,
    clips: pd.DataFrame,
    categories: pd.DataFrame,
    fraction: float,
    measured_split: str = MEASURED_SPLIT,
    other_units: str = ALL_OTHERS,
) -> dict[str, dict[str, np.ndarray]]:
    """The units of each set, by the split on which their responses are measured.

    Parameters
    ----------
    responses
        Responses to the unaltered clips, (clips, units).
    clips
        Clip table with the same rows: split, group, labels.
    categories
        ``categories.category_table``.
    fraction
        Share of the units that are selective.
    measured_split
        Config value ``analysis.measured_split``.
    other_units
        Config value ``analysis.other_units``.

    Returns
    -------
    dict
        Unit numbers by set and split:

        - all: every unit
        - ms: the music-selective units, by the index on the *other* split
        - others: all units except for these; or, if `other_units` is least_selective,
          as many units of lowest index, as in the public notebook
        - category:<name>: units that are selective for clips of a category against
          those outside it (``category_members.category_sides``), only for
          `measured_split` (paper Fig. S11). A category with fewer than 2 clips on a
          side of a split is left out.

    Raises
    ------
    InputError
        A split has fewer than 2 music or non-music clips, or a response is not finite.
    """
    groups = {split: group_responses(responses, clips, split) for split in SPLITS}
    every = np.arange(responses.shape[1])
    sets = {name: {} for name in (ALL_UNITS, MS_UNITS, OTHER_UNITS)}
    for split, other in OTHER_SPLIT.items():
        chosen_on = groups[other]
        index = music_selectivity_index(chosen_on.music, chosen_on.nonmusic)
        selective = top_units(index, fraction)
        sets[ALL_UNITS][split] = every
        sets[MS_UNITS][split] = selective
        sets[OTHER_UNITS][split] = {
            ALL_OTHERS: np.setdiff1d(every, selective),
            LEAST_SELECTIVE: bottom_units(index, fraction),
        }[other_units]
    splits = {split: (clips["split"] == split).to_numpy() for split in SPLITS}
    chosen_on = splits[OTHER_SPLIT[measured_split]]
    for category, classes in classes_of(CATEGORY, categories).items():
        own, outside = category_sides(clips["labels"], classes)
        sides = itertools.product((own, outside), splits.values())
        if enough(*(side & of_split for side, of_split in sides)):
            index = music_selectivity_index(
                responses[own & chosen_on], responses[outside & chosen_on]
            )
            units = top_units(index, fraction)
            sets[CATEGORY_UNITS.format(category=category)] = {measured_split: units}
    return sets


def clip_responses(
    responses: np.ndarray,
    clip_ids: Sequence[str],
    clips: pd.DataFrame,
    sets: Mapping[str, Mapping[str, np.ndarray]],
) -> pd.DataFrame:
    """Mean response of each set of units to each clip of a stimulus set.

    Parameters
    ----------
    responses, clip_ids
        (sounds, units), and the clip from which each sound was made.
    clips
        Clip table that contains these clips: clip_id, split.
    sets
        `unit_sets`.

    Returns
    -------
    DataFrame
        clip_id, split, and one float32 column per set, which is NaN in splits on which
        the set is not measured.

    Raises
    ------
    InputError
        A clip is not in the clip table.
    """
    rows = positions(pd.Index(clips["clip_id"]), clip_ids)
    splits = clips["split"].to_numpy()[rows]
    columns = {"clip_id": np.asarray(clip_ids, dtype=object), "split": splits}
    for name, by_split in sets.items():
        means = np.full(len(responses), np.nan, np.float32)
        for split, units in by_split.items():
            rows = splits == split
            if len(units):
                chosen = responses[np.ix_(rows, units)]
                means[rows] = chosen.mean(axis=1, dtype=np.float64)
        columns[name] = means
    return pd.DataFrame(columns)


def positions(of_table: pd.Index, clip_ids: Sequence[str]) -> np.ndarray:
    """Positions of clips among those of a clip table, given as an index.

    Raises
    ------
    InputError
        A clip is not in the clip table.
    """
    clip_ids = np.asarray(clip_ids, dtype=object)
    found = of_table.get_indexer(clip_ids)
    if (found < 0).any():
        raise InputError(
            f"clip {clip_ids[found < 0][0]!r} of the activation tables is not in the "
            "clip table; delete the activation tables and run the study again"
        )
    return found
