"""Reading one clip: any file that libsndfile reads, to mono at the study's rate."""

import os
from dataclasses import dataclass

import numpy as np
import soundfile
import soxr

from music_selectivity.errors import InputError

FRAME_SECONDS = 0.025
"""Length of the frames whose level decides what is silence."""


class UnusableClip(Exception):
    """One clip cannot be used; the message is the reason kept in the clip table."""


@dataclass(frozen=True)
class AudioSettings:
    """How clips become waveforms of one length (config section `audio`).

    Attributes
    ----------
    sample_rate : int
        Hz.
    clip_seconds : float
        Length of every waveform; longer clips are cut to their first part.
    min_seconds : float
        Clips with less sound are set aside as too short. With
        ``min_seconds == clip_seconds`` nothing is ever filled.
    fill : str
        How a clip shorter than `clip_seconds` is filled: "repeat" or "zeros".
    trim_silence : bool
        Cut silence from both ends before the length is judged, so that padding baked
        into the files tells nothing.
    silence_dbfs : float
        A frame of 25 ms whose RMS is below this is silent.
    full_scale : int
        Value of a full-scale sample in the waveforms: 1, or the 32768 of the public
        notebook's unscaled 16-bit samples. Levels above are measured before.
    """

    sample_rate: int
    clip_seconds: float
    min_seconds: float
    fill: str
    trim_silence: bool
    silence_dbfs: float
    full_scale: int = 1

    @property
    def n_samples(self) -> int:
        """Samples in every waveform."""
        return round(self.clip_seconds * self.sample_rate)


def read_mono(
    path: str | os.PathLike, sample_rate: int, max_seconds: float
) -> np.ndarray:
    """First `max_seconds` of a file, channels averaged, resampled, float32.

    No more than that is decoded, so that a file of hours costs no more than a clip.

    Raises
    ------
    UnusableClip
        If the file is missing, cannot be decoded, is empty or holds NaN or infinity.
    """
    try:
        with soundfile.SoundFile(path) as file:
            rate = file.samplerate
            channels = file.read(
                int(np.ceil(max_seconds * rate)), dtype="float32", always_2d=True
            )
    except (soundfile.SoundFileError, RuntimeError, OSError) as error:
        if not os.path.exists(path):
            raise UnusableClip("missing file") from error
        raise UnusableClip("unreadable") from error
    if not np.isfinite(channels).all():
        raise UnusableClip("not finite")
    mono = channels.mean(axis=1)
    if rate != sample_rate:
        mono = soxr.resample(mono, rate, sample_rate)
    if len(mono) == 0:
        raise UnusableClip("empty")
    return mono.astype(np.float32, copy=False)


def frame_levels(waveform: np.ndarray, sample_rate: int) -> np.ndarray:
    """RMS level of each 25-ms frame in dB re full scale (the last may be shorter)."""
    size = round(FRAME_SECONDS * sample_rate)
    edges = np.arange(0, len(waveform), size)
    squares = np.square(waveform, dtype=np.float64)
    power = np.add.reduceat(squares, edges) / np.diff(np.append(edges, len(waveform)))
    return 10 * np.log10(np.maximum(power, 1e-20))


def trim_silence(
    waveform: np.ndarray, sample_rate: int, silence_dbfs: float
) -> np.ndarray:
    """Cut the silent frames from both ends; an all-silent clip becomes empty."""
    loud = np.flatnonzero(frame_levels(waveform, sample_rate) >= silence_dbfs)
    if len(loud) == 0:
        return waveform[:0]
    size = round(FRAME_SECONDS * sample_rate)
    return waveform[loud[0] * size : (loud[-1] + 1) * size]


def fit(waveform: np.ndarray, n_samples: int, fill: str) -> np.ndarray:
    """Cut to `n_samples`, or fill by repetition or with zeros."""
    if len(waveform) >= n_samples:
        return waveform[:n_samples]
    if fill == "repeat":
        return np.resize(waveform, n_samples)
    if fill == "zeros":
        return np.pad(waveform, (0, n_samples - len(waveform)))
    raise InputError(f"audio.fill is {fill!r}; allowed: repeat, zeros")


def load_clip(
    path: str | os.PathLike, settings: AudioSettings
) -> tuple[np.ndarray, dict[str, float]]:
    """Waveform of one clip at the study's length, and what was measured on the way.

    Returns
    -------
    waveform
        float32, shape (settings.n_samples,).
    measures
        seconds (of sound, before filling), level_dbfs (RMS), silent_share (of frames),
        filled_share (of samples).

    Raises
    ------
    UnusableClip
        With the reason: missing file, unreadable, empty, not finite, silent or
        too short.
    """
    # With trimming, leading padding must not eat the clip: look a little further.
    margin = 30.0 if settings.trim_silence else 0.0
    waveform = read_mono(path, settings.sample_rate, settings.clip_seconds + margin)
    levels = frame_levels(waveform, settings.sample_rate)
    if levels.max() < settings.silence_dbfs:
        raise UnusableClip("silent")
    if settings.trim_silence:
        waveform = trim_silence(waveform, settings.sample_rate, settings.silence_dbfs)
    # One sample of slack: resampling rounds.
    if len(waveform) + 1 < round(settings.min_seconds * settings.sample_rate):
        raise UnusableClip("too short")
    waveform = waveform[: settings.n_samples]
    # Judged again on the part that is kept: the rest of the file is never heard.
    levels = frame_levels(waveform, settings.sample_rate)
    if levels.max() < settings.silence_dbfs:
        raise UnusableClip("silent")
    power = np.mean(np.square(waveform, dtype=np.float64))
    measures = {
        "seconds": len(waveform) / settings.sample_rate,
        "level_dbfs": float(10 * np.log10(power)),
        "silent_share": float(np.mean(levels < settings.silence_dbfs)),
        "filled_share": 1 - len(waveform) / settings.n_samples,
    }
    waveform = fit(waveform, settings.n_samples, settings.fill)
    return waveform * np.float32(settings.full_scale), measures
