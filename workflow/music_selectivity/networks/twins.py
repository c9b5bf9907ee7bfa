"""Twins of a network, as controls: its weights permuted, or initialised again."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils import parametrize

from music_selectivity import seeds
from music_selectivity.errors import InputError
from music_selectivity.networks.description import NetworkDescription
from music_selectivity.networks.device import in_batches, stream
from music_selectivity.networks.layers import find_layers, some_of
from music_selectivity.networks.user_code import errors_of_users
from music_selectivity.store import ShardedArray
from music_selectivity.vocabulary import INITIALISED, PERMUTED

CLIPS = 64
"""From how many clips, at most, the means and variances of batch-norm are measured."""


def twin(
    network: NetworkDescription,
    kind: str,
    seed: int,
    inputs: ShardedArray,
    device: torch.device,
) -> NetworkDescription:
    """Turn a network into its twin, ready to compute responses.

    The front end stays. The means and variances of batch-norm are measured again,
    because those of the original responses would make many units constant.

    Parameters
    ----------
    network
        Its module is moved to `device` and changed in place. Until its parameters are
        initialised again, memory holds them twice; permuted, once. Batch-norm must not
        be folded away (see ``own_networks``).
    kind
        `PERMUTED`: the weights are permuted within each parameter. `INITIALISED`: the
        modules initialise them again.
    seed
        Seed of the permutations or draws.
    inputs
        Sounds for batch-norm, as the network takes them. The twin should hear no other
        kinds of sound than the network did in training.
    device
        Where to compute.

    Raises
    ------
    InputError
        The network is not as described; there is no such kind; some parameters are
        frozen for an unknown reason; or no module initialises a parameter.
    """
    find_layers(network)
    module = network.module.to(device)
    learned = _learned(module, network.front_end)
    frozen = [name for name, x in learned.items() if not x.requires_grad]
    if 0 < len(frozen) < len(learned):
        raise InputError(
            f"{some_of(frozen)} {'is' if len(frozen) == 1 else 'are'} frozen "
            "(requires_grad), but other parameters are not: if the network computes "
            "its front end with them, name their modules as front_end; if not, call "
            "module.requires_grad_(True)"
        )
    if kind == PERMUTED:
        permute_weights(module, seed, network.front_end)
        training_data = f"{network.training_data}; then the weights were permuted"
    elif kind == INITIALISED:
        if kept := initialise_anew(module, seed, network.front_end):
            raise InputError(
                f"no module initialises {some_of(kept)}, so that the twin would keep "
                "what was learned: give the class of the module that holds it a method "
                f"reset_parameters, as torch's layers have, or take a {PERMUTED} twin"
            )
        training_data = "none: the weights were initialised again"
    else:
        raise InputError(
            f"a twin is {PERMUTED!r} or {INITIALISED!r}, but {kind!r} is given"
        )
    measure_batch_norm(network, inputs, device)
    return replace(network, training_data=training_data)


@torch.no_grad()
def permute_weights(
    module: nn.Module, seed: int, front_end: Iterable[str] = ()
) -> None:
    """Permute the weights within each parameter; their distribution stays.

    Weights that several modules share stay shared. A weight that torch computes from
    other parameters, as ``weight_norm`` does, follows from these, permuted.

    Parameters
    ----------
    module
        The network; its parameters are changed in place. Its buffers stay.
    seed
        Seed of the permutations, of which each parameter has its own, by its name.
    front_end
        Names of modules that stay as they are.
    """
    for name, weights in _learned(module, front_end).items():
        order = seeds.generator("permuted weights", seed, name).permutation(
            weights.numel()
        )
        permuted = weights.flatten()[torch.from_numpy(order).to(weights.device)]
        weights.copy_(permuted.view_as(weights))


@torch.no_grad()
def initialise_anew(
    module: nn.Module, seed: int, front_end: Iterable[str] = ()
) -> list[str]:
    """Initialise the weights again, by the ``reset_parameters`` of each module.

    ``reset_parameters`` of batch-norm also resets its means and variances; all other
    buffers stay. The global random state of torch is not changed.

    Parameters
    ----------
    module
        The network; its parameters are changed in place.
    seed
        Seed of all draws.
    front_end
        Names of modules that stay as they are.

    Returns
    -------
    list of str
        Names of the parameters that no module initialises. They keep their values.
    """
    before = {name: x.clone() for name, x in module.named_parameters()}
    fixed = _fixed(module, front_end)
    # While it is cached, a weight that torch computes from other parameters can be
    # drawn in place.
    with parametrize.cached(), torch.random.fork_rng():
        computed = {
            (each, name): getattr(each, name)
            for each in module.modules()
            if parametrize.is_parametrized(each)
            for name in each.parametrizations
        }
        for weights in [*module.parameters(), *computed.values()]:
            # A value that no initialisation leaves behind.
            weights.fill_(torch.nan)
        torch.manual_seed(seeds.derive("initialised anew", seed))
        with errors_of_users():
            # Parents come last, because some initialise the modules that they contain.
            for each in reversed(list(module.modules())):
                for name in ("reset_parameters", "_reset_parameters"):
                    if hasattr(each, name) and each not in fixed:
                        getattr(each, name)()
            for (each, name), weights in computed.items():
                setattr(each, name, weights)
    learned = _learned(module, front_end)
    kept = [name for name, weights in learned.items() if weights.isnan().any()]
    for name, weights in module.named_parameters():
        if name in kept or name not in learned:
            weights.copy_(before[name])
    return kept


@torch.no_grad()
def measure_batch_norm(
    network: NetworkDescription, inputs: ShardedArray, device: torch.device
) -> None:
    """Set the means and variances of batch-norm to those of what it receives.

    They are those of all values of at most `CLIPS` clips, with equal weights; the size
    of batches does not matter. What a batch-norm receives depends on those before it:
    the sounds are played once for each of them, in the order in which they run.

    Parameters
    ----------
    network
        Its module, on `device`, is set to evaluation mode and changed in place, but for
        its front end.
    inputs
        The sounds, as the network takes them.
    device
        Where to compute.

    Raises
    ------
    InputError
        The network fails.
    """
    module = network.module.eval()
    rng = seeds.generator("sounds for batch-norm")
    chosen = np.sort(rng.permutation(len(inputs))[:CLIPS])
    fixed = _fixed(module, network.front_end)
    for norm in _batch_norms(module, inputs, device):
        if norm in fixed:
            continue
        moments = _Moments()
        handle = norm.register_forward_pre_hook(lambda _, x, to=moments: to.add(x[0]))
        with handle, errors_of_users():
            for _, x in stream(inputs, in_batches(chosen, network.batch_size), device):
                module(x)
        norm.running_mean.copy_(moments.mean)
        norm.running_var.copy_(moments.variance)


class _Moments:
    """Mean and variance of each channel, over batches, in double precision."""

    def __init__(self) -> None:
        self.n, self.sums, self.squares = 0, 0.0, 0.0

    def add(self, x: torch.Tensor) -> None:
        """Add (clips, channels, ...)."""
        channels = x.double().transpose(0, 1).flatten(1)
        self.n += channels.shape[1]
        self.sums = self.sums + channels.sum(1)
        self.squares = self.squares + channels.square().sum(1)

    @property
    def mean(self) -> torch.Tensor:
        return self.sums / self.n

    @property
    def variance(self) -> torch.Tensor:
        """Without bias, as batch-norm stores it."""
        return (self.squares - self.sums * self.mean).clamp(min=0) / (self.n - 1)


def _batch_norms(
    module: nn.Module, inputs: ShardedArray, device: torch.device
) -> list[_BatchNorm]:
    """The batch-norms with stored means and variances, in the order of their runs."""
    ran: dict[_BatchNorm, None] = {}
    handles = [
        each.register_forward_pre_hook(lambda norm, _: ran.setdefault(norm))
        for each in module.modules()
        if isinstance(each, _BatchNorm) and each.running_mean is not None
    ]
    with errors_of_users():
        module(torch.from_numpy(inputs.take(np.arange(1))).to(device))
    for handle in handles:
        handle.remove()
    return list(ran)


def _learned(module: nn.Module, front_end: Iterable[str]) -> dict[str, nn.Parameter]:
    """The parameters outside the front end, by name."""
    fixed = {id(x) for each in _fixed(module, front_end) for x in each.parameters()}
    return {
        name: weights
        for name, weights in module.named_parameters()
        if id(weights) not in fixed
    }


def _fixed(module: nn.Module, front_end: Iterable[str]) -> set[nn.Module]:
    """The modules of the front end, and those that they contain."""
    return {each for name in front_end for each in module.get_submodule(name).modules()}
