"""Networks on disk: checkpoints, and the state of an unfinished training."""

import io
import json
import os
from collections.abc import Mapping

import torch
from safetensors.torch import save
from torch import nn

from music_selectivity.networks.registry import build
from music_selectivity.networks.weights import (
    METADATA,
    read_weights,
    readable_checkpoint,
)
from music_selectivity.store import atomic_path

State = dict[str, torch.Tensor]


def save_checkpoint(path: str | os.PathLike, state: State, metadata: Mapping) -> None:
    """Write weights and metadata as safetensors, atomically.

    Equal content gives equal bytes.

    Parameters
    ----------
    path
        File to write.
    state
        Weights by name.
    metadata
        JSON content. `load_checkpoint` needs "architecture" and "classes", the class
        names in the order of the outputs.
    """
    tensors = {name: tensor.contiguous() for name, tensor in state.items()}
    header = {METADATA: json.dumps(metadata, sort_keys=True)}
    # Written as bytes, because a full disk then raises the system's own error.
    with atomic_path(path) as temporary:
        temporary.write_bytes(save(tensors, metadata=header))


def save_snapshots(
    path: str | os.PathLike, snapshots: Mapping[int, State], metadata: Mapping
) -> None:
    """Write the weights of several epochs into one file, as `save_checkpoint`."""
    tensors = {
        f"{epoch}/{name}": tensor
        for epoch, state in snapshots.items()
        for name, tensor in state.items()
    }
    save_checkpoint(path, tensors, metadata)


def load_checkpoint(
    path: str | os.PathLike, epoch: int | None = None
) -> tuple[nn.Module, dict]:
    """Network in evaluation mode, on the CPU, and its metadata.

    `epoch` selects the weights from a file of `save_snapshots`.

    Raises
    ------
    InputError
        The file is missing or damaged, is not a checkpoint of this project, or lacks
        the epoch. Or its architecture is unknown.
    """
    with readable_checkpoint(path):
        state, metadata = read_weights(path, "pt", epoch)
        network = build(metadata["architecture"], len(metadata["classes"]), seed=0)
        network.load_state_dict(state)
    return network.eval(), metadata


def save_resume(path: str | os.PathLike, key: str, content: Mapping) -> None:
    """Write the state of an unfinished training, atomically, under the run's key."""
    buffer = io.BytesIO()
    torch.save({"key": key, "content": dict(content)}, buffer)
    with atomic_path(path) as temporary:
        temporary.write_bytes(buffer.getbuffer())


def load_resume(path: str | os.PathLike, key: str) -> dict | None:
    """Content that `save_resume` wrote, or None if the file belongs to another run.

    An unreadable file counts as one of another run, because it only costs the time to
    train again.
    """
    try:
        saved = torch.load(path, map_location="cpu", weights_only=True)
        return saved["content"] if saved["key"] == key else None
    except Exception:
        return None
