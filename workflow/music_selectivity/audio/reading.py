"""Reading one clip: any format of libsndfile, to mono at the study's sample rate.

The format is recognised by the first bytes of the file, never by its name. What a file
claims about itself, such as its length, never decides how much memory is used.
"""

import contextlib
import gzip
import hashlib
import io
import os
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import soundfile

from music_selectivity.audio.resampling import resampled
from music_selectivity.errors import InputError
from music_selectivity.store import STORAGE_FAILURES
from music_selectivity.vocabulary import (
    EMPTY,
    MISSING_FILE,
    NOT_FINITE,
    SILENT,
    TOO_SHORT,
    UNREADABLE,
)

FRAME_SECONDS = 0.025
"""Length of the frames whose level decides whether they are silent."""

GZIP_MAGIC = b"\x1f\x8b"

MAX_UNPACKED = 128 * 2**20
"""Most bytes that are unpacked from a gzipped clip: 40 s, 8 channels, 96 kHz, float.

Anything beyond is cut off, as in any long file.
"""

BLOCK_SAMPLES = 2**22
"""Samples, summed over channels, that are decoded at once; most clips are one block."""

CLIPPED_LEVEL = 0.999
"""Magnitude from which a sample counts as clipped; resampling may lower it a little."""

RATES = range(1_000, 768_001)
"""Plausible sample rates, Hz; others come from broken headers."""


@dataclass(frozen=True)
class EncodedSound:
    """The encoded sound of a clip that is part of a larger file, `path`."""

    data: bytes
    path: str | os.PathLike

    def __str__(self) -> str:
        return str(self.path)


Source = str | os.PathLike | EncodedSound
"""The encoded sound of a clip; ``str(source)`` is the file that holds it."""


class UnusableClip(Exception):
    """One clip cannot be used; the message is its exclusion reason."""


@dataclass(frozen=True)
class AudioSettings:
    """How clips become waveforms of one length (config section `audio`).

    Attributes
    ----------
    sample_rate : int
        Hz.
    clip_seconds : float
        Length of every waveform; of longer clips only the beginning is used.
    min_seconds : float
        Clips with less sound are excluded as too short. If it equals `clip_seconds`, no
        clip is ever filled.
    fill : str
        How a clip shorter than `clip_seconds` is filled: "repeat" or "zeros".
    trim_silence : bool
        Whether silence is cut from both ends before the length is checked, so that
        padding inside the files carries no information.
    silence_dbfs : float
        A frame of 25 ms whose RMS is below this is silent.
    full_scale : int
        Value of a full-scale sample in the waveforms: 1, or 32768 as in the unscaled
        16-bit samples of the public notebook. Levels are measured before scaling.
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


@contextlib.contextmanager
def open_audio(source: Source) -> Iterator[BinaryIO]:
    """The encoded sound of a clip as an open file, gunzipped if necessary.

    Raises
    ------
    OSError, EOFError, zlib.error
        The file cannot be opened, is not a regular file, or is broken gzip.
    """
    with contextlib.ExitStack() as stack:
        if isinstance(source, EncodedSound):
            file = io.BytesIO(source.data)
        else:
            file = stack.enter_context(open(source, "rb", opener=_open_without_waiting))
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError(f"{source}: not a regular file")
        magic = file.read(len(GZIP_MAGIC))
        file.seek(0)
        if magic == GZIP_MAGIC:
            unpacked = stack.enter_context(gzip.open(file))
            file = io.BytesIO(unpacked.read(MAX_UNPACKED))
        yield file


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file at once; a named pipe would otherwise wait for its writer."""
    return os.open(path, flags | os.O_NONBLOCK)


# RuntimeError and ValueError are raised by soundfile for absurd headers, and by open()
# for absurd names.
_UNREADABLE = (
    soundfile.SoundFileError,
    OSError,
    EOFError,
    zlib.error,
    RuntimeError,
    ValueError,
)


def read_mono(source: Source, sample_rate: int, max_seconds: float) -> np.ndarray:
    """First `max_seconds` of a clip: channels averaged, resampled, float32.

    No more is decoded, so that a file of several hours costs no more than a clip.

    Raises
    ------
    UnusableClip
        The file is missing, cannot be decoded, is empty, or contains NaN or infinity.
    OSError
        The disk or network mount that holds the file does not answer.
    """
    try:
        with open_audio(source) as file:
            if not file.read(1):
                raise UnusableClip(EMPTY)
            file.seek(0)
            mono, rate = _decode(file, max_seconds)
    except FileNotFoundError as error:
        raise UnusableClip(MISSING_FILE) from error
    except _UNREADABLE as error:
        if isinstance(error, OSError) and error.errno in STORAGE_FAILURES:
            raise
        raise UnusableClip(UNREADABLE) from error
    if not np.isfinite(mono).all():
        raise UnusableClip(NOT_FINITE)
    mono = resampled(mono, rate, sample_rate)
    if len(mono) == 0:
        raise UnusableClip(EMPTY)
    return mono


class _Handle:
    """An open file for libsndfile, in which impossible seeks are ignored.

    libsndfile may request one in a broken file. An exception in its callback would be
    printed with a traceback instead of raised, so errors of reading are kept here.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.tell = file.tell
        self.failure: OSError | None = None

    def readinto(self, buffer: memoryview) -> int:
        try:
            return self._file.readinto(buffer)
        except OSError as error:
            self.failure = error
            return 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._file.seek(offset, whence)


class _Stream(soundfile.SoundFile):
    """A sound that is read from the beginning to the end, without seeking.

    If a file is seekable, soundfile seeks after every read, which garbles MP3 at the
    start of the next read, and it trusts the length in the header.
    """

    def seekable(self) -> bool:
        return False


def _decode(file: BinaryIO, max_seconds: float) -> tuple[np.ndarray, int]:
    """First `max_seconds` of an open file, channels averaged, and its sample rate."""
    handle = _Handle(file)
    try:
        return _decode_stream(handle, max_seconds)
    finally:
        # This takes precedence over whatever libsndfile made of the failed read.
        if handle.failure is not None:
            raise handle.failure


def _decode_stream(handle: _Handle, max_seconds: float) -> tuple[np.ndarray, int]:
    with _Stream(handle) as sound:
        if sound.samplerate not in RATES:
            raise ValueError(f"implausible sample rate of {sound.samplerate} Hz")
        wanted = int(np.ceil(max_seconds * sound.samplerate))
        blocks = [np.empty(0, np.float32)]
        while wanted > 0:
            # In blocks, because the header may claim more than the file holds.
            size = min(wanted, max(1, BLOCK_SAMPLES // sound.channels))
            block = sound.read(size, dtype="float32", always_2d=True)
            with np.errstate(over="ignore", invalid="ignore"):
                # Mean over channels; numpy's own is slow along such a short axis.
                blocks.append(sum(block.T) / sound.channels)
            wanted = wanted - size if len(block) == size else 0
        return np.concatenate(blocks), sound.samplerate


def frame_levels(waveform: np.ndarray, sample_rate: int) -> np.ndarray:
    """RMS level of each 25-ms frame in dB re full scale (the last may be shorter)."""
    size = round(FRAME_SECONDS * sample_rate)
    edges = np.arange(0, len(waveform), size)
    squares = np.square(waveform, dtype=np.float64)
    power = np.add.reduceat(squares, edges) / np.diff(np.append(edges, len(waveform)))
    return 10 * np.log10(np.maximum(power, 1e-20))


def is_silent(waveform: np.ndarray, sample_rate: int, silence_dbfs: float) -> bool:
    """Whether no frame reaches the level, with or without the waveform's mean.

    A constant offset (DC) is not a sound, whatever its level.
    """
    # At least one frame is as loud as the whole, which settles it for most clips.
    with np.errstate(over="ignore", invalid="ignore"):
        if waveform.std() >= 10 ** (silence_dbfs / 20):
            return False
    centred = waveform - waveform.mean(dtype=np.float64)
    return any(
        frame_levels(version, sample_rate).max() < silence_dbfs
        for version in (waveform, centred)
    )


def trim_silence(
    waveform: np.ndarray, sample_rate: int, silence_dbfs: float
) -> np.ndarray:
    """Cut silent frames from both ends; a clip without any sound becomes empty."""
    loud = np.flatnonzero(frame_levels(waveform, sample_rate) >= silence_dbfs)
    if len(loud) == 0:
        return waveform[:0]
    size = round(FRAME_SECONDS * sample_rate)
    return waveform[loud[0] * size : (loud[-1] + 1) * size]


def fit(waveform: np.ndarray, n_samples: int, fill: str) -> np.ndarray:
    """Cut a waveform to `n_samples`, or fill it by repetition or with zeros.

    Raises
    ------
    InputError
        `fill` is neither "repeat" nor "zeros".
    """
    if len(waveform) >= n_samples:
        return waveform[:n_samples]
    if fill == "repeat":
        return np.resize(waveform, n_samples)
    if fill == "zeros":
        return np.pad(waveform, (0, n_samples - len(waveform)))
    raise InputError(f"audio.fill is {fill!r}; allowed: repeat, zeros")


def load_clip(
    source: Source, settings: AudioSettings
) -> tuple[np.ndarray, dict[str, float | str]]:
    """Waveform of one clip at the study's length, and its measures.

    Returns
    -------
    waveform
        float32, shape (settings.n_samples,).
    measures
        seconds (of sound, before filling); level_dbfs (RMS); silent_share (of frames);
        filled_share and clipped_share (of samples, see `CLIPPED_LEVEL`); and content, a
        digest that is equal for clips with the same sound.

    Raises
    ------
    UnusableClip
        With the reason: missing file, unreadable, empty, not finite, silent, or too
        short.
    """
    # If silence is trimmed, padding at the start must not use up the clip.
    margin = 30.0 if settings.trim_silence else 0.0
    waveform = read_mono(source, settings.sample_rate, settings.clip_seconds + margin)
    if is_silent(waveform, settings.sample_rate, settings.silence_dbfs):
        raise UnusableClip(SILENT)
    if settings.trim_silence:
        waveform = trim_silence(waveform, settings.sample_rate, settings.silence_dbfs)
    # One sample of tolerance, because resampling rounds.
    if len(waveform) + 1 < round(settings.min_seconds * settings.sample_rate):
        raise UnusableClip(TOO_SHORT)
    waveform = waveform[: settings.n_samples]
    # Checked again on the part that is kept; the rest of the file is never heard.
    if is_silent(waveform, settings.sample_rate, settings.silence_dbfs):
        raise UnusableClip(SILENT)
    levels = frame_levels(waveform, settings.sample_rate)
    power = np.mean(np.square(waveform, dtype=np.float64))
    measures = {
        "seconds": len(waveform) / settings.sample_rate,
        "level_dbfs": float(10 * np.log10(power)),
        "silent_share": float(np.mean(levels < settings.silence_dbfs)),
        "filled_share": 1 - len(waveform) / settings.n_samples,
        "clipped_share": float(np.mean(np.abs(waveform) >= CLIPPED_LEVEL)),
        "content": hashlib.blake2b(waveform.tobytes(), digest_size=8).hexdigest(),
    }
    waveform = fit(waveform, settings.n_samples, settings.fill)
    return waveform * np.float32(settings.full_scale), measures
