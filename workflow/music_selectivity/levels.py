"""Stimuli of one level: every clip at the same RMS amplitude (paper Fig. 2c, 3)."""

import os
from collections.abc import Mapping

import numpy as np
import pandas as pd

from music_selectivity.audio import AudioSettings, load_clip
from music_selectivity.logmel import LogMel, LogMelSettings, open_shards


def mean_rms(clips: pd.DataFrame) -> float:
    """Mean RMS amplitude of the train split, re full scale (paper, Methods)."""
    usable = clips[(clips["excluded"] == "") & (clips["split"] == "train")]
    return float((10 ** (usable["level_dbfs"].astype(float) / 20)).mean())


def with_rms(waveform: np.ndarray, rms: float) -> np.ndarray:
    """`waveform` scaled to an RMS amplitude; one without any sound stays as it is."""
    present = np.sqrt(np.mean(np.square(waveform, dtype=np.float64)))
    return waveform * np.float32(rms / present) if present > 0 else waveform


def write_levelled_shard(
    clips: pd.DataFrame,
    files: Mapping[str, str | os.PathLike],
    audio: AudioSettings,
    settings: LogMelSettings,
    rms: float,
    path: str | os.PathLike,
) -> None:
    """Write log-mels of one shard's clips, each brought to the same RMS amplitude.

    `clips` are those of the shard, `stimulus_clips` in order, and `rms` is re full
    scale (paper, Fig. 2c).
    """
    log_mel = LogMel(settings, audio.sample_rate)
    with open_shards([path], len(clips), audio, settings) as (shard,):
        for row, clip_id in enumerate(clips["clip_id"]):
            waveform, _ = load_clip(files[clip_id], audio)
            shard[row] = log_mel(with_rms(waveform, rms * audio.full_scale))
