"""Activation tables of several layers of a described network, from one pass."""

import os
from collections.abc import Mapping, Sequence

import numpy as np
import torch

from music_selectivity.errors import InputError
from music_selectivity.networks.description import NetworkDescription
from music_selectivity.networks.device import in_batches, stream
from music_selectivity.networks.layer_folder import table_path, write_index
from music_selectivity.networks.layers import LOGITS, LayerRecorder, find_layers
from music_selectivity.networks.responses import write_tables
from music_selectivity.store import ShardedArray


def write_layer_responses(
    paths: Mapping[str, str | os.PathLike],
    clip_ids: Sequence[str],
    network: NetworkDescription,
    inputs: ShardedArray,
    device: torch.device,
) -> dict[str, int]:
    """Compute the activation tables of layers and write them, row group by row group.

    Every clip passes through the network once for all layers, and not beyond the last
    of them. Memory does not grow with the number of clips.

    Parameters
    ----------
    paths
        Parquet files to write, by the names of layers.
    clip_ids
        Ids of the clips, in the order of `inputs`.
    network
        Its module is moved to `device`.
    inputs
        What the network takes for each clip (``NetworkDescription.inputs``), by
        ``take``, ``len`` and ``row_shape``.
    device
        Where to compute.

    Returns
    -------
    dict
        Numbers of units by layer, in the order in which the layers run.

    Raises
    ------
    InputError
        There is no such layer, the network fails, or it is not as described.
    ValueError
        There are not as many ids as inputs.
    """
    layers = find_layers(network)
    if unknown := set(paths) - set(layers):
        raise InputError(
            f"the network has no layer {min(unknown)}; its layers are "
            f"{', '.join(layers)}"
        )
    module = network.module.to(device)
    with LayerRecorder(module, {name: layers[name] for name in paths}) as recorder:
        # A whole pass, which shows whether a module runs several times.
        probe = torch.zeros(1, *inputs.row_shape, device=device)
        n_units = {
            name: responses.shape[1]
            for name, responses in recorder.responses(probe, whole=True).items()
        }

        def respond(items: np.ndarray) -> dict[str, np.ndarray]:
            found = {
                name: np.empty((len(items), size), np.float32)
                for name, size in n_units.items()
            }
            done = 0
            batches = in_batches(items, network.batch_size)
            for batch, x in stream(inputs, batches, device):
                for name, responses in recorder.responses(x).items():
                    found[name][done : done + len(batch)] = responses.cpu().numpy()
                done += len(batch)
            return found

        write_tables(paths, clip_ids, n_units, respond, len(inputs))
    return n_units


def write_all_layers(
    folder: str | os.PathLike,
    stimuli: str,
    clip_ids: Sequence[str],
    network: NetworkDescription,
    inputs: ShardedArray,
    device: torch.device,
) -> None:
    """Write the responses of all described layers to a stimulus set, and the index.

    Parameters
    ----------
    folder
        That of the network's layers (``networks.layer_folder``).
    stimuli
        Name of the stimulus set.
    clip_ids, network, inputs, device
        As for `write_layer_responses`.

    Raises
    ------
    InputError
        As `write_layer_responses`.
    """
    layers = [name for name in find_layers(network) if name != LOGITS]
    paths = {layer: table_path(folder, layer, stimuli) for layer in layers}
    n_units = write_layer_responses(paths, clip_ids, network, inputs, device)
    write_index(folder, n_units)
