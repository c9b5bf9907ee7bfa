"""The Gabor filter bank against direct evaluation of its equations."""

import numpy as np
import pytest
import torch
from scipy.signal import convolve2d

from music_selectivity.networks.gabor import (
    GaborFilterBank,
    GaborSettings,
    filter_pairs,
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
    x = np.arange(-40, 41)
    envelope = np.outer(
        [hann(k + b_k / 2, b_k) for k in x], [hann(n + b_n / 2, b_n) for n in x]
    )
    real = (envelope * np.exp(1j * (w_k * x[:, None] + w_n * x))).real
    # Without its DC part, unless the filter has no modulation.
    if w_k or w_n:
        real = real - envelope * real.sum() / envelope.sum()
    return real


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
