"""The front end of the networks: log-mel spectrograms."""

from dataclasses import dataclass

import numpy as np
import torch

from music_selectivity.audio.torchaudio_import import import_transforms


@dataclass(frozen=True)
class LogMelSettings:
    """The front end of the paper (Methods): config section `log_mel`.

    Attributes
    ----------
    n_fft, hop_length : int
        Samples. At 22,050 Hz a window of 25 ms is 551 and a hop of 12.5 ms is 275.
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
        """Number of frames for `n_samples`: 802 for 10 s at 22,050 Hz."""
        return 1 + n_samples // self.hop_length

    def span(self, n_frames: int) -> int:
        """Number of samples that `n_frames` frames cover, without centring."""
        return self.n_fft + (n_frames - 1) * self.hop_length


class LogMel:
    """Power mel spectrogram in dB, as torchaudio's MelSpectrogram + AmplitudeToDB.

    With `center`, as for the networks' input, frames are centred on multiples of the
    hop and the ends are mirrored. Without it, every frame lies within the waveform.
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
