"""The Gabor filter bank against direct evaluation of its equations."""

from itertools import product

import numpy as np
import pytest
import torch
from scipy.signal import convolve2d

from music_selectivity.networks.gabor import (
    GaborFilterBank,
    GaborSettings,
    filter_pairs,
    local_mean_responses,
    modulation_frequencies,
    peak_gain,
)

DEFAULT = GaborSettings()


@pytest.fixture(autouse=True)
def one_thread():
    """Threads wait for each other in many small transforms if the machine is busy."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_263_filters_with_the_sizes_that_fit():
    assert len(filter_pairs(DEFAULT)) == 15 * 18 - 7 == 263
    for mels, frames in [(56, 76), (69, 76), (64, 73), (64, 80)]:
        assert len(filter_pairs(GaborSettings(mels, frames))) == 263
    for mels, frames in [(55, 76), (70, 76), (64, 72), (64, 81)]:
        assert len(filter_pairs(GaborSettings(mels, frames))) != 263


def test_centre_frequencies_fall_by_a_constant_factor():
    for distance, largest, count in ((0.1, 64, 7), (0.045, 76, 17)):
        found = modulation_frequencies(distance, largest)
        c = 8 * distance / 3.5
        step = (1 + c / 2) / (1 - c / 2)
        expected = np.pi / 4 / step ** np.arange(count)
        np.testing.assert_allclose(found, expected)
        assert found[-1] > np.pi * 3.5 / largest >= found[-1] / step


def test_no_two_filters_are_equal_or_mirrored():
    pairs = {
        (mels.frequency, frames.frequency) for mels, frames in filter_pairs(DEFAULT)
    }
    assert len(pairs) == 263
    mirrored = {(-mels, -frames) for mels, frames in pairs}
    assert pairs & mirrored == {(0.0, 0.0)}


def complex_by_the_equations(w_k: float, w_n: float) -> np.ndarray:
    """Equations 3 to 6 point by point, over a window large enough for any filter."""

    def hann(x, b):
        return 0.5 - 0.5 * np.cos(2 * np.pi * x / b) if 0 <= x <= b else 0.0

    b_k = 3.5 * 2 * np.pi / (2 * abs(w_k)) if w_k else DEFAULT.largest_mels
    b_n = 3.5 * 2 * np.pi / (2 * abs(w_n)) if w_n else DEFAULT.largest_frames
    x = np.arange(-40, 41)
    envelope = np.outer(
        [hann(k + b_k / 2, b_k) for k in x], [hann(n + b_n / 2, b_n) for n in x]
    )
    values = envelope * np.exp(1j * (w_k * x[:, None] + w_n * x))
    # Without its DC part, unless the filter has no modulation.
    if w_k or w_n:
        values = values - envelope * values.sum() / envelope.sum()
    return values


def by_the_equations(w_k: float, w_n: float) -> np.ndarray:
    return complex_by_the_equations(w_k, w_n).real


def test_features_are_rectified_means_of_whole_convolutions():
    """With the filters of the equations, to the precision of float64."""
    rng = np.random.default_rng(0)
    log_mels = rng.normal(-30, 15, (2, 64, 121))
    bank = GaborFilterBank(DEFAULT, full_scale=1)
    found = bank.units(torch.from_numpy(log_mels)).numpy()
    single = bank.units(torch.from_numpy(log_mels.astype(np.float32))).numpy()
    assert single.shape == (2, 263) and single.dtype == np.float32
    assert bank.n_units == 263
    for number in (0, 3, 7, 8, 14, 22, 23, 100, 200, 262):
        mels, frames = filter_pairs(DEFAULT)[number]
        values = by_the_equations(mels.frequency, frames.frequency)
        for clip in range(2):
            level = log_mels[clip] + 20 * np.log10(32768)
            whole = convolve2d(level, values, mode="full")
            expected = np.maximum(whole[40 : 40 + 64, 40 : 40 + 121], 0).mean()
            assert found[clip, number] == pytest.approx(expected, rel=1e-11)
            assert single[clip, number] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("n_mels", [1, 2, 21, 63])
def test_any_number_of_channels(n_mels):
    """Sums and differences of channels and their mirror images, with one between."""
    log_mels = np.random.default_rng(n_mels).normal(-90, 15, (1, n_mels, 40))
    (found,) = GaborFilterBank(DEFAULT, full_scale=1).units(torch.from_numpy(log_mels))
    for number in (0, 4, 8, 22, 100, 262):
        mels, frames = filter_pairs(DEFAULT)[number]
        values = by_the_equations(mels.frequency, frames.frequency)
        level = log_mels[0] + 20 * np.log10(32768)
        whole = convolve2d(level, values, mode="full")
        expected = np.maximum(whole[40 : 40 + n_mels, 40 : 40 + 40], 0).mean()
        assert float(found[number]) == pytest.approx(expected, rel=1e-11)


def test_log_mels_of_unscaled_samples_give_the_same():
    log_mels = torch.from_numpy(np.random.default_rng(1).normal(-30, 15, (1, 64, 60)))
    scaled = GaborFilterBank(DEFAULT, 1).units(log_mels)
    unscaled = GaborFilterBank(DEFAULT, 32768).units(log_mels + 20 * np.log10(32768))
    torch.testing.assert_close(scaled, unscaled)


def test_a_ripple_drives_the_filter_of_its_own_frequencies_most():
    pairs = filter_pairs(DEFAULT)
    for number in (60, 150, 250):
        mels, frames = pairs[number]
        k, n = np.arange(64)[:, None], np.arange(300)
        ripple = 10 * np.cos(mels.frequency * k + frames.frequency * n) - 90
        bank = GaborFilterBank(DEFAULT, full_scale=1)
        (found,) = bank.units(torch.from_numpy(ripple[None])).numpy()
        gains = np.array(
            [np.abs(by_the_equations(*[x.frequency for x in p])).sum() for p in pairs]
        )
        modulated = [i for i, pair in enumerate(pairs) if pair[1].frequency]
        best = max(modulated, key=lambda i: found[i] / gains[i])
        near = pairs[best]
        assert near[1].frequency == pytest.approx(frames.frequency, rel=0.3)
        assert np.sign(near[0].frequency) == np.sign(mels.frequency)


def directly(log_mel: np.ndarray, number: int, settings: GaborSettings) -> np.ndarray:
    """Responses of a filter by sums over the part of it that lies inside."""
    w_k, w_n = (x.frequency for x in filter_pairs(DEFAULT)[number])
    # Turned round, because convolution sums over k - k' and n - n'.
    values = complex_by_the_equations(w_k, w_n)[::-1, ::-1]
    if settings.edges == "repeat":
        log_mel = np.pad(log_mel, ((0, 0), (40, 40)), mode="edge")
    n_mels, n_frames = log_mel.shape
    responses = np.empty((n_mels, n_frames))
    for k, n in product(range(n_mels), range(n_frames)):
        mels, frames = (
            slice(max(at - 40, 0), at + 41) for at, size in ((k, n_mels), (n, n_frames))
        )
        x = log_mel[mels, frames]
        inside = values[max(40 - k, 0) :, max(40 - n, 0) :][: x.shape[0], : x.shape[1]]
        responses[k, n] = (inside.real * x).sum()
        if settings.mean == "local" and (w_k or w_n):
            weights = np.abs(inside)
            mean = (weights * x).sum() / weights.sum()
            responses[k, n] -= inside.real.sum() * mean
    if settings.edges == "repeat":
        responses = responses[:, 40:-40]
    if settings.gain == "normalized":
        # The filter's own size, as the transform depends on it.
        filled = values[np.abs(values).any(axis=1)][:, np.abs(values).any(axis=0)]
        if not (w_k or w_n):
            filled = filled * (1 + 1j)
        responses /= np.abs(np.fft.fft2(filled)).max()
    return responses


@pytest.mark.parametrize("gain", ["none", "normalized"])
@pytest.mark.parametrize("edges", ["zeros", "repeat"])
@pytest.mark.parametrize("mean", ["filter", "local"])
def test_options_by_direct_sums(gain, edges, mean):
    """As large as the filters, so that there are effects of edges everywhere."""
    settings = GaborSettings(gain=gain, edges=edges, mean=mean)
    log_mels = np.random.default_rng(2).normal(60, 15, (2, 24, 31))
    bank = GaborFilterBank(settings, full_scale=32768)
    found = bank.units(torch.from_numpy(log_mels)).numpy()
    single = bank.units(torch.from_numpy(log_mels.astype(np.float32))).numpy()
    for number in (0, 7, 8, 14, 100, 262):
        responses = directly(log_mels[1], number, settings)
        expected = np.maximum(responses, 0).mean()
        assert found[1, number] == pytest.approx(expected, rel=1e-11)
        assert single[1, number] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("edges", ["zeros", "repeat"])
def test_with_local_means_only_the_filter_without_modulation_sees_the_level(edges):
    log_mels = torch.from_numpy(np.random.default_rng(3).normal(0, 15, (1, 40, 30)))
    level = torch.cat([log_mels, log_mels + 60, torch.full_like(log_mels, 60)])
    pairs = filter_pairs(DEFAULT)
    for number, responses in enumerate(local_mean_responses(pairs, level, edges)):
        negligible = 1e-10 * peak_gain(*pairs[number])
        for difference in (responses[0] - responses[1], responses[2]):
            assert (difference.abs().max() < negligible) == bool(number)


def test_local_means_change_nothing_where_filters_lie_inside():
    log_mels = torch.from_numpy(np.random.default_rng(4).normal(60, 15, (1, 63, 75)))
    pairs = filter_pairs(DEFAULT)
    found = list(local_mean_responses(pairs, log_mels, "zeros"))
    for number in (3, 20, 150):
        values = by_the_equations(*(x.frequency for x in pairs[number]))
        # The filter's value at (k, n) weighs what lies k below and n before.
        expected = (values[::-1, ::-1][9:72, 3:78] * log_mels[0].numpy()).sum()
        assert found[number][0, 31, 37] == pytest.approx(expected, rel=1e-9)


def test_gain_of_normalized_filters_is_close_to_1():
    """Found by a transform with many more frequencies than that of gbfb.m.

    The filter without modulation comes first. gbfb.m's real part has 1 / sqrt(2) of it.
    """
    pairs = filter_pairs(DEFAULT)
    for number in (0, 3, 10, 60, 150, 262):
        values = complex_by_the_equations(*(x.frequency for x in pairs[number]))
        largest = np.abs(np.fft.fft2(values, s=(512, 512))).max()
        gain = largest / peak_gain(*pairs[number])
        if number:
            assert 1 <= gain < 1.24
        else:
            assert gain == pytest.approx(1 / np.sqrt(2))
