"""Log-mel arrays of stimulus sets: the rows of the clips, and opening the arrays.

Sets are made once, as arrays in the shards of the clips, so that all networks hear the
same sounds. The row of each clip follows from the table of clips alone.
"""

import os
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from music_selectivity.audio.log_mel import FLOOR_DB
from music_selectivity.stimuli.sets import (
    CLIPS,
    EQUAL_RMS_ARRAYS,
    NATURAL_SOUNDS,
    StimulusSet,
    at_power,
)
from music_selectivity.store import ShardedArray, read_table
from music_selectivity.vocabulary import USED


def stimulus_clips(clips: pd.DataFrame, stimuli: StimulusSet) -> pd.DataFrame:
    """The clips of a stimulus set, with the shard and row of each in its arrays.

    Parameters
    ----------
    clips
        The clip table, with the excluded clips; for quilts and the unquilted clips,
        ``quilt_clips.quilt_clips``, with those left out.

    Returns
    -------
    DataFrame
        Rows of `clips`, in order; their column row is the row in the set's arrays.
    """
    reason = "left_out" if stimuli.segment else "excluded"
    chosen = clips[clips[reason] == USED]
    if stimuli == CLIPS:
        return chosen.reset_index(drop=True)
    # The arrays of equal levels contain more clips than the sets of lower power.
    in_arrays = at_power(1) if stimuli.arrays == EQUAL_RMS_ARRAYS else stimuli
    chosen = _of(chosen, in_arrays)
    chosen = chosen.assign(row=chosen.groupby("shard").cumcount())
    return _of(chosen, stimuli).reset_index(drop=True)


def _of(clips: pd.DataFrame, stimuli: StimulusSet) -> pd.DataFrame:
    of_groups = clips["group"].isin(stimuli.groups)
    return clips[of_groups & clips["split"].isin(stimuli.splits)]


def sound_table(
    stimuli: StimulusSet, tables: Mapping[str, str | os.PathLike]
) -> pd.DataFrame:
    """The table that lists the sounds of a stimulus set, for `open_stimuli`.

    `tables` are paths by ``StimulusSet.table``, at least the one of this set.
    """
    return read_table(tables[stimuli.table])


def open_stimuli(
    table: pd.DataFrame, stimuli: StimulusSet, paths: Sequence[str | os.PathLike]
) -> tuple[np.ndarray, "ShardedArray | Attenuated"]:
    """Names and log-mels of the sounds in a stimulus set.

    Parameters
    ----------
    table
        `sound_table`: the clip table, for quilts ``quilt_clips.quilt_clips``, or for
        the natural sounds ``natural_sounds.read_sounds``.
    paths
        The .npy files of the set's arrays in the order of shards; the natural sounds
        have one.

    Returns
    -------
    names : array, shape (sounds,)
        Clip ids, or names of the natural sounds.
    log_mels
        Log-mels of the sounds in dB, (sounds, mels, frames), by ``take`` and ``len``.
    """
    if stimuli == NATURAL_SOUNDS:
        rows = np.arange(len(table))
        names = table["sound"].to_numpy(dtype=object)
        return names, ShardedArray(paths, np.zeros_like(rows), rows)
    chosen = stimulus_clips(table, stimuli)
    log_mels = ShardedArray(paths, chosen["shard"], chosen["row"])
    if stimuli.arrays == EQUAL_RMS_ARRAYS:
        log_mels = Attenuated(log_mels, 1 / stimuli.divisor)
    return chosen["clip_id"].to_numpy(dtype=object), log_mels


class Attenuated:
    """Log-mels of the same waveforms with `power_ratio` (at most 1) of their power.

    This is exact, because scaling a waveform shifts all bins except those at the floor.
    """

    def __init__(self, log_mels: ShardedArray, power_ratio: float) -> None:
        self._log_mels = log_mels
        self._gain = np.float32(10 * np.log10(power_ratio))

    def __len__(self) -> int:
        return len(self._log_mels)

    @property
    def row_shape(self) -> tuple[int, ...]:
        """Shape of one item."""
        return self._log_mels.row_shape

    def take(self, items: np.ndarray) -> np.ndarray:
        """Copy of the given items, as from ``ShardedArray.take``."""
        return np.maximum(self._log_mels.take(items) + self._gain, FLOOR_DB)
