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


@given(st.floats(1e-4, 1e3), st.floats(1e-3, 10))
def test_with_rms_sets_the_rms(scale, rms):
    waveform = scale * np.random.default_rng(0).normal(size=500)
    assert np.sqrt(np.mean(with_rms(waveform, rms) ** 2)) == pytest.approx(rms)
    assert not with_rms(np.zeros(5), rms).any()
