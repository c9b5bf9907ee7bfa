"""Scores of classes with units of any layer silenced, by forward hooks.

In the main layer, computing the head alone gives the same scores in far less time: see
``analyses.ablation``.
"""

import contextlib
import copy
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import nn

from music_selectivity.errors import InputError
from music_selectivity.networks.description import Layer, NetworkDescription
from music_selectivity.networks.device import in_batches, stream
from music_selectivity.networks.layers import (
    LOGITS,
    LayerRecorder,
    find_layers,
    modules_by_name,
    tensor_in,
)
from music_selectivity.store import ShardedArray


def ablated_scores(
    network: NetworkDescription,
    layer: str,
    sets: Sequence[np.ndarray],
    inputs: ShardedArray,
    device: torch.device,
) -> np.ndarray:
    """Logits of the classes with each set of a layer's units silenced.

    Each batch is read once, and passes through the whole network once per set. Besides
    the scores, one batch is in memory.

    Parameters
    ----------
    network
        One that detects classes. Its module is moved to `device`.
    layer
        Name of the layer.
    sets
        Numbers of the units to silence; an empty set silences none.
    inputs
        What the network takes for each clip, by ``take`` and ``len``.
    device
        Where to compute.

    Returns
    -------
    array, shape (sets, clips, classes), float32

    Raises
    ------
    InputError
        The network has no classes or no such layer, or it fails.
    """
    layers = find_layers(network)
    if LOGITS not in layers:
        raise InputError(
            "the network detects no classes, so that silencing its units has no "
            "measure; describe class_names and logits, or leave it out"
        )
    if layer not in layers:
        raise InputError(
            f"the network has no layer {layer}; its layers are {', '.join(layers)}"
        )
    module = network.module.to(device)
    shape = len(sets), len(inputs), len(network.class_names)
    scores = np.empty(shape, np.float32)
    batches = in_batches(np.arange(len(inputs)), network.batch_size)
    with LayerRecorder(module, {LOGITS: layers[LOGITS]}) as recorder:
        for batch, x in stream(inputs, batches, device):
            for number, units in enumerate(sets):
                with silenced(module, layers[layer], units):
                    scores[number, batch] = recorder.responses(x)[LOGITS].cpu().numpy()
    return scores


@contextlib.contextmanager
def silenced(module: nn.Module, layer: Layer, units: np.ndarray) -> Iterator[None]:
    """Context in which units of a layer respond with 0 at all times and places."""

    def silence(_module: nn.Module, _inputs: tuple, output: object) -> object:
        tensor = tensor_in(output, layer)
        numbers = torch.tensor(units, dtype=torch.long, device=tensor.device)
        # A copy, because other modules may read what the output shares its memory with.
        kept = tensor.index_fill(layer.unit_axis, numbers, 0)
        return _with_tensor(output, layer.path, kept)

    hook = modules_by_name(module)[layer.module].register_forward_hook(silence)
    try:
        yield
    finally:
        hook.remove()


def _with_tensor(
    output: object, path: tuple[int | str, ...], tensor: torch.Tensor
) -> object:
    """Copy of an output, with another tensor in the place that a path names."""
    if not path:
        return tensor
    step, *rest = path
    inner = _with_tensor(output[step], tuple(rest), tensor)
    if isinstance(output, tuple):
        items = [*output]
        items[step] = inner
        named = hasattr(output, "_fields")
        return type(output)(*items) if named else tuple(items)
    changed = copy.copy(output)
    changed[step] = inner
    return changed
