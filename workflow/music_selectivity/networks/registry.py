"""Architectures by name: log-mel spectrogram in, unit responses and class logits out.

Each is a module of this package, named as in the config (`ARCHITECTURES`), with a class
``Network``: an `nn.Module` made from a number of classes alone, which has

- ``n_units``: size of its feature vector, the "units" that all analyses read;
- ``minimum_mels`` and ``minimum_frames``: the smallest input it takes;
- ``units(log_mels)``: (clips, mels, frames) in dB -> (clips, n_units);
- ``head(units)``: (clips, n_units) -> logits, (clips, classes).

``forward(log_mels)`` is ``head(units(log_mels))``; the sigmoid is left to the loss and
to whoever needs probabilities.
"""

import importlib

import torch
from torch import nn

from music_selectivity import seeds
from music_selectivity.errors import InputError

ARCHITECTURES = ("kim2024",)


def build(architecture: str, n_classes: int, seed: int) -> nn.Module:
    """Network with the initial weights of `seed`, in training mode, on the CPU.

    torch's global random state is left as it was. The same seed gives every model the
    same initial weights, so an untrained network is where its trained one began.

    Raises
    ------
    InputError
        The architecture is unknown.
    """
    if architecture not in ARCHITECTURES:
        raise InputError(
            f"architecture {architecture!r} is unknown; "
            f"known: {', '.join(sorted(ARCHITECTURES))}"
        )
    # By name, so that an edit of one architecture retrains no network of another.
    module = importlib.import_module(f"{__package__}.{architecture}")
    with torch.random.fork_rng(devices=[]):
        # Not torch.manual_seed, which would seed GPUs too.
        torch.default_generator.manual_seed(seeds.derive("networks", seed))
        return module.Network(n_classes)
