"""Statistics of log-mels, against all of them in memory."""

import numpy as np
import pytest
import torch

from music_selectivity.networks import log_mel_statistics as module
from music_selectivity.networks.log_mel_statistics import log_mel_statistics
from music_selectivity.seeds import generator
from music_selectivity.store import ShardedArray


def sharded(tmp_path, x):
    np.save(tmp_path / "x.npy", x.astype(np.float32))
    rows = np.arange(len(x))
    return ShardedArray([tmp_path / "x.npy"], np.zeros_like(rows), rows)


@pytest.fixture
def clips():
    """Smooth patterns about a mean of each band, at a level of each clip."""
    rng = np.random.default_rng(0)
    x = np.cumsum(rng.normal(0, 2, (23, 6, 15)), axis=2) + rng.normal(0, 5, (23, 1, 1))
    return x + np.arange(6)[:, None] * 3 - 40


@pytest.mark.parametrize("frames", [15, 14])
def test_equals_the_definition(tmp_path, monkeypatch, clips, frames):
    monkeypatch.setattr(module, "BATCH", 4)
    items = np.arange(3, 23)
    clips = clips[..., :frames]
    found = log_mel_statistics(sharded(tmp_path, clips), items)
    x = clips[items]
    mean = x.mean((0, 2))[:, None]
    for name, expected in {
        "mean": mean,
        "lowest": x.min((0, 2))[:, None],
        "highest": x.max((0, 2))[:, None],
    }.items():
        np.testing.assert_allclose(getattr(found, name), expected, rtol=1e-5)
    assert found.sd == pytest.approx(np.sqrt(np.mean((x - mean) ** 2)), rel=1e-5)
    assert found.n_frames == frames
    transformed = np.fft.rfft2(x - mean, norm="ortho")
    spectrum = np.sqrt(np.mean(np.abs(transformed) ** 2, axis=0))
    spectrum[0, 0] = 0
    np.testing.assert_allclose(found.spectrum, spectrum, rtol=1e-4, atol=1e-4)


def test_noise_has_the_mean_and_the_spectrum_of_the_clips(tmp_path, clips):
    found = log_mel_statistics(sharded(tmp_path, clips), np.arange(23))
    # Without the limits, which cut the tails of noise.
    wide = module.LogMelStatistics(
        **vars(found) | {"lowest": found.mean - 1e3, "highest": found.mean + 1e3}
    )
    noise = wide.noise(4000, generator("test")) - found.mean
    # All noise has the mean level of the clips.
    torch.testing.assert_close(noise.mean((1, 2)), torch.zeros(4000), atol=1e-4, rtol=0)
    amplitudes = torch.fft.rfft2(noise, norm="ortho").abs().square().mean(0).sqrt()
    torch.testing.assert_close(amplitudes, found.spectrum, rtol=0.06, atol=1e-3)


def test_noise_lies_in_the_range_of_the_clips(tmp_path, clips):
    found = log_mel_statistics(sharded(tmp_path, clips), np.arange(23))
    noise = found.noise(50, generator("test"))
    assert (noise >= found.lowest).all()
    assert (noise <= found.highest).all()
    assert noise.equal(found.noise(50, generator("test")))
