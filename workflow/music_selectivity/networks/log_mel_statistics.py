"""What the log-mel spectrograms of clips have in common."""

from dataclasses import dataclass

import numpy as np
import torch

from music_selectivity.networks.device import in_batches
from music_selectivity.store import ShardedArray

# Clips that are read at once.
BATCH = 32


@dataclass(frozen=True)
class LogMelStatistics:
    """Statistics of clips' log-mels, dB.

    Attributes
    ----------
    mean, lowest, highest : tensor, shape (mels, 1)
        Over clips and frames.
    sd : float
        Standard deviation of all values around the mean of their band.
    n_frames : int
    spectrum : tensor, shape (mels, n_frames // 2 + 1)
        Amplitudes of the deviations from the mean, in the frequencies of
        ``torch.fft.rfft2`` (``norm="ortho"``): root mean square over clips. The first,
        that of the mean over bands and frames, is 0, so that it leaves out the level.
    """

    mean: torch.Tensor
    lowest: torch.Tensor
    highest: torch.Tensor
    sd: float
    n_frames: int
    spectrum: torch.Tensor

    def noise(self, count: int, rng: np.random.Generator) -> torch.Tensor:
        """Log-mels, (count, mels, frames), of noise with the mean and spectrum."""
        shape = (count, len(self.mean), self.n_frames)
        white = torch.from_numpy(rng.standard_normal(shape, np.float32))
        return self.limited(self.mean + self.filtered(white))

    def filtered(self, x: torch.Tensor) -> torch.Tensor:
        """`x`, (..., mels, frames), with each frequency multiplied by the spectrum."""
        return torch.fft.irfft2(self.spectrum * torch.fft.rfft2(x), s=x.shape[-2:])

    def limited(self, log_mels: torch.Tensor) -> torch.Tensor:
        """Log-mels within the range that the clips have in each band."""
        return log_mels.clamp(self.lowest, self.highest)


def log_mel_statistics(log_mels: ShardedArray, items: np.ndarray) -> LogMelStatistics:
    """Statistics of the log-mels of clips, in one pass and the memory of a batch.

    Parameters
    ----------
    log_mels
        (clips, mels, frames), dB, by ``take``.
    items
        Numbers of the clips.
    """
    n_mels, n_frames = log_mels.row_shape
    total, squares, power = 0.0, 0.0, 0.0
    lowest = torch.full((n_mels,), torch.inf)
    highest = torch.full((n_mels,), -torch.inf)
    for some in in_batches(items, BATCH):
        x = torch.from_numpy(log_mels.take(some))
        lowest = torch.minimum(lowest, x.amin((0, 2)))
        highest = torch.maximum(highest, x.amax((0, 2)))
        x = x.double()
        total += x.sum((0, 2))
        squares += x.square().sum((0, 2))
        power += torch.fft.rfft2(x, norm="ortho").abs().square().sum(0)
    count = len(items) * n_frames
    mean = total / count
    # The power of the deviations is that of the log-mels minus that of the mean.
    constant = mean[:, None].expand(n_mels, n_frames)
    power = power / len(items) - torch.fft.rfft2(constant, norm="ortho").abs().square()
    power[0, 0] = 0
    return LogMelStatistics(
        mean[:, None].float(),
        lowest[:, None],
        highest[:, None],
        float((squares / count - mean.square()).clamp_min(0).mean().sqrt()),
        n_frames,
        power.clamp_min(0).sqrt().float(),
    )
