"""The Gabor filter bank: 263 spectro-temporal modulation filters of a log-mel.

Its features are compared with those of networks. Source: Schaedler, Meyer & Kollmeier
(2012), and the function gbfb.m that its authors published; paper, Methods, equations 3
to 6.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.fft import next_fast_len
from torch import nn
from torch.nn.functional import pad

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
    """Config section `linear_features.gabor`.

    Attributes
    ----------
    largest_mels, largest_frames
        Size of the largest filter, mel bands and frames.
    gain
        "none": filters as in the equations. "normalized": each filter divided by its
        `peak_gain`.
    edges
        What precedes and follows the log-mel in time: "zeros", or "repeat" for copies
        of its first and last frame. Below and above its channels are always zeros.
    mean
        "filter": the mean is removed from each filter, whether or not all of it lies
        inside the log-mel. "local": where a part lies outside, it is also removed from
        the log-mel (see `GaborFilterBank`).
    """

    largest_mels: int = 64
    largest_frames: int = 76
    gain: str = "none"
    edges: str = "zeros"
    mean: str = "filter"


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


def _modulated(mels: Factor, frames: Factor) -> bool:
    return bool(mels.frequency or frames.frequency)


def _dc(mels: Factor, frames: Factor) -> float:
    """How much of the envelope is subtracted from the real part of equation 3.

    As in the authors' code, the DC part is subtracted in the shape of the envelope, so
    that the filter sums to 0. The filter without any modulation keeps its sum.
    """
    if not _modulated(mels, frames):
        return 0.0
    total = (mels.values.sum() * frames.values.sum()).real
    return float(total / (mels.envelope.sum() * frames.envelope.sum()))


def complex_filter(mels: Factor, frames: Factor) -> np.ndarray:
    """A filter without its DC part, (mels, frames); responses are to its real part."""
    values = np.outer(mels.values, frames.values)
    return values - _dc(mels, frames) * np.outer(mels.envelope, frames.envelope)


def peak_gain(mels: Factor, frames: Factor) -> float:
    """Largest magnitude of a filter's discrete Fourier transform, as in gbfb.m.

    The transform is as long as the complex filter and has few frequencies: the gain at
    the centre frequencies themselves is up to 1.24 times as large. gbfb.m gives the
    filter without modulation an imaginary part equal to its real part, which makes its
    gain larger by the square root of 2.
    """
    gain = np.abs(np.fft.fft2(complex_filter(mels, frames))).max()
    return float(gain if _modulated(mels, frames) else np.sqrt(2) * gain)


class GaborFilterBank(nn.Module):
    """Features of log-mels by the filter bank, with the interface of a network's units.

    Each filter is convolved with the log-mel, to the same size; negative results are
    set to 0, and the mean is taken over channels and frames (paper, Methods). The paper
    mentions neither gains nor edges. By default, filters are not scaled to unit gain,
    and zeros lie beyond all edges. A filter that extends beyond them also responds to
    the step from sound to zeros, and therefore to the level. The effect is largest for
    filters without temporal modulation.

    gbfb.m scales filters to unit gain, repeats the first and last frames, and removes
    the mean locally. All three are options. With the last one, the response at a
    channel and frame is

        sum(g x) - sum(g) sum(|g| x) / sum(|g|),

    where the sums are over the part of the filter g that lies inside the log-mel x, or
    inside its copies of end frames, and the magnitudes |g| are those of the complex
    filter. The last fraction is the mean of x as weighted by the filter. A constant
    log-mel thus gives no response at the edges either. Where all of a filter lies
    inside, sum(g) is 0, and nothing changes. The filter without modulation is exempt.

    These are the responses of gbfb.m in MATLAB. Octave takes `gfilter < 0` of a complex
    filter for false and therefore omits the local mean.

    Parameters
    ----------
    settings
        Size of the largest filter, and treatment of gain, edges and mean.
    full_scale
        Value of a full-scale sample in the log-mels, config `audio.full_scale`. They
        are converted to 16-bit full scale.
    """

    def __init__(self, settings: GaborSettings, full_scale: float) -> None:
        super().__init__()
        pairs = filter_pairs(settings)
        self._settings = settings
        self._decibels = float(20 * np.log10(FULL_SCALE / full_scale))
        self._pairs = pairs
        self.n_units = len(pairs)
        normalized = settings.gain == "normalized"
        self._gains = [peak_gain(*pair) if normalized else 1.0 for pair in pairs]
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
        log_mels = log_mels + self._decibels
        local = self._settings.mean == "local"
        features = self._with_local_means(log_mels) if local else self._plain(log_mels)
        return features / features.new_tensor(self._gains)

    def _plain(self, log_mels: torch.Tensor) -> torch.Tensor:
        """Features, by the factors that filters have in common."""
        n_clips, n_mels, _ = log_mels.shape
        features = log_mels.new_empty(
            n_clips, 2, len(self._over_mels), len(self._over_frames)
        )
        filtered = _over_frames(self._over_frames, log_mels, self._settings.edges)
        for column, (frames, responses) in enumerate(filtered):
            weights = _weights_over_mels(self._over_mels, frames, n_mels)
            even, odd = (torch.from_numpy(part).to(log_mels) for part in weights)
            # Clip by clip, so that the responses to rectify are still in the cache.
            for clip, response in enumerate(responses):
                features[clip, ..., column] = _mean_positive(even, odd, response)
        return features[:, *self._places]

    def _with_local_means(self, log_mels: torch.Tensor) -> torch.Tensor:
        """Features with local means, by filters as a whole.

        This takes several times as long, because magnitudes of filters have no factors.
        """
        responses = local_mean_responses(self._pairs, log_mels, self._settings.edges)
        return torch.stack([x.relu_().mean(dim=(1, 2)) for x in responses], dim=1)


def local_mean_responses(
    pairs: Sequence[tuple[Factor, Factor]], log_mels: torch.Tensor, edges: str
) -> Iterator[torch.Tensor]:
    """Each filter's responses with local means, (clips, mels, frames).

    Parameters
    ----------
    pairs
        `filter_pairs`.
    log_mels
        (clips, mels, frames), at 16-bit full scale.
    edges
        As in `GaborSettings`.
    """
    n_mels, n_frames = log_mels.shape[1:]
    reach = [max(len(pair[side].values) for pair in pairs) // 2 for side in (0, 1)]
    size = [
        next_fast_len(max(n_mels, reach[0] + 1) + reach[0], real=True),
        next_fast_len(n_frames + 2 * reach[1], real=True),
    ]
    # First what lies inside, then the log-mels.
    fields = torch.cat([torch.ones_like(log_mels[:1]), log_mels])
    spectra = torch.fft.rfft2(_on_a_circle(fields, size[1], edges), s=size)
    for mels, frames in pairs:
        values = complex_filter(mels, frames)
        parts = np.zeros((2, *size))
        parts[:, : len(values), : values.shape[1]] = values.real, np.abs(values)
        centre = [-(length // 2) for length in values.shape]
        parts = torch.from_numpy(np.roll(parts, centre, axis=(1, 2))).to(log_mels)
        sums, weighted = (
            torch.fft.irfft2(spectra * kernel, s=size)[:, :n_mels, :n_frames]
            for kernel in torch.fft.rfft2(parts)
        )
        if _modulated(mels, frames):
            yield sums[1:] - sums[0] / weighted[0] * weighted[1:]
        else:
            yield sums[1:]


def _factors(pairs: Sequence[tuple[Factor, Factor]], side: int) -> list[Factor]:
    """The distinct factors on one side of pairs, in order."""
    return list({pair[side].frequency: pair[side] for pair in pairs}.values())


def _parts(factor: Factor) -> np.ndarray:
    """Real part, envelope and imaginary part of a factor, (3, samples)."""
    return np.stack([factor.values.real, factor.envelope, factor.values.imag])


def _on_a_circle(log_mels: torch.Tensor, size: int, edges: str) -> torch.Tensor:
    """Log-mels on a circle of `size` frames, with their edges in its remaining part."""
    margin = size - log_mels.shape[-1]
    before = margin // 2
    mode = {"zeros": "constant", "repeat": "replicate"}[edges]
    padded = pad(log_mels, (before, margin - before), mode=mode)
    return padded.roll(-before, dims=-1)


def _over_frames(
    factors: Sequence[Factor], log_mels: torch.Tensor, edges: str
) -> Iterator[tuple[Factor, torch.Tensor]]:
    """Each factor, and the log-mels convolved with its parts, (clips, 3, mels, frames).

    Convolutions are products of spectra that are long enough to prevent wrap-around.
    """
    n_frames = log_mels.shape[-1]
    reach = max(len(factor.values) for factor in factors) // 2
    size = next_fast_len(n_frames + 2 * reach, real=True)
    spectra = torch.fft.rfft(_on_a_circle(log_mels, size, edges))[:, None]
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
