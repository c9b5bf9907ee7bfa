"""Stimulus sets beside the clips themselves: equal levels, and quilts.

They are made once, as log-mel shards in the clips' own shards, and every network hears
the same. Which clip lies in which row follows from the clip table alone.
"""

import os
from collections.abc import Sequence

import numpy as np
import pandas as pd

from music_selectivity.store import ShardedArray

# Level of a log-mel bin without any power: torchaudio's floor of 1e-10, in dB.
FLOOR_DB = -100.0

LEVELLED, NATURAL_SOUNDS = "levelled", "natsound165"


def stimulus_clips(clips: pd.DataFrame, stimuli: str) -> pd.DataFrame:
    """The clips of a stimulus set, with the shard and row of each.

    Parameters
    ----------
    clips
        The clip table, with clips set aside.
    stimuli
        original: every usable clip; power_1: music and non-music of both splits;
        power_k: its music; levelled: as power_1; quilt_*: music and non-music of the
        eval split.

    Returns
    -------
    DataFrame
        Rows of `clips`, in order, their column row being that in the set's shards.
    """
    chosen = clips[clips["excluded"] == ""]
    if stimuli == "original":
        return chosen.reset_index(drop=True)
    chosen = chosen[chosen["group"].isin(["music", "nonmusic"])]
    if stimuli.startswith("quilt_"):
        chosen = chosen[chosen["split"] == "eval"]
    chosen = chosen.assign(row=chosen.groupby("shard").cumcount())
    if stimuli.startswith("power_") and stimuli != "power_1":
        chosen = chosen[chosen["group"] == "music"]
    return chosen.reset_index(drop=True)


def open_stimuli(
    table: pd.DataFrame, stimuli: str, paths: Sequence[str | os.PathLike]
) -> tuple[np.ndarray, ShardedArray]:
    """Names and log-mels, (sounds, mels, frames) in dB, of a stimulus set.

    Parameters
    ----------
    table
        The clip table; of natsound165, that of its sounds.
    stimuli
        As for `stimulus_clips`, or natsound165.
    paths
        The .npy files of the set in order of shards; natsound165 has one.
    """
    if stimuli == NATURAL_SOUNDS:
        rows = np.arange(len(table))
        names = table["sound"].to_numpy(dtype=object)
        return names, ShardedArray(paths, np.zeros_like(rows), rows)
    chosen = stimulus_clips(table, stimuli)
    log_mels = ShardedArray(paths, chosen["shard"], chosen["row"])
    if stimuli.startswith("power_"):
        log_mels = Attenuated(log_mels, 1 / int(stimuli.removeprefix("power_")))
    return chosen["clip_id"].to_numpy(dtype=object), log_mels


class Attenuated:
    """Log-mels of the same waveforms at `power_ratio`, up to 1, of their power.

    Exact: scaling a waveform shifts each bin, but for the floor that silence has.
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
        """Copy of the given items, as `ShardedArray.take`."""
        return np.maximum(self._log_mels.take(items) + self._gain, FLOOR_DB)
