"""The networks of a study are described with the same contract as users' networks."""

import numpy as np
import pytest
import torch

from music_selectivity.networks.checking import check
from music_selectivity.networks.checkpoints import save_checkpoint
from music_selectivity.networks.layers import LOGITS, LayerRecorder, find_layers
from music_selectivity.networks.own_networks import (
    LAYERS,
    describe,
    describe_checkpoint,
)
from music_selectivity.networks.registry import build
from music_selectivity.study.models import MAIN_LAYERS, MINIMUM_INPUT
from small_networks import METADATA


def test_every_architecture_has_layers():
    assert LAYERS.keys() == MINIMUM_INPUT.keys()


@pytest.mark.parametrize("architecture", LAYERS)
def test_the_main_layer_has_the_units_of_the_network(architecture):
    network = build(architecture, 3, seed=1).eval()
    described = describe(network, METADATA | {"architecture": architecture})
    main = MAIN_LAYERS[architecture]
    generator = torch.Generator().manual_seed(0)
    x = 15 * torch.randn(2, 64, 130, generator=generator) - 30
    with LayerRecorder(described.module, {main: find_layers(described)[main]}) as each:
        found = each.responses(x)[main]
    with torch.inference_mode():
        np.testing.assert_allclose(found, network.units(x), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("architecture", LAYERS)
def test_a_trained_network_keeps_the_contract(architecture, tmp_path):
    metadata = METADATA | {"architecture": architecture}
    network = build(architecture, 3, seed=1)
    path = tmp_path / "checkpoint.safetensors"
    save_checkpoint(path, network.state_dict(), metadata)
    described = describe_checkpoint(path)
    assert described.full_scale == 32768
    plain = describe_checkpoint(path, fold=False).module
    assert plain.state_dict().keys() == network.state_dict().keys()
    checked = check(described, 2.0, torch.device("cpu"))
    assert [layer.name for layer in checked.layers] == [
        layer.module for layer in LAYERS[architecture]
    ]
    assert checked.other_seconds == 2.5


@pytest.mark.parametrize(
    ("architecture", "layer"),
    [("kim2024", "avgpool"), ("cnn10", "pool"), ("ast_small", "pool")],
)
def test_the_units_are_among_the_layers(architecture, layer):
    network = build(architecture, 3, seed=1).eval()
    described = describe(network, METADATA | {"architecture": architecture})
    generator = torch.Generator().manual_seed(0)
    x = 15 * torch.randn(3, 64, 130, generator=generator) - 30
    with LayerRecorder(described.module, find_layers(described)) as recorder:
        found = recorder.responses(x)[layer]
    with torch.inference_mode():
        torch.testing.assert_close(found, network.units(x), rtol=1e-4, atol=1e-5)


def test_layers_of_kim2024_by_depth():
    """Recorded from the folded network, and computed by hand from the plain one."""
    network = build("kim2024", 3, seed=1).eval()
    described = describe(network, METADATA)
    generator = torch.Generator().manual_seed(0)
    x = 15 * torch.randn(3, 64, 130, generator=generator) - 30
    with LayerRecorder(described.module, find_layers(described)) as recorder:
        found = recorder.responses(x)
    sizes = {name: each.shape[1] for name, each in found.items()}
    assert sizes == {
        "conv1": 32,
        "conv2.3": 64,
        "conv2": 128,
        "avgpool": 256,
        "head.1": 256,
        LOGITS: 3,
    }
    with torch.inference_mode():
        first = network.conv1(x[:, None])
        middle = network.conv2[:4](first)
        second = network.conv2(first)
        third = network.conv3(second)
        hidden = network.head[:2](third.mean((2, 3)))
        expected = [first, middle, second, third]
        expected = [each.mean((2, 3)) for each in expected] + [hidden, network(x)]
    for each, reference in zip(found.values(), expected, strict=True):
        tolerance = 1e-5 * reference.std().item()
        np.testing.assert_allclose(each, reference, rtol=0, atol=tolerance)
