"""Stimuli of one level: every clip at the same RMS amplitude (paper Fig. 2c, 3)."""

import os

import numpy as np
import pandas as pd

from music_selectivity.audio import (
    AudioSettings,
    UnusableClip,
    read_mono,
)
from music_selectivity.errors import InputError
from music_selectivity.logmel import LogMel, LogMelSettings, open_shards
from music_selectivity.shard_clips import Clips, chosen_waveforms

# Sounds of one length, but for what resampling may add.
TOLERANCE_SECONDS = 0.005


def mean_rms(clips: pd.DataFrame) -> float:
    """Mean RMS amplitude of the train split, re full scale (paper, Methods)."""
    usable = clips[(clips["excluded"] == "") & (clips["split"] == "train")]
    return float((10 ** (usable["level_dbfs"].astype(float) / 20)).mean())


def with_rms(waveform: np.ndarray, rms: float) -> np.ndarray:
    """`waveform` scaled to an RMS amplitude; one without any sound stays as it is."""
    present = np.sqrt(np.mean(np.square(waveform, dtype=np.float64)))
    return waveform * np.float32(rms / present) if present > 0 else waveform


def write_levelled_shard(
    chosen: pd.DataFrame,
    clips: Clips,
    audio: AudioSettings,
    settings: LogMelSettings,
    rms: float,
    path: str | os.PathLike,
) -> None:
    """Write log-mels of one shard's clips, each brought to the same RMS amplitude.

    `chosen` are the ``stimuli.stimulus_clips`` among the `clips` of the shard, and
    `rms` is re full scale (paper, Fig. 2c).
    """
    log_mel = LogMel(settings, audio.sample_rate)
    with open_shards([path], len(chosen), audio, settings) as (shard,):
        for row, _, waveform in chosen_waveforms(chosen, clips, audio):
            shard[row] = log_mel(with_rms(waveform, rms * audio.full_scale))


def natural_waveforms(
    sounds: pd.DataFrame, sample_rate: int, rms: float, full_scale: float
) -> np.ndarray:
    """Waveforms of the sounds at one length and RMS amplitude.

    Parameters
    ----------
    sounds
        ``natsounds.read_sounds``.
    sample_rate
        Hz, that they are resampled to.
    rms
        RMS amplitude re full scale: the mean of the training clips (paper, Methods).
    full_scale
        Value of a full-scale sample in the result.

    Returns
    -------
    array, shape (sounds, samples), float32
        Cut to the shortest, then set to the same level.

    Raises
    ------
    InputError
        A file cannot be used, or sounds differ in length.
    """
    waveforms = []
    for path in sounds["file"]:
        try:
            waveform = read_mono(path, sample_rate, max_seconds=60)
        except UnusableClip as reason:
            raise InputError(f"{path}: {reason}; give the file anew") from reason
        if not waveform.any():
            raise InputError(f"{path}: silent; give the file anew")
        waveforms.append(waveform)
    lengths = [len(waveform) for waveform in waveforms]
    if max(lengths) - min(lengths) > TOLERANCE_SECONDS * sample_rate:
        longest = sounds["file"].iloc[int(np.argmax(lengths))]
        raise InputError(
            f"{longest}: {max(lengths) / sample_rate:.2f} s, but others are "
            f"{min(lengths) / sample_rate:.2f} s; cut all to one length"
        )
    cut = np.stack([waveform[: min(lengths)] for waveform in waveforms])
    power = np.square(cut, dtype=np.float64).mean(axis=1, keepdims=True)
    return cut * (rms * full_scale / np.sqrt(power)).astype(np.float32)
