"""What sets of units answer to every stimulus set: clips, levels, quilts, categories.

Units are reduced to the means of a few sets of them, clip by clip and once for all:
whatever is asked later, and every bootstrap replicate of it, comes of that small table.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from music_selectivity.errors import InputError
from music_selectivity.resampling import weighted_mean
from music_selectivity.selectivity import (
    MEASURED_SPLIT,
    OTHER_SPLIT,
    SELECTION_SPLIT,
    music_selectivity_index,
    top_units,
)

GROUPS = ("music", "nonmusic")

# Fewer clips have no variance, and their mean no replicates worth the name.
LEAST_CLIPS = 2

# Measure, condition and values; no values where there is nothing to measure.
Row = tuple[str, str, np.ndarray | float | None]


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
    if len(responses) != len(clips):
        raise ValueError(f"{len(responses)} responses for {len(clips)} clips")
    if not np.isfinite(responses).all():
        raise InputError(
            "responses hold NaN or infinity: the network diverged; train it again with "
            "a lower learning rate"
        )
    splits = {split: (clips["split"] == split).to_numpy() for split in OTHER_SPLIT}
    music, nonmusic = ((clips["group"] == group).to_numpy() for group in GROUPS)
    every = np.arange(responses.shape[1])
    sets: dict[str, dict[str, np.ndarray]] = {"all": {}, "ms": {}, "others": {}}
    for split, other in OTHER_SPLIT.items():
        chosen_on = splits[other]
        if not _enough(music & chosen_on, nonmusic & chosen_on):
            raise InputError(
                f"the {other} split has fewer than {LEAST_CLIPS} music or non-music "
                "clips to choose units on: add clips, or check their labels and "
                "categories.music"
            )
        index = music_selectivity_index(
            responses[music & chosen_on], responses[nonmusic & chosen_on]
        )
        sets["all"][split] = every
        sets["ms"][split] = top_units(index, fraction)
        sets["others"][split] = np.setdiff1d(every, sets["ms"][split])
    chosen_on = splits[SELECTION_SPLIT]
    for category, classes in _classes(categories, "category").items():
        own, outside = category_sides(clips["labels"], classes)
        sides = itertools.product((own, outside), splits.values())
        if _enough(*(side & of_split for side, of_split in sides)):
            index = music_selectivity_index(
                responses[own & chosen_on], responses[outside & chosen_on]
            )
            units = top_units(index, fraction)
            sets[f"category:{category}"] = {MEASURED_SPLIT: units}
    return sets


def category_sides(
    labels: Iterable[Sequence[str]], classes: Iterable[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Clips that belong to a category, and clips that do not, as two masks.

    To the first all of a clip's labels belong, to the second none; a clip that holds
    both, or has no label, is on neither side. Labels alone decide, so music stands
    outside the category of speech, as does music mixed with birdsong.
    """
    labels, classes = [set(names) for names in labels], set(classes)
    own = np.array([bool(names) and names <= classes for names in labels], bool)
    outside = np.array(
        [bool(names) and names.isdisjoint(classes) for names in labels], bool
    )
    return own, outside


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
    """Every measure of the responses, for ``resampling.measure_table``.

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
        ``resampling.split_weights``.

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
        _genre_rows(means, _classes(categories, "genre")),
        _category_rows(means, _classes(categories, "category")),
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
        self.clips = {split: clips[clips["split"] == split] for split in OTHER_SPLIT}
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
        names = table["stimulus"].unique()
        self.powers = [n.removeprefix("power_") for n in names if n[:6] == "power_"]
        self.lengths = [n.removeprefix("quilt_") for n in names if n[:6] == "quilt_"]

    def of(self, group: str, split: str = MEASURED_SPLIT) -> np.ndarray:
        """Mask of the split's clips that are music or non-music."""
        return (self.clips[split]["group"] == group).to_numpy()

    def drawn(
        self, stimulus: str, chosen: np.ndarray, units: str, split: str = MEASURED_SPLIT
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Responses of a set of units to the chosen clips, and the clips' weights.

        None if there is no such stimulus set or set of units, or too few clips.
        """
        if (stimulus, split) not in self._responses:
            return None
        rows, found = self._responses[stimulus, split]
        kept = chosen[found]
        if units not in rows or not _enough(kept):
            return None
        return rows[units].to_numpy()[kept], self._weights[split][found[kept]]

    def mean(
        self, stimulus: str, chosen: np.ndarray, units: str, split: str = MEASURED_SPLIT
    ) -> np.ndarray | None:
        """Mean response, (1 + draws,), or None, as `drawn`."""
        drawn = self.drawn(stimulus, chosen, units, split)
        return None if drawn is None else weighted_mean(*drawn)


def _clip_rows(means: _Means) -> Iterator[Row]:
    for group in GROUPS:
        chosen = means.of(group)
        yield "mean_response", group, means.mean("original", chosen, "all")
        yield "ms_response", group, means.mean("original", chosen, "ms")
        yield "n_clips", group, float(chosen.sum())
    music, rest = (means.drawn("original", means.of(group), "all") for group in GROUPS)
    if music and rest:
        yield "effect_size", "all_units", weighted_common_language(*music, *rest)
    for split in OTHER_SPLIT:
        music, rest = (
            means.mean("original", means.of(group, split), "ms", split)
            for group in GROUPS
        )
        yield "response_ratio", split, _ratio(music, rest)


def _power_rows(means: _Means) -> Iterator[Row]:
    for split in OTHER_SPLIT:
        music, rest = (means.of(group, split) for group in GROUPS)
        reference = means.mean("power_1", rest, "ms", split)
        for power in means.powers:
            mean = means.mean(f"power_{power}", music, "ms", split)
            yield "power_ratio", f"{split}/{power}", _ratio(mean, reference)


def _quilt_rows(means: _Means) -> Iterator[Row]:
    for group, units in itertools.product(GROUPS, ("ms", "others")):
        chosen = means.of(group)
        original = means.mean("quilt_original", chosen, units)
        for length in means.lengths:
            condition = f"{group}/{units}/{length}"
            mean = means.mean(f"quilt_{length}", chosen, units)
            yield "quilt_response", condition, mean
            yield "quilt_relative", condition, _ratio(mean, original)


def _genre_rows(means: _Means, genres: Mapping[str, set[str]]) -> Iterator[Row]:
    labels = means.clips[MEASURED_SPLIT]["labels"]
    music, rest = (means.of(group) for group in GROUPS)
    reference = means.mean("original", rest, "ms")
    for genre, classes in genres.items():
        chosen = music & [not classes.isdisjoint(names) for names in labels]
        mean = means.mean("original", chosen, "ms")
        yield "genre_ratio", genre, _ratio(mean, reference)
        for length in means.lengths:
            mean = means.mean(f"quilt_{length}", chosen, "ms")
            yield "quilt_genre_response", f"{genre}/{length}", mean


def _category_rows(means: _Means, categories: Mapping[str, set[str]]) -> Iterator[Row]:
    labels = means.clips[MEASURED_SPLIT]["labels"]
    for category, classes in categories.items():
        units = f"category:{category}"
        own, outside = category_sides(labels, classes)
        mean, rest = (means.mean("original", c, units) for c in (own, outside))
        yield "category_ratio", category, _ratio(mean, rest)
        for length in means.lengths:
            mean = means.mean(f"quilt_{length}", own, units)
            yield "category_quilt_response", f"{category}/{length}", mean


def _ratio(above: np.ndarray | None, below: np.ndarray | None) -> np.ndarray | None:
    """Ratio of mean responses, None if either is; NaN over a negative one."""
    if above is None or below is None:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below < 0, np.nan, above / below)


def _enough(*masks: np.ndarray) -> bool:
    return all(np.count_nonzero(mask) >= LEAST_CLIPS for mask in masks)


def _classes(categories: pd.DataFrame, kind: str) -> dict[str, set[str]]:
    """Classes of each category, or genre, in the table's order."""
    of_kind = categories[categories["kind"] == kind]
    return {
        name: set(classes)
        for name, classes in of_kind.groupby("category", sort=False)["class"]
    }


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
