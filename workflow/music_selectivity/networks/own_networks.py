"""The networks that a study trains, described as users describe theirs."""

import os

from torch import nn

from music_selectivity.audio.log_mel import LogMelSettings
from music_selectivity.networks.checkpoints import load_checkpoint
from music_selectivity.networks.description import Layer, NetworkDescription
from music_selectivity.networks.folding import folded
from music_selectivity.networks.responses import BATCH

# By architecture, in the order of depth. They are not in the module of the architecture
# because an edit of that module trains its networks again.
LAYERS = {
    # After each convolution and its ReLU; then the hidden layer of the head. The mean
    # of conv3 is the average pool, the units of the paper.
    "kim2024": (
        Layer("conv1", unit_axis=1),
        Layer("conv2.3", unit_axis=1),
        Layer("conv2", unit_axis=1),
        Layer("avgpool", unit_axis=1),
        Layer("head.1", unit_axis=1),
    ),
    # After each block; the units; the embedding.
    "cnn10": (
        Layer("conv1", unit_axis=1),
        Layer("conv2", unit_axis=1),
        Layer("conv3", unit_axis=1),
        Layer("conv4", unit_axis=1),
        Layer("pool", unit_axis=1),
        Layer("head.1", unit_axis=1),
    ),
    # The patches without their positions, and after each block; the units; the hidden
    # layer of the head.
    "ast_small": (
        Layer("patches", unit_axis=1),
        Layer("blocks.0", unit_axis=2),
        Layer("blocks.1", unit_axis=2),
        Layer("blocks.2", unit_axis=2),
        Layer("blocks.3", unit_axis=2),
        Layer("pool", unit_axis=1),
        Layer("head.1", unit_axis=1),
    ),
}


def describe_checkpoint(
    path: str | os.PathLike, fold: bool = True
) -> NetworkDescription:
    """The network of a checkpoint.

    Parameters
    ----------
    path
        The checkpoint.
    fold
        Whether batch-norm is folded into convolutions, which computes the same in less
        time. Twins need the batch-norm.

    Raises
    ------
    InputError
        See ``checkpoints.load_checkpoint``.
    """
    return describe(*load_checkpoint(path), fold)


def describe(
    network: nn.Module, metadata: dict, fold: bool = True
) -> NetworkDescription:
    """Description of what ``load_checkpoint`` returns."""
    front_end = metadata["front_end"]
    return NetworkDescription(
        # Identities that replace batch-norm are new, and in training mode.
        module=(folded(network) if fold else network).eval(),
        sample_rate=front_end["audio"]["sample_rate"],
        full_scale=front_end["audio"]["full_scale"],
        log_mel=LogMelSettings(**front_end["log_mel"]),
        layers=LAYERS[metadata["architecture"]],
        class_names=metadata["classes"],
        logits=Layer("head", unit_axis=1),
        licence="that of the training data",
        training_data=f"clips of the study: {metadata['clips']}",
        batch_size=BATCH,
    )
