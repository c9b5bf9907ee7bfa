"""What networks take for waveforms on disk: resampled, scaled, as spectrograms."""

import numpy as np
import pytest
import soxr

from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.networks.waveform_inputs import WaveformInputs
from music_selectivity.store import ShardedArray
from small_networks import RATE, changed, recurrent

ITEMS = np.array([3, 0])
FRONT_END = LogMelSettings(256, 128, 40, 0, 4000)


@pytest.fixture
def waveforms(tmp_path) -> ShardedArray:
    """Five sounds of half a second, without a mean, in two shards."""
    sounds = np.random.default_rng(0).uniform(-0.5, 0.5, (5, RATE // 2))
    sounds = (sounds - sounds.mean(1, keepdims=True)).astype(np.float32)
    paths = [tmp_path / "0.npy", tmp_path / "1.npy"]
    np.save(paths[0], sounds[:2])
    np.save(paths[1], sounds[2:])
    return ShardedArray(paths, np.array([0, 0, 1, 1, 1]), np.array([0, 1, 0, 1, 2]))


def test_waveforms_at_the_rate_of_the_network_are_scaled_alone(waveforms):
    network = changed(recurrent(), full_scale=32768)
    inputs = WaveformInputs(waveforms, RATE, network)
    expected = waveforms.take(ITEMS) * 32768
    np.testing.assert_array_equal(inputs.take(ITEMS), expected)
    assert (len(inputs), inputs.row_shape) == (5, (RATE // 2,))


def test_waveforms_of_another_rate_are_resampled(waveforms):
    network = changed(recurrent(), sample_rate=16_000)
    inputs = WaveformInputs(waveforms, RATE, network)
    expected = [soxr.resample(x, RATE, 16_000) for x in waveforms.take(ITEMS)]
    np.testing.assert_allclose(inputs.take(ITEMS), expected, atol=1e-6)
    assert inputs.row_shape == (RATE,)


def test_networks_of_log_mels_get_these(waveforms):
    network = changed(recurrent(), log_mel=FRONT_END)
    inputs = WaveformInputs(waveforms, RATE, network)
    expected = LogMel(FRONT_END, RATE)(waveforms.take(ITEMS))
    np.testing.assert_array_equal(inputs.take(ITEMS), expected)
    assert inputs.row_shape == expected.shape[1:]
