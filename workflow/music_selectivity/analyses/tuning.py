"""Responses of sets of units to all stimulus sets: clips, levels, quilts, categories.

Responses are first averaged over a few sets of units, clip by clip. All measures, and
their bootstrap replicates, are computed from this small table.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from music_selectivity.analyses.group_responses import LEAST_CLIPS, group_responses
from music_selectivity.analyses.selectivity import music_selectivity_index, top_units
from music_selectivity.corpus.category_members import category_sides, classes_of
from music_selectivity.errors import InputError
from music_selectivity.measures import (
    CATEGORY_QUILT_RESPONSE,
    CATEGORY_RATIO,
    EFFECT_SIZE,
    EQUAL_RMS_RATIO,
    GENRE_RATIO,
    MEAN_RESPONSE,
    MS_RESPONSE,
    N_CLIPS,
    QUILT_GENRE_RESPONSE,
    QUILT_RELATIVE,
    QUILT_RESPONSE,
    RESPONSE_RATIO,
    Row,
)
from music_selectivity.stats.bootstrap import weighted_common_language, weighted_mean
from music_selectivity.stimuli.sets import (
    CLIPS,
    EQUAL_RMS_ARRAYS,
    UNQUILTED,
    StimulusSet,
    at_power,
    set_named,
)
from music_selectivity.vocabulary import (
    ALL_UNITS,
    CATEGORY,
    CATEGORY_UNITS,
    COMPARED_GROUPS,
    GENRE,
    MEASURED_SPLIT,
    MS_UNITS,
    OTHER_SPLIT,
    OTHER_UNITS,
    SELECTION_SPLIT,
    SPLITS,
)

# A row whose values are None if they cannot be measured.
PossibleRow = tuple[str, str, np.ndarray | float | None]


def unit_sets(
    responses: np.ndarray,
    clips: pd.DataFrame,
    categories: pd.DataFrame,
    fraction: float,
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

    Returns
    -------
    dict
        Unit numbers by set and split:

        - all: every unit
        - ms: the music-selective units, by the index on the *other* split
        - others: all units except for these
        - category:<name>: units that are selective for clips of a category against
          those outside it (``category_members.category_sides``), selected on train and
          measured on eval only (paper Fig. S11). A category with fewer than 2 clips on
          a side of a split is left out.

    Raises
    ------
    InputError
        A split has fewer than 2 music or non-music clips, or a response is not finite.
    """
    groups = {split: group_responses(responses, clips, split) for split in SPLITS}
    every = np.arange(responses.shape[1])
    sets: dict[str, dict[str, np.ndarray]] = {ALL_UNITS: {}, MS_UNITS: {}}
    sets[OTHER_UNITS] = {}
    for split, other in OTHER_SPLIT.items():
        chosen_on = groups[other]
        index = music_selectivity_index(chosen_on.music, chosen_on.nonmusic)
        sets[ALL_UNITS][split] = every
        sets[MS_UNITS][split] = top_units(index, fraction)
        sets[OTHER_UNITS][split] = np.setdiff1d(every, sets[MS_UNITS][split])
    splits = {split: (clips["split"] == split).to_numpy() for split in SPLITS}
    chosen_on = splits[SELECTION_SPLIT]
    for category, classes in classes_of(CATEGORY, categories).items():
        own, outside = category_sides(clips["labels"], classes)
        sides = itertools.product((own, outside), splits.values())
        if _enough(*(side & of_split for side, of_split in sides)):
            index = music_selectivity_index(
                responses[own & chosen_on], responses[outside & chosen_on]
            )
            units = top_units(index, fraction)
            sets[CATEGORY_UNITS.format(category=category)] = {MEASURED_SPLIT: units}
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
    splits = clips["split"].to_numpy()[_find(clips, clip_ids)]
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


def tuning_rows(
    table: pd.DataFrame,
    clips: pd.DataFrame,
    categories: pd.DataFrame,
    weights: Mapping[str, np.ndarray],
) -> list[Row]:
    """All measures of the responses, for ``measures.measure_table``.

    Parameters
    ----------
    table
        `clip_responses` to every stimulus set, concatenated, with the name of the set
        in a column ``stimulus``.
    clips
        Clip table: clip_id, split, group, labels.
    categories
        ``categories.category_table``.
    weights
        ``bootstrap.split_weights`` by split, (clips of the split, 1 + draws), in the
        order of `clips`.

    Returns
    -------
    list of (measure, condition, values)
        Values are (1 + draws,), but n_clips is a number. Responses are to eval clips
        unless the condition names the split:

        - mean_response (music, nonmusic) and effect_size (all_units), of all units; the
          effect size is the probability that the response to a music clip exceeds that
          to a non-music clip (Fig. 2a)
        - ms_response (music, nonmusic), response_ratio (train, eval): Fig. 2b
        - n_clips (music, nonmusic)
        - equal_rms_ratio <split>/<k>: response of MS units to music at 1/k of the
          power, divided by that to non-music at full power; all clips have the same
          RMS level before (Fig. 2c)
        - quilt_response <group>/<ms or others>/<segment ms, or original> (Fig. 4b, c),
          and quilt_relative, which is divided by the response to the original (Fig. 5b)
        - quilt_genre_response <genre>/<length>: response of MS units to music clips
          with a class of the genre; genre_ratio <genre>: divided by that to non-music
          clips (Fig. S7)
        - category_ratio <category>: response of the category's own units to its clips,
          divided by that to clips outside it; category_quilt_response
          <category>/<length>: to quilts of its clips (Fig. S11, S12)

        A measure is left out if its stimulus set is missing or has fewer than 2 of the
        clips. A ratio is infinite if its denominator is 0; it is NaN if it is 0/0, or
        if its denominator is negative, which is possible for linear features.

    Raises
    ------
    InputError
        A clip of the table is not in the clip table.
    ValueError
        There are not as many weights as clips.
    """
    means = _Means(table, clips, weights)
    rows = itertools.chain(
        _clip_rows(means),
        _power_rows(means),
        _quilt_rows(means),
        _genre_rows(means, classes_of(GENRE, categories)),
        _category_rows(means, classes_of(CATEGORY, categories)),
    )
    return [row for row in rows if row[2] is not None]


class _Means:
    """Responses to every stimulus set, with the weights of their clips."""

    def __init__(
        self,
        table: pd.DataFrame,
        clips: pd.DataFrame,
        weights: Mapping[str, np.ndarray],
    ) -> None:
        self.clips = {split: clips[clips["split"] == split] for split in SPLITS}
        for split, of_split in self.clips.items():
            if len(weights[split]) != len(of_split):
                raise ValueError(
                    f"{len(weights[split])} weights for {len(of_split)} {split} clips"
                )
        self._weights = weights
        self._responses = {
            (stimulus, split): (rows, _find(self.clips[split], rows["clip_id"]))
            for (stimulus, split), rows in table.groupby(["stimulus", "split"])
        }
        sets = [set_named(name) for name in table["stimulus"].unique()]
        self.at_powers = [each for each in sets if each.arrays == EQUAL_RMS_ARRAYS]
        self.quilts = [each for each in sets if each.segment]

    def of(self, group: str, split: str = MEASURED_SPLIT) -> np.ndarray:
        """Mask of the split's clips that are music or non-music."""
        return (self.clips[split]["group"] == group).to_numpy()

    def drawn(
        self,
        stimuli: StimulusSet,
        chosen: np.ndarray,
        units: str,
        split: str = MEASURED_SPLIT,
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Responses of a set of units to the chosen clips, and the clips' weights.

        None if the stimulus set or the set of units is missing, or has too few clips.
        """
        if (stimuli.name, split) not in self._responses:
            return None
        rows, found = self._responses[stimuli.name, split]
        kept = chosen[found]
        if units not in rows or not _enough(kept):
            return None
        return rows[units].to_numpy()[kept], self._weights[split][found[kept]]

    def mean(
        self,
        stimuli: StimulusSet,
        chosen: np.ndarray,
        units: str,
        split: str = MEASURED_SPLIT,
    ) -> np.ndarray | None:
        """Mean response, (1 + draws,); None if `drawn` is."""
        drawn = self.drawn(stimuli, chosen, units, split)
        return None if drawn is None else weighted_mean(*drawn)


def _clip_rows(means: _Means) -> Iterator[PossibleRow]:
    for group in COMPARED_GROUPS:
        chosen = means.of(group)
        mean = means.mean(CLIPS, chosen, ALL_UNITS)
        yield MEAN_RESPONSE.row(mean, group=group)
        yield MS_RESPONSE.row(means.mean(CLIPS, chosen, MS_UNITS), group=group)
        yield N_CLIPS.row(float(chosen.sum()), group=group)
    music, rest = (
        means.drawn(CLIPS, means.of(group), ALL_UNITS) for group in COMPARED_GROUPS
    )
    if music and rest:
        yield EFFECT_SIZE.row(weighted_common_language(*music, *rest))
    for split in SPLITS:
        music, rest = (
            means.mean(CLIPS, means.of(group, split), MS_UNITS, split)
            for group in COMPARED_GROUPS
        )
        yield RESPONSE_RATIO.row(_ratio(music, rest), split=split)


def _power_rows(means: _Means) -> Iterator[PossibleRow]:
    for split in SPLITS:
        music, rest = (means.of(group, split) for group in COMPARED_GROUPS)
        reference = means.mean(at_power(1), rest, MS_UNITS, split)
        for stimuli in means.at_powers:
            ratio = _ratio(means.mean(stimuli, music, MS_UNITS, split), reference)
            yield EQUAL_RMS_RATIO.row(ratio, split=split, divisor=stimuli.divisor)


def _quilt_rows(means: _Means) -> Iterator[PossibleRow]:
    for group, units in itertools.product(COMPARED_GROUPS, (MS_UNITS, OTHER_UNITS)):
        chosen = means.of(group)
        original = means.mean(UNQUILTED, chosen, units)
        for stimuli in means.quilts:
            fields = {"group": group, "units": units, "segment": stimuli.segment}
            mean = means.mean(stimuli, chosen, units)
            yield QUILT_RESPONSE.row(mean, **fields)
            yield QUILT_RELATIVE.row(_ratio(mean, original), **fields)


def _genre_rows(means: _Means, genres: Mapping[str, set[str]]) -> Iterator[PossibleRow]:
    labels = means.clips[MEASURED_SPLIT]["labels"]
    music, rest = (means.of(group) for group in COMPARED_GROUPS)
    reference = means.mean(CLIPS, rest, MS_UNITS)
    for genre, classes in genres.items():
        chosen = music & [not classes.isdisjoint(names) for names in labels]
        ratio = _ratio(means.mean(CLIPS, chosen, MS_UNITS), reference)
        yield GENRE_RATIO.row(ratio, genre=genre)
        for stimuli in means.quilts:
            mean = means.mean(stimuli, chosen, MS_UNITS)
            yield QUILT_GENRE_RESPONSE.row(mean, genre=genre, segment=stimuli.segment)


def _category_rows(
    means: _Means, categories: Mapping[str, set[str]]
) -> Iterator[PossibleRow]:
    labels = means.clips[MEASURED_SPLIT]["labels"]
    for category, classes in categories.items():
        units = CATEGORY_UNITS.format(category=category)
        own, outside = category_sides(labels, classes)
        mean, rest = (means.mean(CLIPS, c, units) for c in (own, outside))
        yield CATEGORY_RATIO.row(_ratio(mean, rest), category=category)
        for stimuli in means.quilts:
            mean = means.mean(stimuli, own, units)
            yield CATEGORY_QUILT_RESPONSE.row(
                mean, category=category, segment=stimuli.segment
            )


def _ratio(above: np.ndarray | None, below: np.ndarray | None) -> np.ndarray | None:
    """Ratio of mean responses; None if one is None, NaN for a negative denominator."""
    if above is None or below is None:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below < 0, np.nan, above / below)


def _enough(*masks: np.ndarray) -> bool:
    return all(np.count_nonzero(mask) >= LEAST_CLIPS for mask in masks)


def _find(clips: pd.DataFrame, clip_ids: Sequence[str]) -> np.ndarray:
    """Positions of the given ids in `clips`."""
    clip_ids = np.asarray(clip_ids, dtype=object)
    found = pd.Index(clips["clip_id"]).get_indexer(clip_ids)
    if (found < 0).any():
        raise InputError(
            f"clip {clip_ids[found < 0][0]!r} of the activation tables is not in the "
            "clip table; delete the activation tables and run the study again"
        )
    return found
