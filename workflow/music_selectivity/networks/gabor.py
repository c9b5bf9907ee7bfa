"""The Gabor filter bank: 263 spectro-temporal modulation filters of a log-mel.

Its features are compared with those of networks. Source: Schaedler, Meyer & Kollmeier
(2012); paper, Methods, equations 3 to 6.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.fft import next_fast_len
from torch import nn

# Highest modulation frequency (radians per channel or frame), number of half waves in a
# filter's envelope, and relative distances between neighbouring centre frequencies.
HIGHEST = np.pi / 4
NU = 3.5
DISTANCE = {"mels": 0.1, "frames": 0.045}

# Full scale of 16-bit samples, as in the paper's log-mels. 0 dB is then close to
# silence, which zero padding and the filter without modulation assume.
FULL_SCALE = 32768


@dataclass(frozen=True)
class GaborSettings:
    """Config section `linear_features.gabor`: size of the largest filter."""

    largest_mels: int = 64
    largest_frames: int = 76


@dataclass(frozen=True)
class Factor:
    """One dimension of a filter: modulation frequency, envelope, complex values."""

    frequency: float
    envelope: np.ndarray
    values: np.ndarray


def modulation_frequencies(distance: float, largest: int) -> np.ndarray:
    """Positive centre frequencies, radians, in falling order (Methods).

    Each is (1 - c/2) / (1 + c/2) times the previous one, with c = 8 d / nu. They end at
    pi nu / `largest`, below which the envelope would exceed the largest filter.
    """
    c = 8 * distance / NU
    lowest = np.pi * NU / largest
    frequencies = []
    frequency = HIGHEST
    while frequency > lowest:
        frequencies.append(frequency)
        frequency *= (1 - c / 2) / (1 + c / 2)
    return np.array(frequencies)


def factor(frequency: float, largest: int) -> Factor:
    """A complex sinusoid with a Hann envelope (equations 4 to 6).

    h_b(x) = 0.5 - 0.5 cos(2 pi x / b) with b = nu pi / w, or b = `largest` if w is 0.
    It is sampled at integer distances from the centre, where the sinusoid is 1.
    """
    width = NU * np.pi / abs(frequency) if frequency else largest
    # Samples strictly inside the envelope, with the same number on both sides.
    reach = int(np.ceil(width / 2)) - 1
    x = np.arange(-reach, reach + 1)
    envelope = 0.5 + 0.5 * np.cos(2 * np.pi * x / width)
    return Factor(frequency, envelope, envelope * np.exp(1j * frequency * x))


def filter_pairs(settings: GaborSettings) -> list[tuple[Factor, Factor]]:
    """Spectral and temporal factor of each filter: 263 with the default size.

    Spectral frequencies are also negated, which reverses the direction of a sweep.
    Without temporal modulation this would only mirror the filter, and is left out.
    """
    spectral = modulation_frequencies(DISTANCE["mels"], settings.largest_mels)
    temporal = modulation_frequencies(DISTANCE["frames"], settings.largest_frames)
    over_mels = [
        factor(frequency, settings.largest_mels)
        for frequency in [*-spectral, 0.0, *spectral[::-1]]
    ]
    over_frames = [
        factor(frequency, settings.largest_frames)
        for frequency in [0.0, *temporal[::-1]]
    ]
    return [
        (mels, frames)
        for frames in over_frames
        for mels in over_mels
        if mels.frequency >= 0 or frames.frequency > 0
    ]


def _dc(mels: Factor, frames: Factor) -> float:
    """How much of the envelope is subtracted from the real part of equation 3.

    As in the authors' code, the DC part is subtracted in the shape of the envelope, so
    that the filter sums to 0. The filter without any modulation keeps its sum.
    """
    if mels.frequency == frames.frequency == 0:
        return 0.0
    total = (mels.values.sum() * frames.values.sum()).real
    return float(total / (mels.envelope.sum() * frames.envelope.sum()))


class GaborFilterBank(nn.Module):
    """Features of log-mels by the filter bank, with the interface of a network's units.

    Each filter is convolved with the log-mel, to the same size and with zeros beyond
    its edges; negative results are set to 0, and the mean is taken over channels and
    frames (paper, Methods). Filters are not scaled to unit gain, because the paper does
    not mention it.

    The edges are not treated separately. The authors of the filter bank repeat the
    first and last frames, and subtract a local mean where a filter extends beyond the
    log-mel. Here, such a filter also responds to the step from sound to zeros, and
    therefore to the level. The effect is largest for filters without temporal
    modulation.

    Parameters
    ----------
    settings
        Size of the largest filter.
    full_scale
        Value of a full-scale sample in the log-mels, config `audio.full_scale`. They
        are converted to 16-bit full scale.
    """

    def __init__(self, settings: GaborSettings, full_scale: float) -> None:
        super().__init__()
        pairs = filter_pairs(settings)
        self._gain = float(20 * np.log10(FULL_SCALE / full_scale))
        self.n_units = len(pairs)
        # A filter and its mirror image in mels have the same factors.
        self._over_mels = [mels for mels in _factors(pairs, 0) if mels.frequency >= 0]
        self._over_frames = _factors(pairs, 1)
        rows = {mels.frequency: row for row, mels in enumerate(self._over_mels)}
        columns = {frames.frequency: at for at, frames in enumerate(self._over_frames)}
        # For each filter: whether it is the mirror image, and its two factors.
        self._places = (
            [int(mels.frequency < 0) for mels, _ in pairs],
            [rows[abs(mels.frequency)] for mels, _ in pairs],
            [columns[frames.frequency] for _, frames in pairs],
        )

    def units(self, log_mels: torch.Tensor) -> torch.Tensor:
        """Features, (clips, filters), of log-mels, (clips, mels, frames) in dB."""
        log_mels = log_mels + self._gain
        n_clips, n_mels, _ = log_mels.shape
        features = log_mels.new_empty(
            n_clips, 2, len(self._over_mels), len(self._over_frames)
        )
        filtered = _over_frames(self._over_frames, log_mels)
        for column, (frames, responses) in enumerate(filtered):
            weights = _weights_over_mels(self._over_mels, frames, n_mels)
            even, odd = (torch.from_numpy(part).to(log_mels) for part in weights)
            # Clip by clip, so that the responses to rectify are still in the cache.
            for clip, response in enumerate(responses):
                features[clip, ..., column] = _mean_positive(even, odd, response)
        return features[:, *self._places]


def _factors(pairs: Sequence[tuple[Factor, Factor]], side: int) -> list[Factor]:
    """The distinct factors on one side of pairs, in order."""
    return list({pair[side].frequency: pair[side] for pair in pairs}.values())


def _parts(factor: Factor) -> np.ndarray:
    """Real part, envelope and imaginary part of a factor, (3, samples)."""
    return np.stack([factor.values.real, factor.envelope, factor.values.imag])


def _over_frames(
    factors: Sequence[Factor], log_mels: torch.Tensor
) -> Iterator[tuple[Factor, torch.Tensor]]:
    """Each factor, and the log-mels convolved with its parts, (clips, 3, mels, frames).

    Convolutions are products of spectra that are long enough to prevent wrap-around.
    """
    n_frames = log_mels.shape[-1]
    reach = max(len(factor.values) for factor in factors) // 2
    size = next_fast_len(n_frames + 2 * reach, real=True)
    spectra = torch.fft.rfft(log_mels, n=size)[:, None]
    for factor in factors:
        margin = reach - len(factor.values) // 2
        parts = np.pad(_parts(factor), ((0, 0), (margin, margin)))
        kernels = torch.fft.rfft(torch.from_numpy(parts).to(log_mels), n=size)
        filtered = torch.fft.irfft(spectra * kernels[:, None], n=size)
        yield factor, filtered[..., reach : reach + n_frames]


def _weights_over_mels(
    over_mels: Sequence[Factor], frames: Factor, n_mels: int
) -> tuple[np.ndarray, np.ndarray]:
    """Convolution with factors over mels as matrices, for one factor over frames.

    A filter is the real part of a product of factors minus a product of envelopes. That
    is the product of the real parts, minus that of the envelopes, minus that of the
    imaginary parts. In the mirror image, only the last one changes its sign.

    Returns
    -------
    even, odd
        (factors x mels, 2 x mels) for real part and envelope; (factors x mels, mels)
        for the imaginary part.
    """
    shift = np.arange(n_mels)[:, None] - np.arange(n_mels)
    weights = np.zeros((len(over_mels), 3, n_mels, n_mels))
    for row, mels in enumerate(over_mels):
        reach = len(mels.values) // 2
        inside = np.abs(shift) <= reach
        weights[row, :, inside] = _parts(mels)[:, shift[inside] + reach].T
        weights[row, 1] *= -_dc(mels, frames)
    even = np.concatenate([weights[:, 0], weights[:, 1]], axis=2)
    return even.reshape(-1, 2 * n_mels), weights[:, 2].reshape(-1, n_mels)


def _mean_positive(
    even: torch.Tensor, odd: torch.Tensor, response: torch.Tensor
) -> torch.Tensor:
    """Mean positive response of the filters, and of their mirror images.

    `response` has shape (3, mels, frames), and the result (2, factors over mels).
    """
    n_mels = response.shape[1]
    symmetric = even @ response[:2].flatten(0, 1)
    antisymmetric = odd @ response[2]
    both = symmetric - antisymmetric, symmetric.add_(antisymmetric)
    n_factors = len(odd) // n_mels
    return torch.stack([x.relu_().view(n_factors, -1).mean(dim=1) for x in both])
