"""Measures of responses to all stimulus sets: clips, levels, quilts, categories.

They are computed, with their bootstrap replicates, from the mean response of each set
of units to each clip.
"""

import itertools
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from music_selectivity.analyses.group_responses import enough
from music_selectivity.analyses.unit_sets import positions
from music_selectivity.corpus.category_members import category_sides, classes_of
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
    UNQUILTED_CATEGORY_RESPONSE,
    UNQUILTED_GENRE_RESPONSE,
    UNQUILTED_RESPONSE,
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
    OTHER_UNITS,
    SPLITS,
)

# A row whose values are None if they cannot be measured.
PossibleRow = tuple[str, str, np.ndarray | float | None]


def tuning_rows(
    table: pd.DataFrame,
    clips: pd.DataFrame,
    categories: pd.DataFrame,
    weights: Mapping[str, np.ndarray],
    reselected: Mapping[str, tuple[np.ndarray, np.ndarray]],
    measured_split: str = MEASURED_SPLIT,
) -> list[Row]:
    """All measures of the responses, for ``measures.measure_table``.

    Parameters
    ----------
    table
        ``unit_sets.clip_responses`` to every stimulus set, concatenated, with the name
        of the set in a column ``stimulus``.
    clips
        Clip table: clip_id, split, group, labels.
    categories
        ``categories.category_table``.
    weights
        ``bootstrap.split_weights`` by split, (clips of the split, 1 + draws), in the
        order of `clips`.
    reselected
        ``reselection.means_of_reselected`` of the same draws.
    measured_split
        As for ``unit_sets.unit_sets``.

    Returns
    -------
    list of (measure, condition, values)
        Values are (1 + draws,), but n_clips is a number. Responses are to clips of
        `measured_split` unless the condition names the split. The replicates of
        response_ratio select the units again in each draw; all others are of the units
        that the true clips select.

        - mean_response (music, nonmusic) and effect_size (all_units), of all units; the
          effect size is the probability that the response to a music clip exceeds that
          to a non-music clip (Fig. 2a)
        - ms_response (music, nonmusic), response_ratio (train, eval): Fig. 2b
        - n_clips (music, nonmusic)
        - equal_rms_ratio <split>/<k>: response of MS units to music at 1/k of the
          power, divided by that to non-music at full power; all clips have the same
          RMS level before (Fig. 2c)
        - quilt_response <group>/<ms or others>/<order>/<segment ms>: response to sound
          quilts, and <group>/<ms or others>/original: to the same clips unquilted
          (Fig. 4b, c); quilt_relative: the first divided by the second (Fig. 5b)
        - quilt_genre_response <genre>/<order>/<segment ms> and <genre>/original:
          response of MS units to music clips with a class of the genre (Fig. S7);
          genre_ratio <genre>: response to all such clips, divided by that to non-music
          clips
        - category_ratio <category>: response of the category's own units to its clips,
          divided by that to clips outside it; category_quilt_response
          <category>/<order>/<segment ms> and <category>/original: response to quilts of
          its clips, and to the same clips unquilted (Fig. S11, S12)

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
    means = _Means(table, clips, weights, measured_split)
    rows = itertools.chain(
        _clip_rows(means),
        _response_ratio_rows(means, reselected),
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
        measured_split: str,
    ) -> None:
        self.clips = {split: clips[clips["split"] == split] for split in SPLITS}
        for split, of_split in self.clips.items():
            if len(weights[split]) != len(of_split):
                raise ValueError(
                    f"{len(weights[split])} weights for {len(of_split)} {split} clips"
                )
        self._weights = weights
        self._measured_split = measured_split
        self.labels = self.clips[measured_split]["labels"]
        # Made once, since an index takes as long to make as to look up all clips.
        ids = {split: pd.Index(of["clip_id"]) for split, of in self.clips.items()}
        self._responses = {
            (stimulus, split): (rows, positions(ids[split], rows["clip_id"]))
            for (stimulus, split), rows in table.groupby(["stimulus", "split"])
        }
        sets = [set_named(name) for name in table["stimulus"].unique()]
        self.at_powers = [each for each in sets if each.arrays == EQUAL_RMS_ARRAYS]
        self.quilts = [each for each in sets if each.is_quilt]

    def of(self, group: str, split: str | None = None) -> np.ndarray:
        """Mask of the clips that are music or non-music, by default if measured."""
        return (self.clips[split or self._measured_split]["group"] == group).to_numpy()

    def drawn(
        self,
        stimuli: StimulusSet,
        chosen: np.ndarray,
        units: str,
        split: str | None = None,
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Responses of a set of units to the chosen clips, and the clips' weights.

        None if the stimulus set or the set of units is missing, or has too few clips.
        The clips are those of the measured split unless another is given.
        """
        split = split or self._measured_split
        if (stimuli.name, split) not in self._responses:
            return None
        rows, found = self._responses[stimuli.name, split]
        kept = chosen[found]
        if units not in rows or not enough(kept):
            return None
        return rows[units].to_numpy()[kept], self._weights[split][found[kept]]

    def mean(
        self,
        stimuli: StimulusSet,
        chosen: np.ndarray,
        units: str,
        split: str | None = None,
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
        for split in SPLITS:
            n_clips = float(means.of(group, split).sum())
            yield N_CLIPS.row(n_clips, split=split, group=group)
    music, rest = (
        means.drawn(CLIPS, means.of(group), ALL_UNITS) for group in COMPARED_GROUPS
    )
    if music and rest:
        yield EFFECT_SIZE.row(weighted_common_language(*music, *rest))


def _response_ratio_rows(
    means: _Means, reselected: Mapping[str, tuple[np.ndarray, np.ndarray]]
) -> Iterator[PossibleRow]:
    for split in SPLITS:
        music, rest = (
            means.mean(CLIPS, means.of(group, split), MS_UNITS, split)
            for group in COMPARED_GROUPS
        )
        ratio = _ratio(music, rest)
        if ratio is not None:
            ratio = np.append(ratio[0], _ratio(*reselected[split]))
        yield RESPONSE_RATIO.row(ratio, split=split)


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
        yield UNQUILTED_RESPONSE.row(original, group=group, units=units)
        for quilts in means.quilts:
            fields = {"group": group, "units": units, **_fields(quilts)}
            mean = means.mean(quilts, chosen, units)
            yield QUILT_RESPONSE.row(mean, **fields)
            yield QUILT_RELATIVE.row(_ratio(mean, original), **fields)


def _genre_rows(means: _Means, genres: Mapping[str, set[str]]) -> Iterator[PossibleRow]:
    music, rest = (means.of(group) for group in COMPARED_GROUPS)
    reference = means.mean(CLIPS, rest, MS_UNITS)
    for genre, classes in genres.items():
        chosen = music & [not classes.isdisjoint(names) for names in means.labels]
        ratio = _ratio(means.mean(CLIPS, chosen, MS_UNITS), reference)
        yield GENRE_RATIO.row(ratio, genre=genre)
        original = means.mean(UNQUILTED, chosen, MS_UNITS)
        yield UNQUILTED_GENRE_RESPONSE.row(original, genre=genre)
        for quilts in means.quilts:
            mean = means.mean(quilts, chosen, MS_UNITS)
            yield QUILT_GENRE_RESPONSE.row(mean, genre=genre, **_fields(quilts))


def _category_rows(
    means: _Means, categories: Mapping[str, set[str]]
) -> Iterator[PossibleRow]:
    for category, classes in categories.items():
        units = CATEGORY_UNITS.format(category=category)
        own, outside = category_sides(means.labels, classes)
        mean, rest = (means.mean(CLIPS, c, units) for c in (own, outside))
        yield CATEGORY_RATIO.row(_ratio(mean, rest), category=category)
        original = means.mean(UNQUILTED, own, units)
        yield UNQUILTED_CATEGORY_RESPONSE.row(original, category=category)
        # Quilts of one group alone are compared only if all clips are of that group.
        of_either = [
            group for group in COMPARED_GROUPS if (own & means.of(group)).any()
        ]
        for quilts in means.quilts:
            if not set(of_either) <= set(quilts.groups):
                continue
            mean = means.mean(quilts, own, units)
            yield CATEGORY_QUILT_RESPONSE.row(
                mean, category=category, **_fields(quilts)
            )


def _fields(quilts: StimulusSet) -> dict[str, str]:
    """What the conditions of measures say of a set of quilts."""
    return {"order": quilts.order, "segment": quilts.segment}


def _ratio(above: np.ndarray | None, below: np.ndarray | None) -> np.ndarray | None:
    """Ratio of mean responses; None if one is None, NaN for a negative denominator."""
    if above is None or below is None:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below < 0, np.nan, above / below)
