"""The head of a network in numpy: from unit responses to logits.

As only the head lies between the units and the output, analyses that silence units
compute it alone. This module does not import torch, which takes a second.
"""

import os
from collections.abc import Callable, Mapping

import numpy as np

from music_selectivity.networks.weights import read_weights, readable_checkpoint

HEAD = "head."

Head = Callable[[np.ndarray], np.ndarray]
"""From unit responses, (clips, units) float32, to logits, (clips, classes)."""


def read_head(path: str | os.PathLike, epoch: int | None = None) -> Head:
    """Head of a network in a checkpoint, or after an epoch in a file of snapshots.

    Raises
    ------
    InputError
        The file is missing or damaged, is not a checkpoint of this project, or lacks
        the epoch.
    """
    with readable_checkpoint(path):
        weights, _ = read_weights(path, "np", epoch, HEAD)
        return head_of(weights)


def head_of(weights: Mapping[str, np.ndarray]) -> Head:
    """Head with these weights, in evaluation mode.

    Parameters
    ----------
    weights
        ``<layer>.weight`` and ``<layer>.bias`` of two linear layers, in the order of
        the network. ReLU lies between them, as ``networks.registry`` requires.

    Raises
    ------
    ValueError
        There are other weights.
    """
    names = [f"{layer}.{kind}" for layer in _layers(weights) for kind in _KINDS]
    if len(names) != 4 or set(names) != set(weights):
        raise ValueError(f"a head of two linear layers, not of {sorted(weights)}")
    arriving, shift, leaving, offset = (np.asarray(weights[name]) for name in names)

    def logits(responses: np.ndarray) -> np.ndarray:
        hidden = np.maximum(responses @ arriving.T + shift, 0)
        return hidden @ leaving.T + offset

    return logits


_KINDS = ("weight", "bias")


def _layers(weights: Mapping[str, np.ndarray]) -> list[int]:
    """Numbers of the layers, in the order of the network."""
    return sorted({int(name.partition(".")[0]) for name in weights})
