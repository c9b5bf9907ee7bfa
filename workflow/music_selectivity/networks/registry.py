"""Architectures by name: from log-mel spectrograms to unit responses and class logits.

Each architecture is a module of this package, named as in the config. Its class
``Network`` is an ``nn.Module`` that is built from a number of classes and has

- ``n_units``: size of the feature vector, the "units" that all analyses read;
- ``minimum_mels`` and ``minimum_frames``: the smallest possible input;
- ``units(log_mels)``: (clips, mels, frames) in dB -> (clips, n_units), of which none is
  negative, because selectivity is measured by ratios of responses;
- ``head``, an ``nn.Sequential``: (clips, n_units) -> logits, (clips, classes), by
  linear, ReLU and linear layers (dropout may lie between them). Analyses that silence
  units compute it without the network.

``forward(log_mels)`` is ``head(units(log_mels))``. There is no sigmoid, because the
loss takes logits.
"""

import importlib

import torch
from torch import nn

from music_selectivity import seeds
from music_selectivity.errors import InputError


def build(architecture: str, n_classes: int, seed: int) -> nn.Module:
    """Network with the initial weights of `seed`, in training mode, on the CPU.

    The global random state of torch is not changed. All models with the same seed have
    the same initial weights, so an untrained network is the start of the trained ones.

    Raises
    ------
    InputError
        The architecture is unknown, or its head is another.
    """
    # By name and without a list, so that neither an edit of one architecture nor a new
    # one retrains networks of another.
    name, module = f"{__package__}.{architecture}", None
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        # A package that the architecture itself imports may be missing, too.
        if error.name != name:
            raise
    if not hasattr(module, "Network"):
        raise InputError(
            f"architecture {architecture!r} is unknown: give the name of a module of "
            f"{__package__} that has a class Network"
        )
    with torch.random.fork_rng(devices=[]):
        # torch.manual_seed would also seed GPUs.
        torch.default_generator.manual_seed(seeds.derive("networks", seed))
        network = module.Network(n_classes)
    linear_layers(network.head)
    return network


def linear_layers(head: nn.Sequential) -> tuple[nn.Linear, nn.Linear]:
    """The two linear layers of a head, in its order.

    ``head.read_head`` finds them in a checkpoint by their numbers.

    Raises
    ------
    InputError
        The head has other layers than linear, ReLU, linear, and dropout; or they have
        names or lack biases.
    """
    layers = list(head) if isinstance(head, nn.Sequential) else [head]
    layers = [layer for layer in layers if not isinstance(layer, nn.Dropout)]
    kinds = [type(layer) for layer in layers]
    if kinds != [nn.Linear, nn.ReLU, nn.Linear]:
        raise InputError(
            "the head of a network must be linear, ReLU and linear layers, but this is "
            f"{', '.join(kind.__name__ for kind in kinds)}; change the architecture"
        )
    first, last = layers[0], layers[2]
    if first.bias is None or last.bias is None:
        raise InputError("linear layers of a head need biases; leave out bias=False")
    if named := [name for name, _ in head.named_children() if not name.isdigit()]:
        raise InputError(
            f"layers of a head have no names, such as {named[0]}; give nn.Sequential "
            "the layers themselves"
        )
    return first, last
