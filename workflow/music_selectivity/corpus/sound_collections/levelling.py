"""Sound of the clips, with equal band, level, length and silence in both collections.

ESC-50 pads short sounds with digital silence, which music never has. As silence alone
would identify the collection, music is given the silence of ESC-50's clips.
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
"""Hz. The spectrograms end at its upper edge; below it there is hum and offset."""

LEVEL_DBFS = -35.0
"""RMS level of the sound in every clip, with headroom for the peaks of impacts."""

SILENCE_DBFS = -70.0
"""Frames below this level are the silence with which ESC-50 pads short sounds."""

MIN_SILENCE_FRAMES = 4
"""0.1 s. Shorter gaps belong to the sound, and would chop up music."""

FADE_SECONDS = 0.05
"""Fade into and out of silence; abrupt cuts would click, and only in music."""


def write_audio(recipes: pd.DataFrame, folder: str | os.PathLike) -> None:
    """Write each clip as ``<clip_id>.flac``, with equal band, level and silence.

    A clip without a file is left out. If a file cannot be read, the reason is written
    instead of sound, so that the audit can distinguish the two.

    Parameters
    ----------
    recipes
        Rows of ``planning.plan``.
    folder
        Folder to write to.
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
    """A clip's waveform, shape (RATE * SECONDS,), with the silence of another clip.

    Parameters
    ----------
    file, start
        File of the sound, and the second at which the clip begins.
    silence_of
        File of ESC-50 whose silence the clip gets.

    Raises
    ------
    UnusableClip
        `file` cannot be read.
    """
    return _levelled(_cut(file, start), _silence(silence_of))


def _cut(file: str | os.PathLike, start: float) -> np.ndarray:
    """A clip as recorded, shape (RATE * SECONDS,), padded with zeros."""
    first, n_samples = round(start * RATE), round(RATE * SECONDS)
    waveform = read_mono(file, RATE, start + SECONDS)[first : first + n_samples]
    return np.pad(waveform, (0, n_samples - len(waveform)))


def _silence(file: str | os.PathLike) -> np.ndarray:
    """Mask of the samples of an ESC-50 clip in silent frames; none if it is broken.

    Frames count that are silent as recorded, or at the level to which the clip is set:
    otherwise the decay of a loud sound would become silence in ESC-50 only.
    """
    try:
        waveform = _cut(file, 0.0)
    except UnusableClip:
        return np.zeros(round(RATE * SECONDS), bool)
    silent = _silent_frames(waveform)
    return silent | _silent_frames(_levelled(waveform, silent))


def _silent_frames(waveform: np.ndarray) -> np.ndarray:
    """Mask of the samples in at least MIN_SILENCE_FRAMES consecutive silent frames."""
    quiet = frame_levels(waveform, RATE) < SILENCE_DBFS
    silent = scipy.ndimage.binary_opening(quiet, np.ones(MIN_SILENCE_FRAMES))
    return np.repeat(silent, round(FRAME_SECONDS * RATE))[: len(waveform)]


def _levelled(waveform: np.ndarray, silent: np.ndarray) -> np.ndarray:
    """A waveform limited to BAND, faded at silences, with its sound at LEVEL_DBFS."""
    fade = round(FADE_SECONDS * RATE)
    gate = scipy.ndimage.uniform_filter1d((~silent).astype(float), fade)
    # The filter is slow with values close to 0; it removes the offset added here.
    faded = scipy.signal.sosfiltfilt(_band_pass(), waveform + 1e-20) * gate
    # The fades are included, so that clips with the same silence have the same level.
    power = np.sum(faded**2) / max(1, np.count_nonzero(~silent))
    if silent.all() or power < 10 ** (SILENCE_DBFS / 10):
        # The audit excludes it as silent.
        return np.zeros(len(waveform), np.float32)
    gain = 10 ** (LEVEL_DBFS / 20) / np.sqrt(power)
    return np.clip(gain * faded, -1, 1).astype(np.float32)


def _band_pass() -> np.ndarray:
    return scipy.signal.butter(8, BAND, "bandpass", fs=RATE, output="sos")
