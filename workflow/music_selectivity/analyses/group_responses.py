"""Responses to the music and the non-music clips of a split, for their comparison."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from music_selectivity.errors import InputError
from music_selectivity.vocabulary import COMPARED_GROUPS, MUSIC

LEAST_CLIPS = 2
"""A single clip has no variance, and all bootstrap samples of it are equal."""


def enough(*masks: np.ndarray) -> bool:
    """Whether each mask selects at least `LEAST_CLIPS` clips."""
    return all(np.count_nonzero(mask) >= LEAST_CLIPS for mask in masks)


class GroupResponses(NamedTuple):
    """Responses to the music and non-music clips of a split, in table order.

    Attributes
    ----------
    responses : array, shape (clips, units), float64
    is_music : array, shape (clips,), bool
    rows : array, shape (clips,), int
        Positions of the clips in the clip table.
    """

    responses: np.ndarray
    is_music: np.ndarray
    rows: np.ndarray

    @property
    def music(self) -> np.ndarray:
        """Responses to music."""
        return self.responses[self.is_music]

    @property
    def nonmusic(self) -> np.ndarray:
        """Responses to non-music."""
        return self.responses[~self.is_music]


def group_responses(
    responses: np.ndarray, clips: pd.DataFrame, split: str
) -> GroupResponses:
    """Responses to the music and non-music clips of a split, without mixed clips.

    Parameters
    ----------
    responses
        (clips, units).
    clips
        Clip table with the same rows: split, group.

    Raises
    ------
    InputError
        The split has fewer than `LEAST_CLIPS` music or non-music clips, or a response
        is not finite.
    ValueError
        There are not as many responses as clips.
    """
    if len(responses) != len(clips):
        raise ValueError(f"{len(responses)} responses for {len(clips)} clips")
    compared = clips["group"].isin(COMPARED_GROUPS) & (clips["split"] == split)
    rows = np.flatnonzero(compared)
    is_music = (clips["group"].to_numpy() == MUSIC)[rows]
    n_music = np.count_nonzero(is_music)
    n_nonmusic = len(rows) - n_music
    if min(n_music, n_nonmusic) < LEAST_CLIPS:
        raise InputError(
            f"the {split} split has {n_music} music and {n_nonmusic} non-music clips, "
            f"but their comparison needs {LEAST_CLIPS} of each; add clips, or check "
            "their labels and categories.music"
        )
    chosen = responses[rows].astype(np.float64)
    if not np.isfinite(chosen).all():
        raise InputError(
            f"responses on the {split} split contain NaN or infinity; if the study "
            "trained this network, it has diverged: train it again with a lower "
            "learning rate"
        )
    return GroupResponses(chosen, is_music, rows)


def compared_weights(
    weights: np.ndarray, clips: pd.DataFrame, split: str
) -> np.ndarray:
    """Weights of the clips of `group_responses`, in the same order.

    Parameters
    ----------
    weights
        ``bootstrap.split_weights`` of the split, (clips of the split, 1 + draws).
    clips, split
        As for `group_responses`.

    Raises
    ------
    ValueError
        There are not as many weights as clips in the split.
    """
    groups = clips.loc[clips["split"] == split, "group"]
    if len(weights) != len(groups):
        raise ValueError(f"{len(weights)} weights for {len(groups)} {split} clips")
    return weights[groups.isin(COMPARED_GROUPS).to_numpy()]
