"""The architecture equals the paper's table, and plain functional calls."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from music_selectivity.errors import InputError
from music_selectivity.networks.registry import build
from plain_network import PlainNetwork


@pytest.fixture(scope="module")
def network() -> nn.Module:
    """The paper's network, its batch-norm statistics moved away from 0 and 1."""
    network = build("kim2024", 527, seed=1)
    generator = torch.Generator().manual_seed(0)
    for name, buffer in network.named_buffers():
        if name.endswith(("mean", "var")):
            buffer.copy_(torch.rand(buffer.shape, generator=generator) + 0.5)
    return network.eval()


def clips(n: int, frames: int, mels: int = 64) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return 10 * torch.randn(n, mels, frames, generator=generator) - 30


def test_parameter_count_is_the_papers():
    parameters = build("kim2024", 527, seed=1).parameters()
    assert sum(parameter.numel() for parameter in parameters) == 1_278_191


def test_block_shapes_for_ten_seconds(network):
    shapes = {}
    hooks = [
        module.register_forward_hook(
            lambda _, __, out, name=name: shapes.update({name: tuple(out.shape[1:])})
        )
        for name, module in network.named_children()
    ]
    with torch.inference_mode():
        network(clips(1, 802))
    for hook in hooks:
        hook.remove()
    assert shapes == {
        "conv1": (32, 15, 100),
        "conv2": (128, 5, 90),
        "conv3": (256, 1, 86),
        "avgpool": (256,),
        "head": (527,),
    }


def test_units_and_logits_equal_a_plain_implementation_of_the_table(network):
    state = {name: x.double() for name, x in network.state_dict().items()}

    def block(x, conv, norm, stride=1):
        x = F.conv2d(x, state[f"{conv}.weight"], stride=stride)
        mean, var, weight, bias = (
            state[f"{norm}.{part}"][:, None, None]
            for part in ("running_mean", "running_var", "weight", "bias")
        )
        return ((x - mean) / (var + 1e-5).sqrt() * weight + bias).clamp(min=0)

    x = clips(2, 150).double()[:, None]
    x = F.max_pool2d(block(x, "conv1.0", "conv1.1", stride=(2, 4)), 2, 2)
    x = F.max_pool2d(block(x, "conv2.0", "conv2.1"), 2, 1)
    x = F.max_pool2d(block(x, "conv2.4", "conv2.5"), 2, 1)
    units = block(x, "conv3.0", "conv3.1").flatten(2).mean(2)
    hidden = (units @ state["head.0.weight"].T + state["head.0.bias"]).clamp(min=0)
    logits = hidden @ state["head.3.weight"].T + state["head.3.bias"]
    with torch.inference_mode():
        torch.testing.assert_close(
            network.units(clips(2, 150)).double(), units, rtol=1e-4, atol=1e-4
        )
        torch.testing.assert_close(
            network(clips(2, 150)).double(), logits, rtol=1e-4, atol=1e-4
        )


@pytest.mark.parametrize("frames", [125, 161, 350])
def test_gradients_equal_those_of_torchs_layers_in_the_papers_order(frames):
    network, plain = build("kim2024", 7, seed=1), PlainNetwork(7).double()
    plain.load_state_dict(network.state_dict())
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0
    x, targets = clips(6, frames), torch.eye(7)[:6]
    losses = [
        F.binary_cross_entropy_with_logits(network(x), targets),
        F.binary_cross_entropy_with_logits(plain(x.double()), targets.double()),
    ]
    torch.testing.assert_close(losses[0].double(), losses[1], rtol=1e-6, atol=0)
    for loss in losses:
        loss.backward()
    for name, parameter in plain.named_parameters():
        scale = parameter.grad.abs().max().item()
        found = network.get_parameter(name).grad.double()
        torch.testing.assert_close(
            found, parameter.grad, rtol=0, atol=1e-4 * scale, msg=name
        )
    for name, expected in plain.named_buffers():
        torch.testing.assert_close(
            network.get_buffer(name).to(expected), expected, rtol=1e-5, atol=1e-5
        )


def test_hooks_read_the_outputs_of_layers(network):
    names = [name for name, module in network.named_modules() if name]
    read = {}
    hooks = [
        network.get_submodule(name).register_forward_hook(
            lambda _, __, out, name=name: read.update({name: out})
        )
        for name in names
    ]
    with torch.inference_mode():
        x = clips(2, 130)
        units = network.units(x)
        network.head(units)
    for hook in hooks:
        hook.remove()
    assert read.keys() == set(names)
    torch.testing.assert_close(read["conv3"].mean((2, 3)), units)
    with torch.inference_mode():
        for block in ("conv1", "conv2", "conv3"):
            before = (
                x[:, None] if block == "conv1" else read[f"conv{int(block[-1]) - 1}"]
            )
            for at, layer in enumerate(network.get_submodule(block)):
                before = layer(before)
                torch.testing.assert_close(read[f"{block}.{at}"], before)


def test_forward_is_head_of_units(network):
    with torch.inference_mode():
        x = clips(3, 130)
        assert torch.equal(network(x), network.head(network.units(x)))


def test_dropout_is_a_fifth_everywhere(network):
    rates = [m.p for m in network.modules() if isinstance(m, nn.Dropout)]
    assert rates == [0.2] * 4


@pytest.mark.parametrize("axis", ["mels", "frames"])
def test_smallest_input_is_the_smallest_that_runs(network, axis):
    smallest = {"mels": network.minimum_mels, "frames": network.minimum_frames}
    with torch.inference_mode():
        assert network(clips(1, **smallest)).shape == (1, 527)
        smaller = clips(1, **{**smallest, axis: smallest[axis] - 1})
        with pytest.raises(InputError, match=str(smallest[axis])):
            network(smaller)
        # The check is not stricter than the layers themselves.
        with pytest.raises(RuntimeError):
            network.conv3(network.conv2(network.conv1(smaller[:, None])))
