"""The Gabor filter bank against direct evaluation of its equations."""

import numpy as np
import pytest
import torch
from scipy.signal import convolve2d

from music_selectivity.networks.gabor import (
    GaborFilterBank,
    GaborSettings,
    filter_pairs,
    filter_values,
    modulation_frequencies,
)

DEFAULT = GaborSettings()


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


def by_the_equations(w_k: float, w_n: float) -> np.ndarray:
    """Equations 3 to 6 point by point, over a window large enough for any filter."""

    def hann(x, b):
        return 0.5 - 0.5 * np.cos(2 * np.pi * x / b) if 0 <= x <= b else 0.0

    b_k = 3.5 * 2 * np.pi / (2 * abs(w_k)) if w_k else DEFAULT.largest_mels
    b_n = 3.5 * 2 * np.pi / (2 * abs(w_n)) if w_n else DEFAULT.largest_frames
    values = np.zeros((81, 81), complex)
    envelope = np.zeros((81, 81))
    for k in range(-40, 41):
        for n in range(-40, 41):
            weight = hann(k + b_k / 2, b_k) * hann(n + b_n / 2, b_n)
            envelope[k + 40, n + 40] = weight
            values[k + 40, n + 40] = weight * np.exp(1j * (w_k * k + w_n * n))
    real = values.real
    if w_k or w_n:
        real = real - envelope * real.sum() / envelope.sum()
    return real


@pytest.mark.parametrize("number", [0, 7, 8, 14, 23, 100, 200, 262])
def test_filters_are_those_of_the_equations(number):
    mels, frames = filter_pairs(DEFAULT)[number]
    expected = by_the_equations(mels.frequency, frames.frequency)
    found = filter_values(mels, frames)
    pad = [(40 - size // 2, 40 - size // 2) for size in found.shape]
    np.testing.assert_allclose(np.pad(found, pad), expected, atol=1e-12)
    if mels.frequency or frames.frequency:
        assert abs(found.sum()) < 1e-9
    else:
        assert found.sum() > 1


def test_features_are_rectified_means_of_whole_convolutions():
    rng = np.random.default_rng(0)
    log_mels = rng.normal(-30, 15, (2, 64, 121)).astype(np.float32)
    bank = GaborFilterBank(DEFAULT, full_scale=1)
    found = bank.units(torch.from_numpy(log_mels)).numpy()
    assert found.shape == (2, 263) and found.dtype == np.float32
    assert bank.n_units == 263
    for number in (0, 3, 7, 8, 22, 100, 262):
        values = filter_values(*filter_pairs(DEFAULT)[number])
        for clip in range(2):
            level = log_mels[clip].astype(float) + 20 * np.log10(32768)
            whole = convolve2d(level, values, mode="full")
            top, left = (size // 2 for size in values.shape)
            same = whole[top : top + 64, left : left + 121]
            expected = np.maximum(same, 0).mean()
            assert found[clip, number] == pytest.approx(expected, rel=1e-4)


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
        gains = np.array([np.abs(filter_values(*pair)).sum() for pair in pairs])
        modulated = [i for i, pair in enumerate(pairs) if pair[1].frequency]
        best = max(modulated, key=lambda i: found[i] / gains[i])
        near = pairs[best]
        assert near[1].frequency == pytest.approx(frames.frequency, rel=0.3)
        assert np.sign(near[0].frequency) == np.sign(mels.frequency)
