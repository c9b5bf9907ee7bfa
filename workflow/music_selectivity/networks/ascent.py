"""Inputs that drive units strongly, by gradient ascent on log-mel spectrograms."""

from collections.abc import Callable

import numpy as np
import torch

from music_selectivity.networks.log_mel_statistics import LogMelStatistics

DRAWS = 64
"""Draws of noise, of which the ascent of each unit starts at the best. Many units are
silent for most draws, and a silent unit has no gradient."""

STEPS = 128

FIRST_STEP_DB = 3.0
"""Root mean square of the first step. Steps become shorter linearly, to 0."""

PULL = 1.0
"""Pull to the mean log-mel of the clips, in units of the step, where an input is one
standard deviation of the clips away from it."""


FLAT = 1e-12
"""A gradient whose root mean square is below this has no direction."""

Responses = Callable[[torch.Tensor], torch.Tensor]
"""Responses of units, (inputs, units), to log-mels, (inputs, mels, frames) in dB."""


def best_noise(
    responses: Responses, clips: LogMelStatistics, rng: np.random.Generator
) -> torch.Tensor:
    """For each unit, the draw of noise that drives it most: (units, mels, frames), dB.

    The noise of `rng` has the mean and the spectrum of the clips.
    """
    draws = clips.noise(DRAWS, rng)
    with torch.inference_mode():
        best = responses(draws).argmax(dim=0)
    return draws[best]


def ascend(
    responses: Responses,
    start: torch.Tensor,
    clips: LogMelStatistics,
    pull: float = PULL,
) -> torch.Tensor:
    """A log-mel for each unit that drives it strongly: near a local optimum.

    Each step follows the gradient, multiplied by the spectrum of the clips, which
    favours patterns as coarse as theirs and leaves the level as it is (preconditioning;
    Olah, Mordvintsev & Schubert 2017). It pulls the input to the mean of the clips (an
    L2 penalty; Simonyan, Vedaldi & Zisserman 2014), and limits it to their range.

    Parameters
    ----------
    responses
        Of the units, each of which has its own input.
    start
        Where the ascent starts, (units, mels, frames), dB.
    clips
        Statistics of clips' log-mels.
    pull
        As `PULL`.

    Returns
    -------
    tensor, shape (units, mels, frames)
        dB.
    """
    log_mels = start
    for step in range(STEPS):
        size = FIRST_STEP_DB * (1 - step / STEPS)
        direction = _normalised(clips.filtered(_gradient(responses, log_mels)))
        direction -= pull * (log_mels - clips.mean) / clips.sd
        log_mels = clips.limited(log_mels + size * direction)
    return log_mels


def _gradient(responses: Responses, log_mels: torch.Tensor) -> torch.Tensor:
    """Gradient of each unit's response to its own input."""
    log_mels = log_mels.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(responses(log_mels).diagonal().sum(), log_mels)
    return gradient


def _normalised(x: torch.Tensor) -> torch.Tensor:
    """Each input divided by its root mean square."""
    size = x.square().mean((1, 2), keepdim=True).sqrt()
    return x / size.clamp_min(FLAT)
