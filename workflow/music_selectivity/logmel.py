"""The network's front end: log-mel spectrograms, and shards of them on disk."""

import contextlib
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from music_selectivity.audio import AudioSettings, UnusableClip, load_clip
from music_selectivity.shard_clips import Clips
from music_selectivity.store import atomic_path
from music_selectivity.torchaudio_import import import_transforms

log = logging.getLogger(__name__)

# Not float16, which would halve the disk: its rounding moved responses by up to
# 1.5e-3 of a unit's SD in trained networks, and by more in untrained ones.
SHARD_DTYPE = np.float32


@dataclass(frozen=True)
class LogMelSettings:
    """The front end of the paper (Methods): config section `log_mel`.

    Attributes
    ----------
    n_fft, hop_length : int
        Samples: a window of 25 ms is 551 and a hop of 12.5 ms is 275 at 22,050 Hz.
    n_mels : int
        Number of mel bands.
    f_min, f_max : float
        Range of the bands, Hz.
    """

    n_fft: int
    hop_length: int
    n_mels: int
    f_min: float
    f_max: float

    def n_frames(self, n_samples: int) -> int:
        """Frames of a waveform of `n_samples`: 802 for 10 s at 22,050 Hz."""
        return 1 + n_samples // self.hop_length

    def span(self, n_frames: int) -> int:
        """Samples that hold `n_frames` whole frames, without centring."""
        return self.n_fft + (n_frames - 1) * self.hop_length


class LogMel:
    """Power mel spectrogram in dB, as torchaudio's MelSpectrogram + AmplitudeToDB.

    With `center`, as the networks see sound, frames are centred on multiples of the hop
    and the ends are mirrored; without, every frame lies wholly inside the waveform.
    """

    def __init__(
        self, settings: LogMelSettings, sample_rate: int, center: bool = True
    ) -> None:
        self.settings = settings
        transforms = import_transforms()
        self._mel = transforms.MelSpectrogram(
            sample_rate=sample_rate,
            n_fft=settings.n_fft,
            win_length=settings.n_fft,
            hop_length=settings.hop_length,
            n_mels=settings.n_mels,
            f_min=settings.f_min,
            f_max=settings.f_max,
            power=2.0,
            center=center,
        )
        self._decibel = transforms.AmplitudeToDB(stype="power")

    @torch.inference_mode()
    def __call__(self, waveform: np.ndarray) -> np.ndarray:
        """Log-mel of waveforms (..., samples): float32 (..., n_mels, frames), dB."""
        spectrogram = self._mel(torch.from_numpy(np.ascontiguousarray(waveform)))
        return self._decibel(spectrogram).numpy()


def write_shard(
    clips: Clips,
    audio: AudioSettings,
    settings: LogMelSettings,
    array_path: str | os.PathLike,
) -> pd.DataFrame:
    """Write the log-mels of one shard of clips, and return what was found in each.

    Parameters
    ----------
    clips
        ``shard_clips.shard_clips``, or the items of a dict of files by clip id.
    array_path
        .npy to write, float32 of shape (len(clips), n_mels, frames), filled clip by
        clip through a memory map: memory does not grow with the shard.

    Returns
    -------
    DataFrame
        clip_id, found_in (the file), row, excluded (reason or ""), what `load_clip`
        measures, and mel_00..: the mean over time of each band, dB. An unusable clip
        has row -1, zeros in the array, NaN measures and no content.
    """
    log_mel = LogMel(settings, audio.sample_rate)
    found = []
    with open_shards([array_path], len(clips), audio, settings) as (shard,):
        for row, (clip_id, source) in enumerate(clips):
            entry = {"clip_id": clip_id, "found_in": str(source), "row": row}
            entry |= {"excluded": "", "content": ""}
            try:
                waveform, measures = load_clip(source, audio)
                spectrogram = log_mel(waveform)
                if not np.isfinite(spectrogram).all():
                    # Finite samples, but so large that their power is not.
                    raise UnusableClip("not finite")
                shard[row] = spectrogram
                bands = spectrogram.mean(axis=1)
                entry |= measures
                entry |= {f"mel_{band:02d}": level for band, level in enumerate(bands)}
            except UnusableClip as reason:
                entry |= {"row": -1, "excluded": str(reason)}
                log.warning("%s is set aside: %s", clip_id, reason)
            found.append(entry)
            if (row + 1) % 1000 == 0:
                log.info("%d of %d clips", row + 1, len(clips))
    return _with_all_columns(pd.DataFrame(found), settings.n_mels)


@contextlib.contextmanager
def open_shards(
    paths: Sequence[str | os.PathLike],
    n_clips: int,
    audio: AudioSettings,
    settings: LogMelSettings,
) -> Iterator[list[np.ndarray]]:
    """Log-mel arrays of `n_clips`, .npy, renamed into place when all are whole.

    They are filled through memory maps, so that memory does not grow with clips.
    """
    shape = (n_clips, settings.n_mels, settings.n_frames(audio.n_samples))
    with contextlib.ExitStack() as stack:
        temporary = [stack.enter_context(atomic_path(path)) for path in paths]
        shards = [_open_array(path, shape) for path in temporary]
        yield shards
        for shard in shards:
            if isinstance(shard, np.memmap):
                shard.flush()


def _open_array(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Zero-filled .npy open for writing (a memory map cannot be empty)."""
    if shape[0] == 0:
        np.save(path, np.empty(shape, SHARD_DTYPE))
        return np.empty(shape, SHARD_DTYPE)
    return np.lib.format.open_memmap(path, "w+", SHARD_DTYPE, shape)


def _with_all_columns(found: pd.DataFrame, n_mels: int) -> pd.DataFrame:
    """Same columns and types whether clips were usable, unusable or absent."""
    texts = ["clip_id", "found_in", "excluded", "content"]
    numbers = ["seconds", "level_dbfs", "silent_share", "filled_share"]
    numbers += ["clipped_share"]
    numbers += [f"mel_{band:02d}" for band in range(n_mels)]
    found = found.reindex(columns=[*texts, "row", *numbers])
    return found.astype(
        {"row": np.int64}
        | dict.fromkeys(texts, str)
        | dict.fromkeys(numbers, np.float32)
    )
