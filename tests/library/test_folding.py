"""A folded network computes the same as the network from which it was made."""

import pytest
import torch
from torch import nn

from music_selectivity.networks.folding import folded
from music_selectivity.networks.registry import build


@pytest.fixture(params=["kim2024", "cnn10", "ast_small"])
def network(request) -> nn.Module:
    """A network in training mode; its batch-norms differ from the identity."""
    network = build(request.param, 6, seed=1)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                for x in (module.weight, module.bias, module.running_mean):
                    x.copy_(torch.randn(x.shape, generator=generator))
                module.running_var.uniform_(0.2, 4, generator=generator)
    return network


def clips(frames: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return 15 * torch.randn(4, 64, frames, generator=generator) - 30


@pytest.mark.parametrize("frames", [125, 802])
def test_units_and_logits_stay_within_the_stated_tolerance(network, frames):
    before = {name: x.clone() for name, x in network.state_dict().items()}
    quick = folded(network)
    assert network.training and not quick.training
    for name, x in network.state_dict().items():
        assert torch.equal(x, before[name])
    # That of the log-mels follows no convolution.
    left = [
        name
        for name, module in quick.named_modules()
        if isinstance(module, nn.BatchNorm2d)
    ]
    assert set(left) <= {"standardization"}
    network.eval()
    with torch.inference_mode():
        for part in ("units", "forward"):
            found, expected = (
                getattr(each, part)(clips(frames)) for each in (quick, network)
            )
            tolerance = 1e-4 * expected.std().item()
            torch.testing.assert_close(found, expected, rtol=0, atol=tolerance)


def test_with_gradients_a_folded_network_computes_the_same(network):
    """Also the gradient of its input, by which one asks what drives a unit.

    In double precision, because rounding may decide which of two values is a maximum.
    """
    network.eval().double()
    found = []
    for each in (network, folded(network)):
        x = clips(125).double().requires_grad_()
        units = each.units(x)
        (gradient,) = torch.autograd.grad(units.square().sum(), x)
        found.append((units.detach(), gradient))
    for expected, value in zip(*found, strict=True):
        tolerance = 1e-9 * expected.std().item()
        torch.testing.assert_close(value, expected, rtol=0, atol=tolerance)


def test_hooks_read_what_they_read_in_the_plain_network(network):
    # Attention returns a tuple, and does not call its last product as a module.
    names = [
        name for name, _ in network.named_modules() if name and "self_attn" not in name
    ]
    read = {}
    for name in names:
        network.get_submodule(name).register_forward_hook(
            lambda _, __, out, name=name: read.update({name: out})
        )
    network.eval()
    outputs = []
    with torch.inference_mode():
        for each in (network, folded(network)):
            each(clips(125))
            outputs.append(dict(read))
            read.clear()
    assert set(names) == outputs[0].keys() == outputs[1].keys()
    for name, expected in outputs[0].items():
        tolerance = 1e-4 * expected.std().item()
        torch.testing.assert_close(outputs[1][name], expected, rtol=0, atol=tolerance)


def test_other_layers_stay():
    network = nn.Sequential(nn.BatchNorm2d(2), nn.Conv2d(2, 3, 1), nn.ReLU()).eval()
    assert [type(layer) for layer in folded(network)] == [
        nn.BatchNorm2d,
        nn.Conv2d,
        nn.ReLU,
    ]
