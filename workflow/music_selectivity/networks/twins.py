"""Twins of a network, as controls: its weights permuted, or drawn anew.

Both change the network in place, so that a large one is in memory once.
"""

import torch
from torch import nn

from music_selectivity import seeds


@torch.no_grad()
def permute_weights(module: nn.Module, seed: int) -> None:
    """Permute the weights within each parameter; their distribution stays.

    Buffers stay as they are. In particular, batch-norm keeps its means and variances,
    which are those of the responses of the original weights.

    Parameters
    ----------
    module
        The network; its parameters are changed in place.
    seed
        Seed of the permutations, of which each parameter has its own, by its name.
    """
    for name, weights in module.named_parameters():
        order = seeds.generator("permuted weights", seed, name).permutation(
            weights.numel()
        )
        permuted = weights.flatten()[torch.from_numpy(order).to(weights.device)]
        weights.copy_(permuted.view_as(weights))


@torch.no_grad()
def initialise_anew(module: nn.Module, seed: int) -> list[str]:
    """Draw the weights anew, by the ``reset_parameters`` of each module that has it.

    ``reset_parameters`` of batch-norm also resets its means and variances; all other
    buffers stay. The global random state of torch is not changed.

    Parameters
    ----------
    module
        The network; its parameters are changed in place.
    seed
        Seed of all draws.

    Returns
    -------
    list of str
        Names of the parameters that no module draws anew. They keep their values.
    """
    before = {name: x.clone() for name, x in module.named_parameters()}
    for weights in module.parameters():
        # A value that no initialisation leaves behind.
        weights.fill_(torch.nan)
    with torch.random.fork_rng():
        torch.manual_seed(seeds.derive("initialised anew", seed))
        # Parents come last, because some initialise the modules that they contain.
        for each in reversed(list(module.modules())):
            for name in ("reset_parameters", "_reset_parameters"):
                if hasattr(each, name):
                    getattr(each, name)()
    kept = [name for name, x in module.named_parameters() if x.isnan().any()]
    for name in kept:
        module.get_parameter(name).copy_(before[name])
    return kept
