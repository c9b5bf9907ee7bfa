"""Simulated clips of ten seconds, and what is computed of them, for both ways."""

from functools import cached_property
from pathlib import Path

import numpy as np
import soundfile
import torch
from ingest import PAPER

from music_selectivity.audio.log_mel import LogMelSettings
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.store import ShardedArray

AUDIO, LOG_MEL = AudioSettings(**PAPER["audio"]), LogMelSettings(**PAPER["log_mel"])
CLASSES, MUSIC_CLASSES, UNITS = 527, 140, 256
FILE_RATE = 44_100


class Inputs:
    """`n_clips` clips; what a stage does not read is not computed.

    Attributes
    ----------
    waveforms
        (clips, samples) float32: noise whose level changes every 50 ms.
    files
        Noise as 16-bit wav files of 44,100 Hz.
    log_mels
        (clips, mels, frames) float32, dB: noise, with a spectrum for each clip.
    sharded
        The same in a file.
    labels
        (clips, classes) uint8: two classes a clip, and at least one clip a class as
        far as there are clips.
    responses
        (clips, units) float32, positive, in as many clusters as there are classes.
    music
        (clips,), whether a clip's first class is music-related.
    """

    def __init__(self, n_clips: int, folder: Path) -> None:
        self.n_clips, self.folder = n_clips, folder

    def _rng(self) -> np.random.Generator:
        return np.random.default_rng(self.n_clips)

    @cached_property
    def waveforms(self) -> np.ndarray:
        rng = self._rng()
        gains = rng.uniform(0.01, 0.2, (self.n_clips, 200)).astype(np.float32)
        size = AUDIO.n_samples // 200 + 1
        noise = rng.normal(size=(self.n_clips, AUDIO.n_samples)).astype(np.float32)
        return noise * np.repeat(gains, size, axis=1)[:, : AUDIO.n_samples]

    @cached_property
    def files(self) -> list[Path]:
        paths = [self.folder / f"{number}.wav" for number in range(self.n_clips)]
        for number, path in enumerate(paths):
            rng = np.random.default_rng(number)
            noise = rng.integers(-3000, 3000, 10 * FILE_RATE, np.int16)
            soundfile.write(path, noise, FILE_RATE)
        return paths

    @cached_property
    def log_mels(self) -> np.ndarray:
        rng, shape = self._rng(), (self.n_clips, LOG_MEL.n_mels)
        frames = LOG_MEL.n_frames(AUDIO.n_samples)
        spectra = rng.normal(-40, 15, (*shape, 1)).astype(np.float32)
        return spectra + 15 * rng.standard_normal((*shape, frames), np.float32)

    @cached_property
    def sharded(self) -> ShardedArray:
        path = self.folder / f"log_mels_{self.n_clips}.npy"
        np.save(path, self.log_mels)
        rows = np.arange(self.n_clips)
        return ShardedArray([path], np.zeros_like(rows), rows)

    @cached_property
    def tensor(self) -> torch.Tensor:
        return torch.from_numpy(self.log_mels)

    @cached_property
    def _first_class(self) -> np.ndarray:
        return self._rng().permutation(self.n_clips) * 7 % CLASSES

    @cached_property
    def labels(self) -> np.ndarray:
        labels = np.zeros((self.n_clips, CLASSES), np.uint8)
        clips = np.arange(self.n_clips)
        labels[clips, self._first_class] = 1
        labels[clips, self._rng().integers(CLASSES, size=self.n_clips)] = 1
        return labels

    @cached_property
    def music(self) -> np.ndarray:
        return self._first_class < MUSIC_CLASSES

    @cached_property
    def responses(self) -> np.ndarray:
        centres = np.random.default_rng(0).normal(size=(CLASSES, UNITS))
        noise = self._rng().normal(size=(self.n_clips, UNITS))
        return np.exp(0.3 * (centres[self._first_class] + noise)).astype(np.float32)
