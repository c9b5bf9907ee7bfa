"""Twins: the same weights in another order, or weights drawn anew."""

import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm
from torch.optim.swa_utils import update_bn

from music_selectivity.networks.registry import build
from music_selectivity.networks.twins import initialise_anew, permute_weights
from small_networks import recurrent, transformer, wav2vec2

NETWORKS = {
    "kim2024": lambda: build("kim2024", 4, seed=1),
    "recurrent": lambda: recurrent().module,
    "transformer": lambda: transformer().module,
    "wav2vec2": lambda: wav2vec2().module,
}


def states(name, change, *seeds):
    """State of the network before and after a change with each of the seeds."""
    found = []
    for seed in seeds:
        network = NETWORKS[name]()
        before = {key: x.clone() for key, x in network.state_dict().items()}
        change(network, seed)
        found.append((before, network.state_dict()))
    return found


@pytest.mark.parametrize("name", NETWORKS)
def test_permuted_weights_are_the_same_in_another_order(name):
    (before, after), (_, again), (_, other) = states(name, permute_weights, 1, 1, 2)
    parameters = dict(NETWORKS[name]().named_parameters())
    n_moved = 0
    for key, x in before.items():
        if key not in parameters:
            assert torch.equal(after[key], x)
            continue
        assert torch.equal(after[key].flatten().sort()[0], x.flatten().sort()[0])
        assert torch.equal(after[key], again[key])
        n_moved += not torch.equal(after[key], x)
        if x.unique().numel() > 50:
            assert not torch.equal(after[key], x)
            assert not torch.equal(after[key], other[key])
            # Weights move between the units that they belong to.
            assert (after[key] == x).float().mean() < 0.2
    assert n_moved > 3


def test_parameters_of_one_shape_are_permuted_differently():
    network = nn.ModuleList([nn.Linear(30, 30, bias=False) for _ in range(2)])
    with torch.no_grad():
        network[1].weight.copy_(network[0].weight)
    permute_weights(network, 1)
    assert not torch.equal(network[0].weight, network[1].weight)


def test_tied_weights_stay_tied_and_whole():
    network = nn.ModuleList([nn.Linear(9, 9, bias=False) for _ in range(2)])
    network[1].weight = network[0].weight
    before = network[0].weight.detach().clone()
    permute_weights(network, 1)
    assert network[1].weight is network[0].weight
    assert torch.equal(
        network[0].weight.flatten().sort()[0], before.flatten().sort()[0]
    )


def test_statistics_of_batch_norm_can_be_measured_anew():
    """With those of the original network, many units of the twin may be constant."""
    network = build("kim2024", 4, seed=1)
    generator = torch.Generator().manual_seed(0)
    sounds = 15 * torch.randn(16, 64, 125, generator=generator) - 30
    update_bn([sounds], network)
    permute_weights(network, 3)
    # As if the original responses had been larger.
    network.conv1[1].running_mean += 50

    def n_constant():
        with torch.inference_mode():
            return int((network.eval().units(sounds).std(0) == 0).sum())

    stale = n_constant()
    update_bn([sounds], network)
    assert stale > 100
    assert n_constant() < stale / 5


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_are_drawn_anew(name):
    pairs = states(name, initialise_anew, 1, 1, 2)
    (before, after), (_, again), (_, other) = pairs
    kept = initialise_anew(NETWORKS[name](), 1)
    for key in dict(NETWORKS[name]().named_parameters()):
        assert after[key].isfinite().all()
        assert torch.equal(after[key], again[key])
        if key in kept:
            assert torch.equal(after[key], before[key])
        elif before[key].std() > 0 and before[key].numel() > 1:
            assert not torch.equal(after[key], before[key])
            assert not torch.equal(after[key], other[key])


def test_drawing_anew_leaves_the_global_random_state():
    network = nn.Linear(3, 3)
    state = torch.get_rng_state()
    initialise_anew(network, 1)
    assert torch.equal(torch.get_rng_state(), state)


def test_a_new_network_has_the_distribution_of_its_initialisation():
    network = build("kim2024", 500, seed=1)
    with torch.no_grad():
        for weights in network.parameters():
            weights.mul_(100)
    network.conv1[1].running_var.fill_(7)
    assert initialise_anew(network, 2) == []
    weights = network.head[3].weight
    # Uniform between -1/16 and 1/16, as 256 units lead to each class.
    assert 0.99 / 16 < weights.abs().max() <= 1 / 16
    assert abs(weights.mean()) < 1e-3
    # Batch-norm starts as the identity.
    assert network.conv1[1].running_var.unique().tolist() == [1.0]
    assert network.conv1[1].weight.unique().tolist() == [1.0]


class WithOwn(nn.Module):
    """Has a parameter that nothing initialises, and modules that something does."""

    def __init__(self) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.full((3,), 0.5))
        self.linear = nn.Linear(4, 4)
        self.normed = weight_norm(nn.Linear(4, 4))
        self.old = nn.utils.weight_norm(nn.Linear(4, 4))
        self.attention = nn.MultiheadAttention(4, 2)


@pytest.mark.filterwarnings("ignore:.*weight_norm.*:FutureWarning")
def test_parameters_that_nothing_draws_are_named_and_kept():
    network = WithOwn()
    before = {key: x.clone() for key, x in network.named_parameters()}
    kept = initialise_anew(network, 1)
    assert sorted(kept) == [
        "normed.parametrizations.weight.original0",
        "normed.parametrizations.weight.original1",
        "old.weight_g",
        "old.weight_v",
        "token",
    ]
    for name in kept:
        assert torch.equal(network.get_parameter(name), before[name])
    assert not torch.equal(network.linear.weight, before["linear.weight"])
    # Attention starts without this bias, which its linear layer would draw.
    assert not network.attention.out_proj.bias.any()
    projection = "attention.in_proj_weight"
    assert not torch.equal(network.get_parameter(projection), before[projection])
