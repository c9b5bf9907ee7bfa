"""Music-selectivity of units: the index, the units selected by it, and their responses.

Units are selected on one split and measured on the other, so that a chance difference
which selects a unit is not measured as its selectivity. A *clip table* here contains
the clips of an activation table, row by row; mixed clips are not used.
"""

import numpy as np
import pandas as pd

from music_selectivity.analyses.group_responses import (
    GroupResponses,
    group_responses,
)
from music_selectivity.errors import InputError
from music_selectivity.measures import SAME_SPLIT_RATIO, Row
from music_selectivity.vocabulary import MEASURED_SPLIT, OTHER_SPLIT, SPLITS


def music_selectivity_index(music: np.ndarray, nonmusic: np.ndarray) -> np.ndarray:
    """Music-selectivity index (MSI) of each unit: Welch's t of music and non-music.

    ``(mean_m - mean_n) / sqrt(var_m / n_m + var_n / n_n)`` with unbiased variances
    (paper, Methods; Fig. 2b).

    Parameters
    ----------
    music, nonmusic
        Responses, (clips, units), to at least 2 clips each.

    Returns
    -------
    array, shape (units,), float64
        Never NaN: a unit without variance has 0 if its means are equal (a dead unit),
        and plus or minus infinity if they differ.
    """
    # Relative to one clip's responses, constants cancel exactly, and no digits are lost
    # to a large common offset.
    origin = nonmusic[0].astype(np.float64)
    music, nonmusic = music - origin, nonmusic - origin
    difference = music.mean(axis=0) - nonmusic.mean(axis=0)
    error = np.sqrt(
        music.var(axis=0, ddof=1) / len(music)
        + nonmusic.var(axis=0, ddof=1) / len(nonmusic)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(difference == 0, 0.0, difference / error)


def top_units(msi: np.ndarray, fraction: float) -> np.ndarray:
    """Numbers of the ``round(fraction * units)`` (at least 1) units of largest index.

    They are in the order of falling index; ties go to the lower number. With 1/8 of 256
    units these are the 32 music-selective (MS) units of the paper.

    Raises
    ------
    InputError
        The fraction is not above 0 and at most 1.
    """
    return _ranking(msi)[: _count(msi, fraction)]


def middle_units(msi: np.ndarray, fraction: float) -> np.ndarray:
    """As many units as `top_units`, from the middle of the same ranking."""
    start = (len(msi) - _count(msi, fraction)) // 2
    return _ranking(msi)[start : start + _count(msi, fraction)]


def bottom_units(msi: np.ndarray, fraction: float) -> np.ndarray:
    """As many units as `top_units`, from the end of the same ranking."""
    return _ranking(msi)[len(msi) - _count(msi, fraction) :]


def response_ratio(music: np.ndarray, nonmusic: np.ndarray) -> float:
    """Mean response to music divided by that to non-music (paper Fig. 2b).

    Parameters
    ----------
    music, nonmusic
        Responses of the selected units, (clips, units). Each mean is over clips, of the
        mean over units.

    Returns
    -------
    float
        NaN if the units respond to nothing, infinity if only to music.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(_clip_means(music).mean() / _clip_means(nonmusic).mean())


def unit_table(responses: np.ndarray, clips: pd.DataFrame) -> pd.DataFrame:
    """Index and mean responses of each unit on both splits (units.csv).

    Parameters
    ----------
    responses
        (clips, units).
    clips
        Clip table with the same rows: split, group.

    Returns
    -------
    DataFrame
        unit; and for each split msi, l1 (mean absolute response to music and non-music
        clips), mean_music and mean_nonmusic, in columns such as ``msi_train``.

    Raises
    ------
    InputError
        A split has fewer than 2 music or non-music clips, or a response is not finite.
    """
    groups = {split: group_responses(responses, clips, split) for split in SPLITS}
    columns = {"unit": np.arange(responses.shape[1])}
    for split, found in groups.items():
        columns[f"msi_{split}"] = music_selectivity_index(found.music, found.nonmusic)
    for split, found in groups.items():
        both = np.concatenate([found.music, found.nonmusic])
        columns[f"l1_{split}"] = np.abs(both).mean(axis=0)
    for split, found in groups.items():
        columns[f"mean_music_{split}"] = found.music.mean(axis=0)
        columns[f"mean_nonmusic_{split}"] = found.nonmusic.mean(axis=0)
    return pd.DataFrame(columns)


def held_out_ratio(
    responses: np.ndarray,
    clips: pd.DataFrame,
    fraction: float,
    split: str = MEASURED_SPLIT,
) -> float:
    """Response ratio on a split of the units selected on the other.

    The default does not follow ``analysis.measured_split``: null calibration and the
    course of training measure on eval.

    Parameters
    ----------
    responses, clips
        As for `unit_table`.
    fraction
        Share of the units that is selected.
    split
        On which they are measured.

    Raises
    ------
    InputError
        As `unit_table`.
    """
    chosen_on = group_responses(responses, clips, OTHER_SPLIT[split])
    measured_on = group_responses(responses, clips, split)
    return _ratio_of_selected(chosen_on, measured_on, fraction)


def same_split_ratios(
    responses: np.ndarray, clips: pd.DataFrame, fraction: float
) -> list[Row]:
    """Response ratio of units selected and measured on the same clips: inflated.

    Parameters
    ----------
    responses, clips
        As for `unit_table`.
    fraction
        Share of the units that is selected.

    Returns
    -------
    list of (measure, condition, value)
        Rows for ``measures.measure_table``: same_split_ratio of each split.

    Raises
    ------
    InputError
        As `unit_table`.
    """
    rows = []
    for split in SPLITS:
        found = group_responses(responses, clips, split)
        value = _ratio_of_selected(found, found, fraction)
        rows.append(SAME_SPLIT_RATIO.row(value, split=split))
    return rows


def _ratio_of_selected(
    chosen_on: GroupResponses, measured_on: GroupResponses, fraction: float
) -> float:
    """Response ratio of the units that some clips select, measured on others."""
    index = music_selectivity_index(chosen_on.music, chosen_on.nonmusic)
    units = top_units(index, fraction)
    return response_ratio(measured_on.music[:, units], measured_on.nonmusic[:, units])


def _ranking(msi: np.ndarray) -> np.ndarray:
    return np.argsort(-np.asarray(msi), kind="stable")


def _count(msi: np.ndarray, fraction: float) -> int:
    if not 0 < fraction <= 1:
        raise InputError(
            f"the fraction of units is {fraction}; analysis.ms_fraction must be above "
            "0 and at most 1"
        )
    return max(1, round(fraction * len(msi)))


def _clip_means(responses: np.ndarray) -> np.ndarray:
    return responses.mean(axis=1, dtype=np.float64)
