"""The architecture equals the paper's table, and plain functional calls."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from music_selectivity.errors import InputError
from music_selectivity.networks.registry import build


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
