"""Gradient ascent, on units whose best input is known."""

import numpy as np
import pytest
import torch

from music_selectivity.networks import ascent
from music_selectivity.networks.ascent import ascend, best_noise
from music_selectivity.networks.log_mel_statistics import LogMelStatistics
from music_selectivity.seeds import generator

SHAPE = (5, 8)
SD = 4.0


def clips(lowest=-20.0, highest=20.0, spectrum=1.0) -> LogMelStatistics:
    """Clips with the mean 0 and the same range and amplitudes everywhere."""
    bands = torch.zeros(SHAPE[0], 1)
    amplitudes = torch.full((SHAPE[0], SHAPE[1] // 2 + 1), spectrum)
    return LogMelStatistics(
        bands, bands + lowest, bands + highest, SD, SHAPE[1], amplitudes
    )


def weights(count: int) -> torch.Tensor:
    """Of linear units, none near zero, where the ascent would take long."""
    rng = np.random.default_rng(1)
    sizes = rng.uniform(0.5, 2, (count, *SHAPE)) * rng.choice([-1, 1], (count, *SHAPE))
    return torch.from_numpy(sizes.astype(np.float32))


def linear(of_units: torch.Tensor):
    return lambda x: torch.einsum("imf,umf->iu", x, of_units)


def test_a_linear_unit_is_driven_to_the_corner_of_the_range():
    of_units, limits = weights(3), clips(-7, 11)
    found = ascend(linear(of_units), torch.zeros(3, *SHAPE), limits, pull=0)
    expected = torch.where(of_units > 0, 11.0, -7.0)
    torch.testing.assert_close(found, expected, rtol=0, atol=0)


def test_a_unit_with_a_favourite_is_led_to_it():
    favourites = 3 * weights(2)

    def responses(x):
        return -(x[:, None] - favourites).square().sum((2, 3))

    found = ascend(responses, torch.zeros(2, *SHAPE), clips(), pull=0)
    assert (found - favourites).abs().max() < 0.3


@pytest.mark.parametrize("pull", [0.5, 1.0])
def test_the_pull_balances_a_linear_unit(pull):
    """At rest, the normalised gradient equals the pull: x = sd / pull * gradient."""
    of_units = weights(2)
    found = ascend(linear(of_units), torch.zeros(2, *SHAPE), clips(), pull=pull)
    size = of_units.square().mean((1, 2), keepdim=True).sqrt()
    torch.testing.assert_close(found, SD / pull * of_units / size, rtol=0, atol=0.01)


def test_a_unit_without_gradient_is_led_to_the_mean():
    start = 10 * weights(1)
    found = ascend(lambda x: 0 * x.sum((1, 2))[:, None], start, clips())
    assert found.abs().max() < 0.01


def test_units_do_not_change_each_others_inputs():
    of_units, start = weights(3), weights(3).flip(0)
    together = ascend(linear(of_units), start, clips())
    for unit in range(3):
        some = slice(unit, unit + 1)
        alone = ascend(linear(of_units[some]), start[some], clips())
        torch.testing.assert_close(together[some], alone, rtol=1e-5, atol=1e-5)


def test_frequencies_that_clips_lack_are_not_used():
    flat = clips()
    smooth = flat.spectrum.clone()
    smooth[:, 2:] = 0
    limits = LogMelStatistics(**vars(flat) | {"spectrum": smooth})
    found = ascend(linear(weights(1)), torch.zeros(1, *SHAPE), limits)
    amplitudes = torch.fft.rfft2(found).abs()
    assert amplitudes[..., :2].max() > 1
    assert amplitudes[..., 2:].max() < 1e-3


def test_the_best_draw_starts_the_ascent(monkeypatch):
    monkeypatch.setattr(ascent, "DRAWS", 9)
    of_units = weights(4)
    found = best_noise(linear(of_units), clips(), generator("test"))
    draws = clips().noise(9, generator("test"))
    responses = linear(of_units)(draws)
    for unit in range(4):
        assert found[unit].equal(draws[responses[:, unit].argmax()])
