"""Layers for CPUs equal torch's in what they compute, and in distribution."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from music_selectivity.networks import cpu_layers
from music_selectivity.networks.cpu_layers import (
    Convolution,
    Dropout,
    weight_gradient,
)


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


# Convolution


@given(
    clips=st.integers(1, 5),
    channels=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    output=st.tuples(st.integers(1, 5), st.integers(1, 6)),
    at_once=st.sampled_from([1, 500, 2000, 1 << 20]),
    memory=st.sampled_from([torch.channels_last, torch.contiguous_format]),
)
@settings(max_examples=100)
def test_weight_gradient_equals_automatic_differentiation(
    clips, channels, kernel, output, at_once, memory
):
    n_in, n_out = channels
    height, width = (o + k - 1 for o, k in zip(output, kernel, strict=True))
    x = random(clips, n_in, height, width).contiguous(memory_format=memory)
    gradient = random(clips, n_out, *output, seed=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cpu_layers, "PATCH_BYTES", at_once)
        found = weight_gradient(x, gradient, kernel)
    weight = torch.zeros(n_out, n_in, *kernel, dtype=torch.double, requires_grad=True)
    nn.functional.conv2d(x.double(), weight).backward(gradient.double())
    torch.testing.assert_close(found.double(), weight.grad, rtol=0, atol=1e-4)


@pytest.mark.parametrize("training", [True, False])
def test_convolution_equals_torchs(training):
    layer = Convolution(3, 8, 5).train(training)
    plain = nn.Conv2d(3, 8, 5, bias=False).double()
    plain.load_state_dict(layer.state_dict())
    inputs = [random(2, 3, 7, 20).requires_grad_()]
    inputs.append(inputs[0].detach().double().requires_grad_())
    outputs = [each(x) for each, x in zip((layer, plain), inputs, strict=True)]
    gradient = random(*outputs[0].shape, seed=1)
    for output in outputs:
        output.backward(gradient.to(output))
    for found, expected in [
        outputs,
        [x.grad for x in inputs],
        [layer.weight.grad, plain.weight.grad],
    ]:
        torch.testing.assert_close(found.double(), expected, rtol=0, atol=1e-4)


def test_gradient_of_channels_last_weights_needs_no_copy():
    layer = Convolution(16, 8, 5).to(memory_format=torch.channels_last)
    layer(random(2, 16, 7, 20)).sum().backward()
    assert layer.weight.grad.is_contiguous(memory_format=torch.channels_last)


# Dropout


def dropped(p: float, x: torch.Tensor, seed: int = 0) -> torch.Tensor:
    torch.manual_seed(seed)
    return Dropout(p)(x)


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.9])
def test_dropout_drops_independent_elements_and_scales_the_rest(p):
    n = 1_000_003
    mask = dropped(p, torch.ones(n)).numpy() != 0
    # Within 5 SD of sampling, for elements and for pairs at several distances: four
    # elements share one draw of 64 bits, two one of 32.
    assert abs((~mask).mean() - p) <= 5 * np.sqrt(p * (1 - p) / n)
    both = (1 - p) ** 2
    for lag in (1, 2, 3, 4, 8, 624, 1248):
        pairs = (mask[:-lag] & mask[lag:]).mean()
        # Pairs overlap, which at most doubles their variance.
        assert abs(pairs - both) <= 5 * np.sqrt(3 * both * (1 - both) / n)
    kept = dropped(p, torch.full((n,), 3.0))[torch.from_numpy(mask)]
    torch.testing.assert_close(
        kept, torch.full_like(kept, 3 / (1 - p)), rtol=1e-4, atol=0
    )


def test_dropout_keeps_the_expected_output_exactly():
    # 0.2 is rounded to n / 65536, and the scale belongs to that.
    scale = dropped(0.2, torch.ones(1000)).max().item()
    n_dropped = 65536 - round(65536 / scale)
    assert abs(n_dropped / 65536 - 0.2) < 1e-5
    assert scale * (1 - n_dropped / 65536) == pytest.approx(1, rel=1e-7)


def test_dropout_follows_the_seed_of_torch_and_not_the_layout():
    x = random(3, 8, 5, 7)
    assert torch.equal(dropped(0.2, x), dropped(0.2, x))
    assert not torch.equal(dropped(0.2, x), dropped(0.2, x, seed=1))
    last = x.contiguous(memory_format=torch.channels_last)
    out = dropped(0.2, last)
    assert out.is_contiguous(memory_format=torch.channels_last)
    scale = out.max() / last[out == out.max()]
    torch.testing.assert_close(out[out != 0], last[out != 0] * scale)
    # Draws are in the order of memory.
    in_order = dropped(0.2, last.permute(0, 2, 3, 1).flatten())
    assert torch.equal(out.permute(0, 2, 3, 1).flatten(), in_order)


def test_gradient_of_dropout_is_its_mask():
    x = random(200).requires_grad_()
    y = dropped(0.2, x)
    y.sum().backward()
    torch.testing.assert_close(x.grad * x.detach(), y.detach())
    assert 0 < (x.grad == 0).sum() < 100


def test_dropout_in_evaluation_mode_is_the_identity():
    x = random(200)
    state = torch.get_rng_state()
    assert torch.equal(Dropout(0.2).eval()(x), x)
    assert torch.equal(torch.get_rng_state(), state)


# The same layers elsewhere


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no GPU")
def test_on_a_gpu_layers_are_torchs():
    x = random(2, 3, 7, 20).cuda().requires_grad_()
    layer = Convolution(3, 8, 5).cuda()
    assert "Convolve" not in type(layer(x).grad_fn).__name__
    torch.manual_seed(0)
    found = Dropout(0.2).cuda()(x)
    torch.manual_seed(0)
    assert torch.equal(found, nn.Dropout(0.2)(x))
