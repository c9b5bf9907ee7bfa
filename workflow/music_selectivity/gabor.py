"""The Gabor filter bank: 263 spectro-temporal modulation filters of a log-mel.

Schaedler, Meyer & Kollmeier (2012); paper, Methods, equations 3 to 6. The filters are
the linear features that networks are compared with.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn.functional import conv1d

# Highest modulation frequency (radians a channel or frame), number of half waves under
# a filter's envelope, and distances between neighbours' centre frequencies.
HIGHEST = np.pi / 4
NU = 3.5
DISTANCE = {"mels": 0.1, "frames": 0.045}

# A 16-bit sample's full scale, in which the paper's log-mels are: 0 dB is then near
# silence, as zero padding and the filter without modulation take it to be.
FULL_SCALE = 32768

# Temporal factors convolved at a time.
TOGETHER = 9


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
        self._pairs = filter_pairs(settings)
        self._gain = float(20 * np.log10(FULL_SCALE / full_scale))
        self.n_units = len(self._pairs)
        # Each filter and its mirror image in mels, which share their parts; a filter
        # without a mirror image stands for its own.
        numbers = {
            (mels.frequency, frames.frequency): number
            for number, (mels, frames) in enumerate(self._pairs)
        }
        self._by_mels: dict[float, list[tuple[int, int]]] = {}
        for (mels, frames), number in numbers.items():
            if mels >= 0:
                twin = numbers.get((-mels, frames), number)
                self._by_mels.setdefault(mels, []).append((number, twin))

    def units(self, log_mels: torch.Tensor) -> torch.Tensor:
        """Features, (clips, filters), of log-mels, (clips, mels, frames) in dB."""
        log_mels = log_mels + self._gain
        features = log_mels.new_empty(len(log_mels), self.n_units)
        for twins in self._by_mels.values():
            filtered = _along_mels(self._pairs[twins[0][0]][0], log_mels)
            # Together with filters of like length: shorter ones are filled with zeros.
            for at in range(0, len(twins), TOGETHER):
                first, second = map(list, zip(*twins[at : at + TOGETHER], strict=True))
                pairs = [self._pairs[number] for number in first]
                features[:, first], mirrored = _along_frames(pairs, filtered)
                kept = [i for i, number in enumerate(second) if number not in first]
                features[:, [second[i] for i in kept]] = mirrored[:, kept]
        return features


def _along_frames(
    pairs: Sequence[tuple[Factor, Factor]], filtered: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean positive responses, (clips, pairs), of filters and of their mirror images.

    A filter is the real part of a product of factors, less a product of envelopes: the
    product of the real parts less the envelopes', and less the product of the imaginary
    parts, which alone changes its sign in the mirror image.
    """
    reach = max(len(frames.values) for _, frames in pairs) // 2
    even = np.zeros((len(pairs), 2, 2 * reach + 1))
    odd = np.zeros((len(pairs), 1, 2 * reach + 1))
    for row, (mels, frames) in enumerate(pairs):
        half = len(frames.values) // 2
        inside = slice(reach - half, reach + half + 1)
        even[row, 0, inside] = frames.values.real
        even[row, 1, inside] = -_dc(mels, frames) * frames.envelope
        odd[row, 0, inside] = frames.values.imag
    n_clips, n_mels = filtered.shape[:2]
    real, envelope, imaginary = filtered.flatten(0, 1).split(1, dim=1)
    symmetric = _convolve(torch.cat([real, envelope], dim=1), even, reach)
    antisymmetric = _convolve(imaginary, odd, reach)

    def mean(response: torch.Tensor) -> torch.Tensor:
        return response.relu_().mean(dim=2).view(n_clips, n_mels, -1).mean(dim=1)

    return mean(symmetric - antisymmetric), mean(symmetric + antisymmetric)


def _convolve(x: torch.Tensor, kernels: np.ndarray, reach: int) -> torch.Tensor:
    # conv1d correlates; a convolution takes the kernels backwards.
    return conv1d(x, torch.from_numpy(kernels[:, :, ::-1].copy()).to(x), padding=reach)


def _along_mels(mels: Factor, log_mels: torch.Tensor) -> torch.Tensor:
    """Log-mels filtered by a spectral factor, (clips, mels, 3, frames).

    Its real part, its envelope and its imaginary part, as a matrix product each: every
    band weighs every other.
    """
    n_mels = log_mels.shape[1]
    reach = len(mels.values) // 2
    shift = np.arange(n_mels)[:, None] - np.arange(n_mels) + reach
    inside = (shift >= 0) & (shift < len(mels.values))
    parts = np.stack([mels.values.real, mels.envelope, mels.values.imag])
    weights = np.where(inside, parts[:, np.where(inside, shift, 0)], 0)
    weights = torch.from_numpy(weights).to(log_mels)
    return torch.einsum("pij,cjt->cipt", weights, log_mels)
