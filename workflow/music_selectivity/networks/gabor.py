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
        n_clips, n_mels, n_frames = log_mels.shape
        folds = _folds(n_mels)
        over_frames = _OverFrames(self._over_frames, log_mels, self._settings.edges)
        over_mels = [
            [torch.from_numpy(part).to(log_mels) for part in weights]
            for weights in _weights_over_mels(self._over_mels, self._over_frames, folds)
        ]
        shape = len(self._over_mels), len(self._over_frames)
        sums = log_mels.new_empty(n_clips, 2, *shape)
        space = log_mels.new_empty(3, 2, shape[0] * folds.shape[1], n_frames)
        folded = torch.from_numpy(folds).to(log_mels) @ log_mels[:, None]
        # Clip by clip, so that what is filtered and rectified is still in the cache.
        for clip, bands in enumerate(folded):
            for column, response in enumerate(over_frames(bands)):
                weights = over_mels[column]
                sums[clip, ..., column] = _sums_of_positive(*weights, response, space)
        return sums[:, *self._places] / (n_mels * n_frames)

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


class _OverFrames:
    """Convolution of a clip's folded bands with the parts of each factor over frames.

    These are products of spectra that are long enough to prevent wrap-around.

    Parameters
    ----------
    factors
        Factors over frames.
    log_mels
        Log-mels, (clips, mels, frames), which give the size and type of the bands.
    edges
        As in `GaborSettings`.
    """

    def __init__(
        self, factors: Sequence[Factor], log_mels: torch.Tensor, edges: str
    ) -> None:
        n_bands, self._n_frames = (log_mels.shape[1] + 1) // 2, log_mels.shape[2]
        self._edges = edges
        self._reach = max(len(factor.values) for factor in factors) // 2
        self._size = next_fast_len(self._n_frames + 2 * self._reach, real=True)
        parts = np.zeros((len(factors), 3, 1, self._size))
        for row, factor in enumerate(factors):
            start = self._reach - len(factor.values) // 2
            parts[row, :, 0, start : start + len(factor.values)] = _parts(factor)
        self._kernels = torch.fft.rfft(torch.from_numpy(parts).to(log_mels))
        # Used again for each clip and factor.
        self._products = self._kernels.new_empty(2, 3, n_bands, self._kernels.shape[-1])
        self._filtered = log_mels.new_empty(2, 3, n_bands, self._size)

    def __call__(self, bands: torch.Tensor) -> Iterator[torch.Tensor]:
        """Yield (2, 3, bands, frames) for each factor; the next one overwrites it.

        `bands`, (2, bands, frames), are sums and differences, as in `_folds`.
        """
        spectra = torch.fft.rfft(_on_a_circle(bands, self._size, self._edges))
        for kernels in self._kernels:
            torch.mul(spectra[:, None], kernels, out=self._products)
            torch.fft.irfft(self._products, n=self._size, out=self._filtered)
            yield self._filtered[..., self._reach : self._reach + self._n_frames]


def _folds(n_mels: int) -> np.ndarray:
    """Sums and differences of each channel and its mirror image, as matrices.

    The parts of a factor over mels are symmetric or antisymmetric. Convolution with the
    former turns sums into sums and differences into differences; with the latter, sums
    into differences and differences into sums. This takes half as many products as the
    convolution of all channels.

    Returns
    -------
    array, shape (2, bands, n_mels)
        For sums and for differences, of which there are (n_mels + 1) // 2 each. If a
        channel lies in the middle, it is the last sum, and the last difference is 0.
    """
    channels = np.eye(n_mels)[: (n_mels + 1) // 2]
    mirrored = channels[:, ::-1]
    folds = np.stack([channels + mirrored, channels - mirrored])
    if n_mels % 2:
        folds[0, -1] /= 2
    return folds


def _weights_over_mels(
    over_mels: Sequence[Factor], over_frames: Sequence[Factor], folds: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Convolution with factors over mels as matrices, for each factor over frames.

    A filter is the real part of a product of factors minus a product of envelopes. That
    is the product of the real parts, minus that of the envelopes, minus that of the
    imaginary parts. In the mirror image, only the last one changes its sign.

    Yields
    ------
    even, odd
        To half the sums and differences of a response. (2, factors x bands, 2 x bands),
        from those of the real part and the envelope; (2, factors x bands, bands), from
        the differences and sums of the imaginary part.
    """
    n_mels, n_bands = folds.shape[2], folds.shape[1]
    shift = np.arange(n_mels)[:, None] - np.arange(n_mels)
    weights = np.zeros((len(over_mels), 3, n_mels, n_mels))
    for row, mels in enumerate(over_mels):
        reach = len(mels.values) // 2
        inside = np.abs(shift) <= reach
        weights[row, :, inside] = _parts(mels)[:, shift[inside] + reach].T
    # (2, factors, parts, bands, bands).
    unfolds = np.linalg.pinv(folds)[:, None, None]
    halved = folds[:, None, None] / 2 @ weights
    even, odd = halved[:, :, :2] @ unfolds, halved[:, :, 2:] @ unfolds[::-1]
    for frames in over_frames:
        dc = [_dc(mels, frames) for mels in over_mels]
        parts = np.stack([np.ones_like(dc), np.negative(dc)], axis=1)
        scaled = (even * parts[..., None, None]).swapaxes(2, 3)
        yield scaled.reshape(2, -1, 2 * n_bands), odd.reshape(2, -1, n_bands)


def _sums_of_positive(
    even: torch.Tensor, odd: torch.Tensor, response: torch.Tensor, space: torch.Tensor
) -> torch.Tensor:
    """Summed positive responses of the filters, and of their mirror images.

    Parameters
    ----------
    even, odd
        `_weights_over_mels`.
    response
        (2, 3, bands, frames), of `_over_frames`.
    space
        (3, 2, factors x bands, frames), which is overwritten. New memory for each
        factor and clip would take longer than the products.

    Returns
    -------
    tensor, shape (2, factors over mels)
    """
    symmetric, antisymmetric, mirrored = space
    torch.bmm(even, response[:, :2].flatten(1, 2), out=symmetric)
    torch.bmm(odd, response[:, 2].flip(0), out=antisymmetric)
    torch.add(symmetric, antisymmetric, out=mirrored)
    symmetric -= antisymmetric
    # With half the sum s and difference d of two responses, these are s + d and s - d,
    # whose positive parts add up to max(|s|, |d|) + s.
    n_factors, positive = odd.shape[1] // odd.shape[2], antisymmetric[0]
    found = []
    for half_sum, half_difference in (symmetric, mirrored):
        torch.abs(half_sum, out=positive)
        torch.maximum(positive, half_difference.abs_(), out=positive)
        positive += half_sum
        found.append(positive.view(n_factors, -1).sum(dim=1))
    return torch.stack(found)
