"""Every clip alike in all but the sound: band, level, length and silence.

ESC-50 fills short sounds up with digital silence, which music never has, so that
silence alone would tell the one from the other: music gets the silence of ESC-50's
clips.
"""

import logging
import os
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.ndimage
import scipy.signal
import soundfile

from music_selectivity.audio.reading import (
    FRAME_SECONDS,
    UnusableClip,
    frame_levels,
    read_mono,
)
from music_selectivity.corpus.sound_collections.formats import RATE, SECONDS
from music_selectivity.store import atomic_path, write_text
from music_selectivity.vocabulary import MISSING_FILE

log = logging.getLogger(__name__)

BAND = (20.0, 8000.0)
"""Hz. What lies above no spectrogram shows; what lies below is hum and offset."""

LEVEL_DBFS = -35.0
"""RMS of the sound in every clip, with room for the peaks of impacts."""

SILENCE_DBFS = -70.0
"""Frames below this are the silence that ESC-50 fills short sounds up with."""

MIN_SILENCE_FRAMES = 4
"""0.1 s. Shorter gaps are the sound's own, and would chop music up."""

FADE_SECONDS = 0.05
"""Of each clip into silence and out of it: a cut would click, in music alone."""


def write_audio(recipes: pd.DataFrame, folder: str | os.PathLike) -> None:
    """Write each clip as ``<clip_id>.flac``, alike in all but the sound.

    A clip whose file is not there is left out, and of one that cannot be read the
    reason is written instead of sound, so that the audit tells the one from the other.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for row in recipes.itertuples():
        target = folder / f"{row.clip_id}.flac"
        try:
            waveform = clip_waveform(row.file, row.start, row.silence_of)
        except UnusableClip as reason:
            log.warning("%s: %s", row.file, reason)
            if str(reason) != MISSING_FILE:
                write_text(target, str(reason))
            continue
        with atomic_path(target) as path:
            soundfile.write(path, waveform, RATE, "PCM_24")


def clip_waveform(
    file: str | os.PathLike, start: float, silence_of: str | os.PathLike
) -> np.ndarray:
    """A clip's waveform, (RATE * SECONDS,), with the silence of another clip.

    Raises
    ------
    UnusableClip
        `file` cannot be read.
    """
    return _levelled(_cut(file, start), _silence(silence_of))


def _cut(file: str | os.PathLike, start: float) -> np.ndarray:
    """A clip as it was recorded, (RATE * SECONDS,), filled up with zeros."""
    first, n_samples = round(start * RATE), round(RATE * SECONDS)
    waveform = read_mono(file, RATE, start + SECONDS)[first : first + n_samples]
    return np.pad(waveform, (0, n_samples - len(waveform)))


def _silence(file: str | os.PathLike) -> np.ndarray:
    """Which samples of a clip of ESC-50 lie in silent frames; none if it is broken.

    Silent as they were recorded, or at the level that the clip is brought to: what dies
    away at the end of a loud sound must not be silence in ESC-50 alone.
    """
    try:
        waveform = _cut(file, 0.0)
    except UnusableClip:
        return np.zeros(round(RATE * SECONDS), bool)
    silent = _silent_frames(waveform)
    return silent | _silent_frames(_levelled(waveform, silent))


def _silent_frames(waveform: np.ndarray) -> np.ndarray:
    """Which samples lie in MIN_SILENCE_FRAMES or more silent frames in a row."""
    quiet = frame_levels(waveform, RATE) < SILENCE_DBFS
    silent = scipy.ndimage.binary_opening(quiet, np.ones(MIN_SILENCE_FRAMES))
    return np.repeat(silent, round(FRAME_SECONDS * RATE))[: len(waveform)]


def _levelled(waveform: np.ndarray, silent: np.ndarray) -> np.ndarray:
    """A waveform in BAND, faded into silence and out of it, its sound at LEVEL_DBFS."""
    fade = round(FADE_SECONDS * RATE)
    gate = scipy.ndimage.uniform_filter1d((~silent).astype(float), fade)
    # The filter is slow on numbers next to 0, and an offset it takes off.
    faded = scipy.signal.sosfiltfilt(_band_pass(), waveform + 1e-20) * gate
    # With the fades, so that clips of the same silence are of the same level exactly.
    power = np.sum(faded**2) / max(1, np.count_nonzero(~silent))
    if silent.all() or power < 10 ** (SILENCE_DBFS / 10):
        # The audit sets it aside as silent.
        return np.zeros(len(waveform), np.float32)
    gain = 10 ** (LEVEL_DBFS / 20) / np.sqrt(power)
    return np.clip(gain * faded, -1, 1).astype(np.float32)


def _band_pass() -> np.ndarray:
    return scipy.signal.butter(8, BAND, "bandpass", fs=RATE, output="sos")
