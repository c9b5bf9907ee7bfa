"""Pictures of log-mels: means over frames, in levels below the loudest."""

import itertools
import zlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity.audio.log_mel_picture import (
    LEVELS,
    MOST_COLUMNS,
    RANGE_DB,
    log_mel_picture,
)


def levels_of(picture: bytes, mels: int) -> np.ndarray:
    return np.frombuffer(zlib.decompress(picture), np.uint8).reshape(mels, -1)


@given(st.integers(1, 900), st.integers(1, 64), st.integers(0, 100))
def test_a_picture_has_the_levels_of_its_columns(frames, mels, seed):
    log_mel = np.random.default_rng(seed).normal(-30, 20, (mels, frames))
    found = levels_of(log_mel_picture(log_mel.astype(np.float32)), mels)
    columns = min(frames, MOST_COLUMNS)
    assert found.shape == (mels, columns)
    edges = [frames * column // columns for column in range(columns + 1)]
    means = np.stack(
        [log_mel[:, a:b].mean(axis=1) for a, b in itertools.pairwise(edges)],
        axis=1,
    )
    below = means - means.max()
    expected = np.clip((below + RANGE_DB) * (LEVELS - 1) / RANGE_DB, 0, LEVELS - 1)
    assert np.abs(found - expected).max() <= 0.5 + 1e-4


def test_loudest_and_silence_are_the_ends():
    log_mel = np.full((64, 161), -100.0)
    log_mel[10, 80:82] = 20.0
    found = levels_of(log_mel_picture(log_mel), 64)
    assert found.max() == LEVELS - 1
    assert (found == 0).sum() == found.size - (found > 0).sum()
    assert set(np.argwhere(found > 0)[:, 0]) == {10}


def test_a_picture_of_noise_is_small():
    log_mel = np.random.default_rng(0).normal(-30, 6, (64, 161))
    assert len(log_mel_picture(log_mel)) < 2000
