"""Twins: weights permuted or initialised again, and batch-norm measured again."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm
from torch.optim.swa_utils import update_bn

from music_selectivity.errors import InputError
from music_selectivity.networks.description import Layer
from music_selectivity.networks.layers import LayerRecorder, find_layers
from music_selectivity.networks.own_networks import describe
from music_selectivity.networks.registry import build
from music_selectivity.networks.twins import (
    INITIALISED,
    PERMUTED,
    initialise_anew,
    measure_batch_norm,
    permute_weights,
    twin,
)
from music_selectivity.store import ShardedArray
from small_networks import (
    METADATA,
    changed,
    described,
    recurrent,
    transformer,
    wav2vec2,
)

CPU = torch.device("cpu")

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
    assert sorted(kept) == ["old.weight_g", "old.weight_v", "token"]
    for name in kept:
        assert torch.equal(network.get_parameter(name), before[name])
    assert not torch.equal(network.linear.weight, before["linear.weight"])
    # Attention starts without this bias, which its linear layer would draw.
    assert not network.attention.out_proj.bias.any()
    projection = "attention.in_proj_weight"
    assert not torch.equal(network.get_parameter(projection), before[projection])


def test_a_computed_weight_is_drawn_as_by_its_class():
    """With weight_norm, torch computes it from its norms and directions."""
    network = nn.ModuleList([weight_norm(nn.Linear(200, 50)), nn.Linear(200, 50)])
    with torch.no_grad():
        for weights in network.parameters():
            weights.fill_(30.0)
    assert initialise_anew(network, 1) == []
    for linear in network:
        # Uniform between -1 and 1 over the square root of 200.
        assert 0.99 / 200**0.5 < linear.weight.abs().max() <= 1.001 / 200**0.5
        assert abs(linear.weight.mean()) < 2e-3


def test_permuted_norms_and_directions_keep_the_size_of_a_computed_weight():
    network = weight_norm(nn.Linear(30, 20))
    with torch.no_grad():
        network.parametrizations.weight.original0.uniform_(0.1, 5)
    before = network.weight.norm(dim=1)
    permute_weights(network, 1)
    after = network.weight.norm(dim=1)
    assert not torch.allclose(before, after)
    torch.testing.assert_close(before.sort()[0], after.sort()[0])


@pytest.mark.parametrize("kind", [PERMUTED, INITIALISED])
def test_the_front_end_stays(kind, tmp_path):
    network = nn.Sequential(
        nn.Sequential(nn.Unflatten(1, (1, -1)), nn.Conv1d(1, 8, 5), nn.BatchNorm1d(8)),
        nn.Conv1d(8, 4, 3),
    )
    nn.init.uniform_(network[0][2].running_mean)
    network[0].requires_grad_(False)
    before = copy.deepcopy(network)
    np.save(tmp_path / "0.npy", np.random.default_rng(0).normal(size=(9, 60)))
    sounds = ShardedArray([tmp_path / "0.npy"], np.zeros(9, int), np.arange(9))
    layer = Layer("1", unit_axis=1)
    twin(described(network.eval(), layer, front_end=["0"]), kind, 1, sounds, CPU)
    state = network[0].state_dict()
    for name, x in before[0].state_dict().items():
        assert torch.equal(state[name], x)
    assert not torch.equal(network[1].weight, before[1].weight)


# How batch-norm is measured again.


@pytest.fixture
def log_mels(tmp_path) -> ShardedArray:
    """60 sounds whose level, and rise over the bands, vary."""
    rng = np.random.default_rng(0)
    x = rng.normal(-30, 15, (60, 64, 125)) + rng.normal(0, 10, (60, 1, 1))
    x += rng.normal(0, 10, (60, 1, 1)) * np.linspace(-1, 1, 64)[:, None]
    np.save(tmp_path / "0.npy", x.astype(np.float32))
    return ShardedArray([tmp_path / "0.npy"], np.zeros(60, int), np.arange(60))


def kim2024(seed=1, **changes):
    """As if it had been trained: its batch-norms differ from the identity."""
    network = build("kim2024", 3, seed)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for norm in norms(network):
            norm.weight.uniform_(0.5, 1.5, generator=generator)
            norm.bias.normal_(0, 0.2, generator=generator)
            norm.running_mean.normal_(0, 30, generator=generator)
            norm.running_var.uniform_(0.5, 4, generator=generator)
    return changed(describe(network, METADATA, fold=False), **changes)


def norms(network):
    return [x for x in network.modules() if isinstance(x, nn.BatchNorm2d)]


@pytest.mark.parametrize("kind", [PERMUTED, INITIALISED])
@pytest.mark.parametrize("batch_size", [60, 7])
def test_what_batch_norm_returns_has_mean_0_and_variance_1(kind, batch_size, log_mels):
    network = twin(kim2024(batch_size=batch_size), kind, 1, log_mels, CPU)
    outputs = []
    for norm in norms(network.module):
        norm.register_forward_hook(lambda norm, _, x: outputs.append((norm, x)))
    with torch.inference_mode():
        network.module(torch.from_numpy(log_mels.take(np.arange(60))))
    assert len(outputs) == 4
    for norm, x in outputs:
        scale, shift = (w.detach()[:, None, None] for w in (norm.weight, norm.bias))
        variance, mean = torch.var_mean(((x - shift) / scale).double(), (0, 2, 3))
        np.testing.assert_allclose(mean, 0 * mean, atol=1e-4)
        # Batch-norm adds a small number to the variance by which it divides.
        expected = norm.running_var / (norm.running_var + norm.eps)
        np.testing.assert_allclose(variance, expected, rtol=1e-4)


def test_one_batch_gives_what_torch_measures(log_mels):
    """torch normalises each batch by itself, which for one batch is the same."""
    network = kim2024(batch_size=60)
    reference = copy.deepcopy(network.module)
    for module in reference.modules():
        if "Dropout" in type(module).__name__:
            module.p = 0
    update_bn([torch.from_numpy(log_mels.take(np.arange(60)))], reference)
    measure_batch_norm(network, log_mels, CPU)
    for found, expected in zip(norms(network.module), norms(reference), strict=True):
        sd = expected.running_var.sqrt()
        means = (found.running_mean / sd, expected.running_mean / sd)
        # In training mode, batch-norm divides by the biased variance.
        np.testing.assert_allclose(*means, atol=1e-3)
        np.testing.assert_allclose(found.running_var.sqrt() / sd, 1 + 0 * sd, rtol=1e-3)


def test_few_units_of_a_twin_are_constant(log_mels):
    """With the means and variances of the original network, many are."""

    def n_constant(network):
        with LayerRecorder(network.module, find_layers(network)) as recorder:
            inputs = torch.from_numpy(log_mels.take(np.arange(60)))
            units = recorder.responses(inputs)["avgpool"]
        return int((units == units[0]).all(0).sum())

    stale = kim2024()
    permute_weights(stale.module, 3)
    assert n_constant(stale) > 64
    assert n_constant(twin(kim2024(), PERMUTED, 3, log_mels, CPU)) < 8


@pytest.mark.parametrize("kind", [PERMUTED, INITIALISED])
def test_twins_depend_on_the_seed_alone(kind, log_mels):
    first, again, other = (
        twin(kim2024(), kind, seed, log_mels, CPU).module.state_dict()
        for seed in (1, 1, 2)
    )
    for name, x in first.items():
        assert torch.equal(x, again[name])
        if x.ndim == 4 or "running" in name:
            assert not torch.equal(x, other[name])


def test_batch_norm_may_be_called_with_a_keyword(log_mels):
    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm = nn.BatchNorm1d(64)

        def forward(self, x):
            return self.norm(input=x)

    network = described(Network().eval(), Layer("norm", unit_axis=1))
    measure_batch_norm(network, log_mels, CPU)
    expected = log_mels.take(np.arange(60)).mean((0, 2))
    np.testing.assert_allclose(network.module.norm.running_mean, expected, rtol=1e-4)


def test_batch_norm_that_does_not_run_and_other_buffers_stay(tmp_path):
    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("window", torch.hann_window(50))
            self.norm, self.unused = nn.BatchNorm1d(1), nn.BatchNorm1d(1)

        def forward(self, x):
            return self.norm(x[:, None, :50] * self.window)

    np.save(tmp_path / "0.npy", np.random.default_rng(0).normal(size=(300, 60)))
    sounds = ShardedArray([tmp_path / "0.npy"], np.zeros(300, int), np.arange(300))
    network = described(Network().eval(), Layer("norm", unit_axis=1))
    found = twin(network, PERMUTED, 1, sounds, CPU).module
    assert torch.equal(found.window, torch.hann_window(50))
    assert (found.unused.running_mean, found.unused.running_var) == (0, 1)
    # From 64 of the 300 sounds.
    power = float(torch.hann_window(50).square().mean())
    assert 0.9 * power < found.norm.running_var < 1.1 * power


def test_a_twin_says_what_it_is(log_mels):
    permuted = twin(kim2024(), PERMUTED, 1, log_mels, CPU)
    assert permuted.training_data == (
        "clips of the study: without_music; then the weights were permuted"
    )
    initialised = twin(kim2024(), INITIALISED, 1, log_mels, CPU)
    assert initialised.training_data == "none: the weights were initialised again"


@pytest.mark.filterwarnings("ignore:.*weight_norm.*:FutureWarning")
def test_what_makes_no_twin_is_refused(log_mels):
    with pytest.raises(InputError, match="a twin is 'permuted' or 'initialised', but"):
        twin(kim2024(), "shuffled", 1, log_mels, CPU)
    with pytest.raises(InputError, match="no module is named stft; the modules are"):
        twin(kim2024(front_end=["stft"]), PERMUTED, 1, log_mels, CPU)
    frozen = kim2024()
    frozen.module.conv1.requires_grad_(False)
    with pytest.raises(InputError, match=r"^conv1.0.weight, .* are frozen .*front_end"):
        twin(frozen, PERMUTED, 1, log_mels, CPU)
    token = described(WithOwn().eval(), Layer("linear", unit_axis=1))
    with pytest.raises(
        InputError, match=r"no module initialises token, old.* reset_parameters"
    ):
        twin(token, INITIALISED, 1, log_mels, CPU)
