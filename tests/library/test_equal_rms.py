"""The RMS amplitude that all stimuli of one level have."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity.stimuli.equal_rms import mean_rms, with_rms


def test_mean_rms_is_that_of_usable_training_clips():
    clips = pd.DataFrame(
        {
            "split": ["train", "eval", "train", "train", "eval"],
            "excluded": ["", "", "silent", "", "empty"],
            "level_dbfs": [-20.0, -6.0, -3.0, -40.0, np.nan],
        }
    )
    assert mean_rms(clips) == pytest.approx((0.1 + 0.01) / 2)


@given(st.floats(1e-4, 1e3), st.floats(1e-3, 10), st.integers(1, 500))
def test_with_rms_sets_the_rms_of_the_sound(scale, rms, n_sound):
    """Zeros that fill a clip, or repetitions, do not count."""
    sound = scale * np.random.default_rng(0).normal(size=n_sound)
    for filled in (np.pad(sound, (0, 500 - n_sound)), np.resize(sound, 500)):
        found = with_rms(filled, rms, n_sound)
        assert np.sqrt(np.mean(found[:n_sound] ** 2)) == pytest.approx(rms)
        np.testing.assert_allclose(found / found[0], filled / filled[0])


def test_silence_stays_silence():
    assert not with_rms(np.zeros(5), 0.1, 3).any()
