"""Music-selectivity of units: the index, the units it chooses, and what they answer.

Units are chosen on one split and measured on the other, so that a unit cannot be called
selective for the chance it was picked by. A *clip table* here holds the clips of an
activation table, row by row; of its groups, mixed clips take no part.
"""

import numpy as np
import pandas as pd

from music_selectivity.errors import InputError

# Units are chosen where networks learn, and measured where all else is scored.
SELECTION_SPLIT, MEASURED_SPLIT = "train", "eval"
OTHER_SPLIT = {"train": "eval", "eval": "train"}


def music_selectivity_index(music: np.ndarray, nonmusic: np.ndarray) -> np.ndarray:
    """Music-selectivity index (MSI) of each unit: Welch's t of music against the rest.

    ``(mean_m - mean_n) / sqrt(var_m / n_m + var_n / n_n)`` with unbiased variances
    (paper, Methods; Fig. 2b).

    Parameters
    ----------
    music, nonmusic
        Responses, (clips, units), of at least 2 clips each.

    Returns
    -------
    array, shape (units,), float64
        Never NaN: a unit without any variance has 0 where its means agree (a dead
        unit) and plus or minus infinity where they differ.
    """
    # Counted from one clip's responses, constants cancel exactly, and no digits are
    # lost to a large common offset.
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

    The most selective comes first; of equal units the lower number. With 1/8 of 256
    units these are the 32 music-selective (MS) units of the paper.
    """
    return _ranking(msi)[: _count(msi, fraction)]


def middle_units(msi: np.ndarray, fraction: float) -> np.ndarray:
    """As many units as `top_units`, from the centre of the same ranking."""
    start = (len(msi) - _count(msi, fraction)) // 2
    return _ranking(msi)[start : start + _count(msi, fraction)]


def bottom_units(msi: np.ndarray, fraction: float) -> np.ndarray:
    """As many units as `top_units`, from the end of the same ranking."""
    return _ranking(msi)[len(msi) - _count(msi, fraction) :]


def response_ratio(music: np.ndarray, nonmusic: np.ndarray) -> float:
    """Mean response to music over mean response to non-music (paper Fig. 2b).

    Parameters
    ----------
    music, nonmusic
        Responses of the chosen units, (clips, units). Each mean is over clips of the
        mean over units.

    Returns
    -------
    float
        NaN if the units answer to nothing, infinity if to music alone.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(_clip_means(music).mean() / _clip_means(nonmusic).mean())


def unit_table(responses: np.ndarray, clips: pd.DataFrame) -> pd.DataFrame:
    """What is known of each unit, on both splits (units.csv).

    Parameters
    ----------
    responses
        (clips, units).
    clips
        Clip table of the same rows: split, group.

    Returns
    -------
    DataFrame
        unit; and for each split msi, l1 (mean absolute response over music and
        non-music clips), mean_music and mean_nonmusic, as ``msi_train`` and so on.

    Raises
    ------
    InputError
        A split has fewer than 2 music or 2 non-music clips, or a response is no number.
    """
    groups = {split: _by_group(responses, clips, split) for split in OTHER_SPLIT}
    columns = {"unit": np.arange(responses.shape[1])}
    for split, (music, nonmusic) in groups.items():
        columns[f"msi_{split}"] = music_selectivity_index(music, nonmusic)
    for split, both in groups.items():
        columns[f"l1_{split}"] = np.abs(np.concatenate(both)).mean(axis=0)
    for split, (music, nonmusic) in groups.items():
        columns[f"mean_music_{split}"] = music.mean(axis=0)
        columns[f"mean_nonmusic_{split}"] = nonmusic.mean(axis=0)
    return pd.DataFrame(columns)


def same_split_ratios(
    responses: np.ndarray, clips: pd.DataFrame, fraction: float
) -> list[tuple[str, str, float]]:
    """Response ratio of units chosen and measured on the same clips: inflated.

    Rows (measure, condition, value) of ``same_split_ratio`` on train and on eval, for
    `responses` and `clips` as for `unit_table` and a `fraction` of the units.

    Raises
    ------
    InputError
        As `unit_table`.
    """
    rows = []
    for split in OTHER_SPLIT:
        music, nonmusic = _by_group(responses, clips, split)
        units = top_units(music_selectivity_index(music, nonmusic), fraction)
        value = response_ratio(music[:, units], nonmusic[:, units])
        rows.append(("same_split_ratio", split, value))
    return rows


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


def _by_group(
    responses: np.ndarray, clips: pd.DataFrame, split: str
) -> tuple[np.ndarray, np.ndarray]:
    """Responses, float64, to the music and to the non-music clips of a split."""
    if len(responses) != len(clips):
        raise ValueError(f"{len(responses)} responses for {len(clips)} clips")
    of_split = (clips["split"] == split).to_numpy()
    music, nonmusic = (
        responses[of_split & (clips["group"] == group).to_numpy()].astype(np.float64)
        for group in ("music", "nonmusic")
    )
    if len(music) < 2 or len(nonmusic) < 2:
        raise InputError(
            f"the {split} split has {len(music)} music and {len(nonmusic)} non-music "
            "clips; selectivity needs 2 of each: add clips, or check their labels and "
            "categories.music"
        )
    if not (np.isfinite(music).all() and np.isfinite(nonmusic).all()):
        raise InputError(
            f"responses on the {split} split hold NaN or infinity: the network "
            "diverged; train it again with a lower learning rate"
        )
    return music, nonmusic
