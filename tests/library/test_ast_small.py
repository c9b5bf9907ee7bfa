"""The transformer equals attention and positions written out by hand."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from music_selectivity.networks.ast_small import positions
from music_selectivity.networks.registry import build


@pytest.fixture(scope="module")
def network() -> nn.Module:
    """In evaluation mode, its batch-norm statistics moved away from 0 and 1."""
    network = build("ast_small", 7, seed=1)
    generator = torch.Generator().manual_seed(0)
    for name, buffer in network.named_buffers():
        if name.endswith(("mean", "var")):
            buffer.copy_(torch.rand(buffer.shape, generator=generator) + 0.5)
    return network.eval()


def clips(n: int, mels: int = 64, frames: int = 161) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return 2 * torch.randn(n, mels, frames, generator=generator) - 1


def normalised(x: np.ndarray, scale: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Layer norm."""
    centred = x - x.mean(-1, keepdims=True)
    sd = np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + 1e-5)
    return centred / sd * scale + shift


def attended(x: np.ndarray, weight: dict[str, np.ndarray], heads: int) -> np.ndarray:
    """Multi-head attention of one clip's patches, (patches, width), head by head."""
    width = x.shape[1]
    size, outputs = width // heads, []
    inputs = x @ weight["in_proj_weight"].T + weight["in_proj_bias"]
    for head in range(heads):
        query, key, value = (
            inputs[:, part * width + head * size :][:, :size] for part in range(3)
        )
        scores = query @ key.T / np.sqrt(size)
        shares = np.exp(scores - scores.max(1, keepdims=True))
        outputs.append(shares / shares.sum(1, keepdims=True) @ value)
    joined = np.concatenate(outputs, axis=1)
    return joined @ weight["out_proj.weight"].T + weight["out_proj.bias"]


def gelu(x: np.ndarray) -> np.ndarray:
    return x * (1 + torch.erf(torch.from_numpy(x) / 2**0.5).numpy()) / 2


def block_by_hand(x: np.ndarray, block: nn.Module) -> np.ndarray:
    weight = {name: w.double().numpy() for name, w in block.state_dict().items()}
    of_attention = {
        name.removeprefix("self_attn."): w
        for name, w in weight.items()
        if name.startswith("self_attn.")
    }
    before = normalised(x, weight["norm1.weight"], weight["norm1.bias"])
    x = x + attended(before, of_attention, heads=4)
    before = normalised(x, weight["norm2.weight"], weight["norm2.bias"])
    hidden = gelu(before @ weight["linear1.weight"].T + weight["linear1.bias"])
    return x + hidden @ weight["linear2.weight"].T + weight["linear2.bias"]


def by_hand(network: nn.Module, log_mels: np.ndarray) -> np.ndarray:
    """Units of one clip, (mels, frames), in float64."""
    weight = {name: w.double().numpy() for name, w in network.state_dict().items()}
    mean, variance = (
        weight[f"standardization.running_{part}"] for part in ("mean", "var")
    )
    image = (log_mels - mean) / np.sqrt(variance + 1e-5)
    kernels = weight["patches.weight"].reshape(128, -1)
    rows, columns = (size // 16 for size in image.shape)
    x = []
    for row in range(rows):
        for column in range(columns):
            patch = image[16 * row :, 16 * column :][:16, :16].ravel()
            x.append(kernels @ patch + weight["patches.bias"])
            for at, number in ((0, row), (64, column)):
                angles = number / 10000 ** (np.arange(0, 64, 2) / 64)
                x[-1][at : at + 32] += np.sin(angles)
                x[-1][at + 32 : at + 64] += np.cos(angles)
    x = np.array(x)
    for block in network.blocks:
        x = block_by_hand(x, block)
    x = normalised(x, weight["norm.weight"], weight["norm.bias"])
    features = x @ weight["features.0.weight"][:, :, 0, 0].T
    mean, variance, scale, shift = (
        weight[f"features.1.{part}"]
        for part in ("running_mean", "running_var", "weight", "bias")
    )
    features = (features - mean) / np.sqrt(variance + 1e-5) * scale + shift
    return np.maximum(features, 0).mean(0)


# The second loses mels and frames that do not fill a patch.
@pytest.mark.parametrize(("mels", "frames"), [(64, 161), (41, 37)])
def test_units_equal_those_by_hand(network, mels, frames):
    x = clips(2, mels, frames)
    expected = [by_hand(network, clip.double().numpy()) for clip in x]
    # Without gradients, torch computes a block in another way.
    with torch.inference_mode():
        fast = network.units(x)
    for units in (fast, network.units(x).detach()):
        np.testing.assert_allclose(units, expected, rtol=1e-4, atol=1e-5)


def test_patches_are_told_apart_by_their_positions_alone(network):
    patches = torch.randn(2, 40, 128, generator=torch.Generator().manual_seed(0))
    order = torch.randperm(40, generator=torch.Generator().manual_seed(0))
    # Ten patches in time, in another order.
    frames = torch.arange(160).view(10, 16).roll(3, dims=0).ravel()
    x = clips(2)
    with torch.inference_mode():
        shuffled = network.blocks(patches[:, order])
        torch.testing.assert_close(shuffled, network.blocks(patches)[:, order])
        moved = network.units(x[:, :, frames]) - network.units(x)
    assert moved.abs().max() > 1e-3


@given(rows=st.integers(1, 5), columns=st.integers(1, 60))
def test_positions_do_not_depend_on_the_length_of_clips(rows, columns):
    found = positions(128, rows, columns)
    assert found.shape == (128, rows, columns)
    longer = positions(128, rows + 1, columns + 7)
    torch.testing.assert_close(longer[:, :rows, :columns], found)


def test_each_position_has_its_own_code():
    codes = positions(128, 4, 50).flatten(1).T
    assert torch.pdist(codes).min() > 0.1
