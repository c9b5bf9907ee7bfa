"""The convolutional network equals plain functional calls, block by block."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from music_selectivity.networks.registry import build


@pytest.fixture(scope="module")
def network() -> nn.Module:
    """In evaluation mode, its batch-norm statistics moved away from 0 and 1."""
    network = build("cnn10", 7, seed=1)
    generator = torch.Generator().manual_seed(0)
    for name, buffer in network.named_buffers():
        if name.endswith(("mean", "var")):
            buffer.copy_(torch.rand(buffer.shape, generator=generator) + 0.5)
    return network.eval()


def clips(n: int, mels: int = 64, frames: int = 161) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(n, mels, frames, generator=generator) + 1


def weights(network: nn.Module) -> dict[str, torch.Tensor]:
    return {name: x.double() for name, x in network.state_dict().items()}


def plainly(
    state: dict[str, torch.Tensor], log_mels: torch.Tensor
) -> list[torch.Tensor]:
    """Outputs of the blocks, and the units, in float64."""

    def norm(x, name):
        mean, var, weight, bias = (
            state[f"{name}.{part}"][:, None, None]
            for part in ("running_mean", "running_var", "weight", "bias")
        )
        return (x - mean) / (var + 1e-5).sqrt() * weight + bias

    x, outputs = norm(log_mels.double()[:, None], "standardization"), []
    for block in ("conv1", "conv2", "conv3", "conv4"):
        for at in (0, 3):
            x = F.conv2d(F.pad(x, (1, 1, 1, 1)), state[f"{block}.{at}.weight"])
            x = norm(x, f"{block}.{at + 1}").clamp(min=0)
        # Pairs of mels and of frames; an odd last one is left out.
        x = x[:, :, : x.shape[2] // 2 * 2, : x.shape[3] // 2 * 2]
        x = x.unflatten(2, (-1, 2)).unflatten(4, (-1, 2)).mean((3, 5))
        outputs.append(x)
    over_mels = x.mean(2)
    return [*outputs, over_mels.max(2).values + over_mels.mean(2)]


@pytest.mark.parametrize(("mels", "frames"), [(64, 161), (41, 37)])
def test_blocks_and_units_equal_a_plain_implementation(network, mels, frames):
    x, found = clips(3, mels, frames), []
    names = ["conv1", "conv2", "conv3", "conv4", "pool"]
    hooks = [
        network.get_submodule(name).register_forward_hook(
            lambda _, __, output: found.append(output)
        )
        for name in names
    ]
    with torch.inference_mode():
        units = network.units(x)
    for hook in hooks:
        hook.remove()
    assert torch.equal(found[-1], units)
    for each, expected in zip(found, plainly(weights(network), x), strict=True):
        torch.testing.assert_close(each.double(), expected, rtol=1e-4, atol=1e-5)


def test_gradients_equal_those_of_the_plain_implementation(network):
    """In evaluation mode, where batch-norm scales by constants."""
    x, state = clips(3), weights(network)
    of_units = [name for name, _ in network.named_parameters() if "head" not in name]
    for name in of_units:
        state[name].requires_grad_()
    for units in (network.units(x), plainly(state, x)[-1]):
        units.square().sum().backward()
    for name in of_units:
        found, expected = network.get_parameter(name).grad.double(), state[name].grad
        tolerance = 1e-4 * expected.abs().max().item()
        torch.testing.assert_close(found, expected, rtol=0, atol=tolerance, msg=name)
