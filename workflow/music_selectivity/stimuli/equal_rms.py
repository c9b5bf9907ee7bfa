"""Stimuli of equal level: every clip's sound at one RMS amplitude (Fig. 2c, 3)."""

import os

import numpy as np
import pandas as pd

from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.corpus.log_mel_shards import open_shards
from music_selectivity.corpus.shard_clips import Clips, chosen_waveforms
from music_selectivity.stimuli.filling import sound_samples
from music_selectivity.vocabulary import TRAIN, USED


def mean_rms(clips: pd.DataFrame) -> float:
    """Mean RMS amplitude of the usable training clips, re full scale (paper, Methods).

    `clips` is the clip table.
    """
    usable = clips[(clips["excluded"] == USED) & (clips["split"] == TRAIN)]
    return float((10 ** (usable["level_dbfs"].astype(float) / 20)).mean())


def with_rms(waveform: np.ndarray, rms: float, n_sound: int) -> np.ndarray:
    """`waveform` scaled so that its sound has an RMS amplitude.

    Parameters
    ----------
    waveform
        (samples,).
    rms
        RMS amplitude, in the unit of the waveform.
    n_sound
        Samples of sound at its beginning; what follows only fills the clip. The RMS of
        a clip that is half zeros would be 3 dB below that of its sound.

    Returns
    -------
    array, shape (samples,)
        A silent waveform stays silent.
    """
    present = np.sqrt(np.mean(np.square(waveform[:n_sound], dtype=np.float64)))
    return waveform * np.float32(rms / present) if present > 0 else waveform


def write_equal_rms_shard(
    chosen: pd.DataFrame,
    clips: Clips,
    audio: AudioSettings,
    settings: LogMelSettings,
    rms: float,
    path: str | os.PathLike,
) -> None:
    """Write log-mels of one shard's clips, their sound at one RMS amplitude (Fig. 2c).

    Parameters
    ----------
    chosen
        Rows of ``arrays.stimulus_clips`` for this shard.
    clips
        ``shard_clips.shard_clips``.
    audio, settings
        How clips are read, and the front end.
    rms
        RMS amplitude re full scale.
    path
        .npy file to write: float32, shape (len(chosen), n_mels, frames).

    Raises
    ------
    InputError
        A chosen clip is no longer there, or no longer usable.
    """
    log_mel = LogMel(settings, audio.sample_rate)
    by_id = chosen.set_index("clip_id")
    sound_lengths = sound_samples(by_id, audio.sample_rate)
    with open_shards([path], len(chosen), audio, settings) as (shard,):
        for row, clip_id, waveform in chosen_waveforms(chosen, clips, audio):
            n_sound = sound_lengths[clip_id]
            shard[row] = log_mel(with_rms(waveform, rms * audio.full_scale, n_sound))
