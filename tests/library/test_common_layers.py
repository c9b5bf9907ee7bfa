"""What architectures share: standardised log-mels, and the head."""

import pytest
import torch
from torch import nn

from music_selectivity.errors import InputError
from music_selectivity.networks.common_layers import Standardization, detection_head


def log_mels(*shape: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return 15 * torch.randn(shape, generator=generator) - 30


@pytest.mark.parametrize("mels", [16, 64])
def test_in_training_all_mels_and_frames_together_have_mean_0_and_sd_1(mels):
    images = Standardization(1, 1)(log_mels(4, mels, 20))
    assert images.shape == (4, 1, mels, 20)
    assert images.mean().item() == pytest.approx(0, abs=1e-5)
    assert images.std(correction=0).item() == pytest.approx(1, abs=1e-5)


def test_in_evaluation_the_learned_mean_and_sd_are_used():
    layer = Standardization(1, 1)
    x = log_mels(50, 16, 20)
    for _ in range(200):
        layer(x)
    louder = layer.eval()(x[:3] + 7)
    expected = (x[:3] + 7 - x.mean()) / x.std()
    torch.testing.assert_close(louder[:, 0], expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize(("mels", "frames"), [(15, 20), (16, 19)])
def test_log_mels_that_are_too_small_are_refused(mels, frames):
    layer = Standardization(16, 20)
    assert layer(log_mels(2, 16, 20)).shape == (2, 1, 16, 20)
    with pytest.raises(InputError, match=rf"{mels} mels x {frames} .* needs 16 x 20"):
        layer(log_mels(2, mels, frames))


def test_head_equals_matrix_products():
    head = detection_head(3, 5).eval()
    units = log_mels(4, 3)
    first, last = (layer for layer in head if isinstance(layer, nn.Linear))
    hidden = (units @ first.weight.T + first.bias).clamp(min=0)
    torch.testing.assert_close(head(units), hidden @ last.weight.T + last.bias)
    assert hidden.shape == (4, 256)


def test_classes_are_rare_at_first():
    probabilities = detection_head(3, 5).eval()(torch.zeros(1, 3)).sigmoid()
    assert probabilities.mean().item() == pytest.approx(0.01, rel=0.5)
    assert torch.sigmoid(detection_head(3, 5)[-1].bias).tolist() == pytest.approx(
        [0.01] * 5
    )
