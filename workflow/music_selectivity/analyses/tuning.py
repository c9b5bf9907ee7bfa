"""What sets of units answer to every stimulus set: clips, levels, quilts, categories.

Units are reduced to the means of a few sets of them, clip by clip and once for all:
whatever is asked later, and every bootstrap replicate of it, comes of that small table.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from music_selectivity.analyses.group_responses import LEAST_CLIPS, group_responses
from music_selectivity.analyses.selectivity import music_selectivity_index, top_units
from music_selectivity.corpus.categories import category_sides, classes_of
from music_selectivity.errors import InputError
from music_selectivity.measures import (
    CATEGORY_QUILT_RESPONSE,
    CATEGORY_RATIO,
    EFFECT_SIZE,
    GENRE_RATIO,
    MEAN_RESPONSE,
    MS_RESPONSE,
    N_CLIPS,
    POWER_RATIO,
    QUILT_GENRE_RESPONSE,
    QUILT_RELATIVE,
    QUILT_RESPONSE,
    RESPONSE_RATIO,
    Row,
)
from music_selectivity.stats.bootstrap import weighted_mean
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

# A row; without values where there is nothing to measure.
PossibleRow = tuple[str, str, np.ndarray | float | None]


def unit_sets(
    responses: np.ndarray,
    clips: pd.DataFrame,
    categories: pd.DataFrame,
    fraction: float,
) -> dict[str, dict[str, np.ndarray]]:
    """The units of each set, by the split whose clips they answer for.

    Parameters
    ----------
    responses
        To the clips themselves, (clips, units).
    clips
        Clip table of the same rows: split, group, labels.
    categories
        ``categories.category_table``.
    fraction
        Share of the units that are selective.

    Returns
    -------
    dict
        Unit numbers by set and split:

        - all: every unit
        - ms: the music-selective ones, by the index on the *other* split
        - others: all but those
        - category:<name>: chosen like ms, for clips of the category against those
          outside (`category_sides`), but on train alone, to answer for eval (paper
          Fig. S11). A category with fewer than 2 clips on a side of a split is absent.

    Raises
    ------
    InputError
        A split has fewer than 2 music or non-music clips, or a response is no number.
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
        (sounds, units), and which clip each sound was made of.
    clips
        Clip table with those clips, and any others: clip_id, split.
    sets
        `unit_sets`.

    Returns
    -------
    DataFrame
        clip_id, split, and a float32 column a set, NaN in a split that the set does
        not answer for.

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
    """Every measure of the responses, for ``measures.measure_table``.

    Parameters
    ----------
    table
        `clip_responses` to every stimulus set, one below the other, with the set's
        name in a column ``stimulus``.
    clips
        Clip table: clip_id, split, group, labels.
    categories
        ``categories.category_table``.
    weights
        By split, (clips of the split, 1 + draws), in the order of `clips`:
        ``bootstrap.split_weights``.

    Returns
    -------
    list
        (measure, condition, values): values is (1 + draws,), n_clips a number. On eval
        clips, unless the condition names the split:

        - mean_response (music, nonmusic), effect_size (all_units): of all units; the
          probability that a music clip drives them more than another (Fig. 2a)
        - ms_response (music, nonmusic), response_ratio (train, eval): Fig. 2b
        - n_clips (music, nonmusic)
        - power_ratio <split>/<k>: MS units' response to music at 1/k of the power over
          that to non-music at full power, all clips at one RMS level (Fig. 2c)
        - quilt_response <group>/<ms or others>/<segment ms, or original> (Fig. 4b, c),
          and quilt_relative: divided by the response to the original (Fig. 5b)
        - quilt_genre_response <genre>/<length>, genre_ratio <genre>: MS units, music
          clips with a class of the genre; over non-music clips (Fig. S7)
        - category_ratio <category>, category_quilt_response <category>/<length>: the
          category's own units; its clips, over those outside (Fig. S11, S12)

        A measure is absent where a stimulus set is, or where it has fewer than 2 of
        the clips. A ratio is NaN where its denominator is negative, which responses of
        linear features can be, or 0/0, and infinite over 0 otherwise.

    Raises
    ------
    InputError
        The table has a clip that is not in the clip table.
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


def weighted_common_language(
    x: np.ndarray, x_weights: np.ndarray, y: np.ndarray, y_weights: np.ndarray
) -> np.ndarray:
    """Common-language effect size, P(X > Y) + P(X = Y) / 2, in each bootstrap sample.

    Parameters
    ----------
    x, y
        (n,), (m,).
    x_weights, y_weights
        How often each value is drawn, (n, samples) and (m, samples), whole numbers.

    Returns
    -------
    array, shape (samples,)
        NaN in a sample without any x or any y.
    """
    order = np.argsort(y, kind="stable")
    below = np.zeros((len(y) + 1, y_weights.shape[1]), np.int32)
    np.cumsum(y_weights[order], axis=0, out=below[1:])
    # Twice the weight of the y below each x, those equal to it counted by half.
    left, right = (np.searchsorted(y[order], x, side) for side in ("left", "right"))
    twice = (x_weights * (below[left] + below[right])).sum(axis=0)
    pairs = x_weights.sum(axis=0, dtype=np.float64) * below[-1]
    with np.errstate(invalid="ignore"):
        return twice / (2 * pairs)


class _Means:
    """Responses to every stimulus set beside the weights of their clips."""

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

        None if there is no such stimulus set or set of units, or too few clips.
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
        """Mean response, (1 + draws,), or None, as `drawn`."""
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
            yield POWER_RATIO.row(ratio, split=split, divisor=stimuli.divisor)


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
    """Ratio of mean responses, None if either is; NaN over a negative one."""
    if above is None or below is None:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below < 0, np.nan, above / below)


def _enough(*masks: np.ndarray) -> bool:
    return all(np.count_nonzero(mask) >= LEAST_CLIPS for mask in masks)


def _find(clips: pd.DataFrame, clip_ids: Sequence[str]) -> np.ndarray:
    """Rows of `clips` that hold the given ids."""
    clip_ids = np.asarray(clip_ids, dtype=object)
    found = pd.Index(clips["clip_id"]).get_indexer(clip_ids)
    if (found < 0).any():
        raise InputError(
            f"clip {clip_ids[found < 0][0]!r} of the activation tables is not in the "
            "clip table: make them anew with the rule activations"
        )
    return found
