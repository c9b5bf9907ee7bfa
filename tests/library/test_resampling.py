"""Resampling: against sounds that are known at both rates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity.audio.resampling import resampled
from small_sounds import tone

RATES = [8_000, 16_000, 22_050, 32_000, 44_100, 48_000]


@pytest.mark.parametrize("new_rate", RATES)
def test_a_tone_is_the_same_tone_at_another_rate(new_rate):
    found = resampled(tone(1.0, 22_050).astype(np.float32), 22_050, new_rate)
    expected = tone(1.0, new_rate)
    assert found.dtype == np.float32
    # The ends ring, because the tone begins and ends there.
    inside = slice(new_rate // 20, -new_rate // 20)
    np.testing.assert_allclose(found[inside], expected[inside], atol=1e-4)


@given(st.integers(1, 30_000), st.sampled_from(RATES), st.sampled_from(RATES))
def test_lengths_follow_the_rates_and_a_constant_stays(n_samples, rate, new_rate):
    constant = np.full(n_samples, 0.25, np.float32)
    found = resampled(constant, rate, new_rate)
    assert abs(len(found) - n_samples * new_rate / rate) <= 1
    np.testing.assert_array_equal(found, np.float32(0.25))


def test_at_the_same_rate_nothing_changes():
    waveform = np.float32([0.5, -1.0])
    np.testing.assert_array_equal(resampled(waveform, 8_000, 8_000), waveform)
    assert len(resampled(waveform[:0], 8_000, 16_000)) == 0
