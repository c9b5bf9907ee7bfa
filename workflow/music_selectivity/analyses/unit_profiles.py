"""Profiles of single units: what each of them responds to, and which classes need it.

They describe the units that readers choose from in the report; no claim is tested by
them. Responses to classes and clips, and average precision, are those on eval clips,
from which no network learns. Responses to other stimulus sets are to clips of the
measured split.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd

from music_selectivity.analyses.ablation import class_average_precision
from music_selectivity.analyses.selectivity import top_units
from music_selectivity.analyses.unit_sets import positions
from music_selectivity.corpus.clip_table import label_matrix
from music_selectivity.stats.bootstrap import split_weights
from music_selectivity.vocabulary import (
    CLASS_PRECISION,
    CLASS_RESPONSE,
    CLIP_RESPONSE,
    COMPARED_GROUPS,
    LEAST_POSITIVES,
    LISTED,
    MEASURED_SPLIT,
    MS_UNITS,
    NO_UNITS,
    OTHER_SPLIT,
    OTHER_UNITS,
    OTHERS_SHOWN,
    PRECISION_CHANGE,
    SPLITS,
    STIMULUS_RESPONSE,
    UNIT_INDEX,
    UNIT_RANK,
    UNIT_RESPONSE,
)

COLUMNS = ["quantity", "unit", "place", "group", "value", "clips"]
NO_UNIT = -1

Rows = Iterator[tuple[str, int, str, str, float, int]]


def shown_units(index: np.ndarray, fraction: float) -> np.ndarray:
    """Numbers of the units that have a profile, in the order of falling index.

    They are the music-selective units, and `OTHERS_SHOWN` of the others, evenly spaced
    from the most to the least selective of these.

    Parameters
    ----------
    index
        Music-selectivity index of every unit, (units,).
    fraction
        Share of the units that are music-selective.
    """
    ranking, selective = top_units(index, 1), len(top_units(index, fraction))
    others = np.linspace(selective, len(ranking) - 1, OTHERS_SHOWN).round().astype(int)
    return ranking[np.union1d(np.arange(selective), others)]


def unit_profiles(
    units: pd.DataFrame,
    responses: np.ndarray,
    stimuli: Iterable[tuple[str, np.ndarray, np.ndarray]],
    head: Callable[[np.ndarray], np.ndarray],
    clips: pd.DataFrame,
    classes: pd.DataFrame,
    fraction: float,
    measured_split: str = MEASURED_SPLIT,
) -> pd.DataFrame:
    """Profiles of the `shown_units` of a network, and the units that each class needs.

    Parameters
    ----------
    units
        ``selectivity.unit_table``.
    responses
        Responses to the unaltered clips, (clips, units).
    stimuli
        Name of a stimulus set, clip ids, and responses to its sounds; set by set.
    head
        From responses to the scores of the classes.
    clips, classes
        Clip table with the rows of `responses`, and classes.csv.
    fraction
        Share of the units that are music-selective.
    measured_split
        Config value ``analysis.measured_split``. The other split ranks the units.

    Returns
    -------
    DataFrame
        `COLUMNS`. The quantities are:

        - rank: of every unit, from 1; place is the split that ranks, and group says
          whether the unit is music-selective (ms) or not (others)
        - msi: music-selectivity index of every unit; place is the split
        - mean_response: of each shown unit, to all eval clips
        - class_response: to the eval clips with a class, for the classes of most and of
          least response
        - clip_response: to an eval clip, for those of most response
        - stimulus_response: to the clips of a group in a stimulus set
        - average_precision: of a class, with all units; unit is `NO_UNIT`
        - precision_change: of a class if the unit alone is silenced, for the classes of
          largest loss and of largest gain of each shown unit, and for the units of
          largest loss of each class

        clips is the number of clips behind a value, of those with the class for average
        precision; 1 for an index, a rank and a clip. Classes with fewer than
        `LEAST_POSITIVES` eval clips are left out: chance would decide their places.

    Raises
    ------
    InputError
        A clip of a stimulus set is not in the clip table, or no clip can be scored.
    """
    ranked_on = OTHER_SPLIT[measured_split]
    index = units[f"msi_{ranked_on}"].to_numpy()
    shown = shown_units(index, fraction)
    held_out = (clips["split"] == MEASURED_SPLIT).to_numpy()
    answers, labels = responses[held_out], label_matrix(clips, classes)[held_out]
    precision, changes = silencing(
        head, answers, labels, split_weights(clips, MEASURED_SPLIT, draws=0)
    )
    counts = labels.sum(axis=0, dtype=int)
    listed = np.flatnonzero(counts >= LEAST_POSITIVES)
    names = classes["name"].to_numpy(dtype=object)[listed]
    rows = [
        *_rank_rows(index, fraction, ranked_on),
        *_index_rows(units),
        *_class_rows(answers, labels[:, listed], names, shown),
        *_clip_rows(answers, clips.loc[held_out, "clip_id"].to_numpy(), shown),
        *_precision_rows(
            precision[listed], changes[:, listed], counts[listed], names, shown
        ),
    ]
    for name, clip_ids, found in stimuli:
        found_in = positions(pd.Index(clips["clip_id"]), clip_ids)
        of_sounds = clips.iloc[found_in]
        rows += _stimulus_rows(name, found, of_sounds, shown, measured_split)
    return pd.DataFrame(rows, columns=COLUMNS)


def silencing(
    head: Callable[[np.ndarray], np.ndarray],
    responses: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Average precision of each class, and what silencing each unit alone changes.

    Parameters
    ----------
    head, responses, labels, weights
        As for ``ablation.class_average_precision``, which scores; without draws.

    Returns
    -------
    precision : array, shape (classes,)
        With all units; NaN for a class without positives.
    changes : array, shape (units, classes)
        Average precision without the unit, minus that with all units.
    """
    sets = {NO_UNITS: []} | {unit: [unit] for unit in range(responses.shape[1])}
    found = class_average_precision(head, responses, labels, sets, weights)
    precision, *without = (of_classes[:, 0] for of_classes in found.values())
    return precision, np.stack(without) - precision


def _rank_rows(index: np.ndarray, fraction: float, ranked_on: str) -> Rows:
    selective = set(top_units(index, fraction))
    for rank, unit in enumerate(top_units(index, 1), start=1):
        group = MS_UNITS if unit in selective else OTHER_UNITS
        yield UNIT_RANK, unit, ranked_on, group, rank, 1


def _index_rows(units: pd.DataFrame) -> Rows:
    for split in SPLITS:
        for unit, index in zip(units["unit"], units[f"msi_{split}"], strict=True):
            yield UNIT_INDEX, unit, split, "", index, 1


def _class_rows(
    responses: np.ndarray, labels: np.ndarray, names: np.ndarray, shown: np.ndarray
) -> Rows:
    """Responses of shown units to all eval clips, and to those of extreme classes."""
    counts = labels.sum(axis=0, dtype=int)
    answers = responses[:, shown].astype(np.float64)
    means = labels.T @ answers / counts[:, None]
    for column, unit in enumerate(shown):
        mean = answers[:, column].mean()
        yield UNIT_RESPONSE, unit, "", "", mean, len(answers)
        for k in _ends(means[:, column]):
            yield CLASS_RESPONSE, unit, names[k], "", means[k, column], counts[k]


def _clip_rows(responses: np.ndarray, clip_ids: np.ndarray, shown: np.ndarray) -> Rows:
    for unit in shown:
        of_unit = responses[:, unit]
        for clip in np.argsort(-of_unit, kind="stable")[:LISTED]:
            # A unit that answers all clips alike prefers none.
            if of_unit[clip] > of_unit.min():
                yield CLIP_RESPONSE, unit, clip_ids[clip], "", of_unit[clip], 1


def _precision_rows(
    precision: np.ndarray,
    changes: np.ndarray,
    counts: np.ndarray,
    names: np.ndarray,
    shown: np.ndarray,
) -> Rows:
    chosen = np.zeros(changes.shape, bool)
    for unit in shown:
        chosen[unit, _ends(changes[unit])] = True
    for k, name in enumerate(names):
        yield CLASS_PRECISION, NO_UNIT, name, "", precision[k], counts[k]
        chosen[np.argsort(changes[:, k], kind="stable")[:LISTED], k] = True
    for unit, k in zip(*np.nonzero(chosen), strict=True):
        yield PRECISION_CHANGE, unit, names[k], "", changes[unit, k], counts[k]


def _stimulus_rows(
    name: str,
    responses: np.ndarray,
    clips: pd.DataFrame,
    shown: np.ndarray,
    measured_split: str,
) -> Rows:
    for group in COMPARED_GROUPS:
        chosen = (clips["group"] == group) & (clips["split"] == measured_split)
        answers = responses[chosen.to_numpy()][:, shown]
        if len(answers):
            means = answers.mean(axis=0, dtype=np.float64)
            for unit, mean in zip(shown, means, strict=True):
                yield STIMULUS_RESPONSE, unit, name, group, mean, len(answers)


def _ends(values: np.ndarray) -> np.ndarray:
    """Positions of the `LISTED` lowest and highest of `values`, without repetition."""
    ranking = np.argsort(values, kind="stable")
    return np.union1d(ranking[:LISTED], ranking[-LISTED:])
