"""The Gabor filter bank: 263 spectro-temporal modulation filters of a log-mel.

Schaedler, Meyer & Kollmeier (2012); paper, Methods, equations 3 to 6. The filters are
the linear features that networks are compared with.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.fft import next_fast_len
from torch import nn

# Highest modulation frequency (radians a channel or frame), number of half waves under
# a filter's envelope, and distances between neighbours' centre frequencies.
HIGHEST = np.pi / 4
NU = 3.5
DISTANCE = {"mels": 0.1, "frames": 0.045}

# A 16-bit sample's full scale, in which the paper's log-mels are: 0 dB is then near
# silence, as zero padding and the filter without modulation take it to be.
FULL_SCALE = 32768


@dataclass(frozen=True)
class GaborSettings:
    """Config section `linear_features.gabor`: sizes of the largest filter."""

    largest_mels: int = 64
    largest_frames: int = 76


@dataclass(frozen=True)
class Factor:
    """One dimension of a filter: its modulation frequency and complex values."""

    frequency: float
    envelope: np.ndarray
    values: np.ndarray


def modulation_frequencies(distance: float, largest: int) -> np.ndarray:
    """Positive centre frequencies, radians, highest first (Methods).

    Each is the one before by (1 - c/2) / (1 + c/2), c = 8 d / nu, down to pi nu /
    `largest`, where the envelope would grow larger than the largest filter.
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
    """A Hann envelope around a complex sinusoid (equations 4 to 6).

    h_b(x) = 0.5 - 0.5 cos(2 pi x / b) with b = nu pi / w, and b = `largest` where w is
    0; sampled at whole distances from the centre, where the sinusoid is 1.
    """
    width = NU * np.pi / abs(frequency) if frequency else largest
    # Samples strictly inside the envelope, the same number on either side.
    reach = int(np.ceil(width / 2)) - 1
    x = np.arange(-reach, reach + 1)
    envelope = 0.5 + 0.5 * np.cos(2 * np.pi * x / width)
    return Factor(frequency, envelope, envelope * np.exp(1j * frequency * x))


def filter_pairs(settings: GaborSettings) -> list[tuple[Factor, Factor]]:
    """Spectral and temporal factor of each filter: 263 with the default sizes.

    Spectral frequencies are also negated, which reverses the direction of a sweep;
    where there is no temporal modulation that would only mirror the filter.
    """
    spectral = modulation_frequencies(DISTANCE["mels"], settings.largest_mels)
    temporal = modulation_frequencies(DISTANCE["frames"], settings.largest_frames)
    over_mels = [
        factor(frequency, settings.largest_mels)
        for frequency in (*-spectral, 0.0, *spectral[::-1])
    ]
    over_frames = [
        factor(frequency, settings.largest_frames)
        for frequency in (0.0, *temporal[::-1])
    ]
    return [
        (mels, frames)
        for frames in over_frames
        for mels in over_mels
        if mels.frequency >= 0 or frames.frequency > 0
    ]


def filter_values(mels: Factor, frames: Factor) -> np.ndarray:
    """A filter, (mels, frames): equation 3, its real part without its DC part.

    As in the authors' own code, what keeps the filter from summing to 0 is taken off in
    the shape of the envelope; the filter without any modulation keeps its sum.
    """
    values = np.outer(mels.values, frames.values).real
    return values - _dc(mels, frames) * np.outer(mels.envelope, frames.envelope)


def _dc(mels: Factor, frames: Factor) -> float:
    if mels.frequency == frames.frequency == 0:
        return 0.0
    total = (mels.values.sum() * frames.values.sum()).real
    return float(total / (mels.envelope.sum() * frames.envelope.sum()))


class GaborFilterBank(nn.Module):
    """Features of log-mels by the filter bank, in the form of a network's units.

    Each filter is convolved with the log-mel, to the same size and with zeros beyond
    it; negative results are set to 0, and the mean is taken over channels and frames
    (paper, Methods). No filter is scaled to unit gain, for the paper states none.

    Nor are the ends treated apart. The filter bank's authors repeat the first and last
    frames, and subtract a local mean where a filter reaches beyond the log-mel; here
    such a filter also sees the step from sound to zeros, and so the level. This weighs
    most for filters without temporal modulation.

    Parameters
    ----------
    settings
        Sizes.
    full_scale
        Value of a full-scale sample in the log-mels, config `audio.full_scale`: they
        are brought to 16-bit full scale.
    """

    def __init__(self, settings: GaborSettings, full_scale: float) -> None:
        super().__init__()
        pairs = filter_pairs(settings)
        self._gain = float(20 * np.log10(FULL_SCALE / full_scale))
        self.n_units = len(pairs)
        # A filter and its mirror image in mels share their factors.
        self._over_mels = [mels for mels in _factors(pairs, 0) if mels.frequency >= 0]
        self._over_frames = _factors(pairs, 1)
        rows = {mels.frequency: row for row, mels in enumerate(self._over_mels)}
        columns = {frames.frequency: at for at, frames in enumerate(self._over_frames)}
        # Of each filter: whether it is the mirror image, and its two factors.
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
            # Clip by clip, so that what is rectified is still in the cache.
            for clip, response in enumerate(responses):
                features[clip, ..., column] = _mean_positive(even, odd, response)
        return features[:, *self._places]


def _factors(pairs: Sequence[tuple[Factor, Factor]], side: int) -> list[Factor]:
    """The different factors on one side of pairs, in order."""
    return list({pair[side].frequency: pair[side] for pair in pairs}.values())


def _parts(factor: Factor) -> np.ndarray:
    """Real part, envelope and imaginary part of a factor, (3, samples)."""
    return np.stack([factor.values.real, factor.envelope, factor.values.imag])


def _over_frames(
    factors: Sequence[Factor], log_mels: torch.Tensor
) -> Iterator[tuple[Factor, torch.Tensor]]:
    """Log-mels convolved with each factor's parts: (clips, 3, mels, frames).

    As products of spectra, long enough that nothing wraps around.
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

    A filter is the real part of a product of factors, less a product of envelopes: the
    product of the real parts less the envelopes', and less the product of the imaginary
    parts, which alone changes its sign in the mirror image.

    Returns
    -------
    even, odd
        (factors x mels, 2 x mels), of real part and envelope; (factors x mels, mels),
        of the imaginary part.
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
    """Mean positive responses, (2, factors over mels), to (3, mels, frames).

    Of the filters, and of their mirror images.
    """
    n_mels = response.shape[1]
    symmetric = even @ response[:2].flatten(0, 1)
    antisymmetric = odd @ response[2]
    both = symmetric - antisymmetric, symmetric.add_(antisymmetric)
    n_factors = len(odd) // n_mels
    return torch.stack([x.relu_().view(n_factors, -1).mean(dim=1) for x in both])
