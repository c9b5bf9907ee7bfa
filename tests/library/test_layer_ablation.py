"""Silencing units within a network equals computing what comes after them by hand."""

from collections import namedtuple

import numpy as np
import pytest
import torch
from torch import nn

from music_selectivity.errors import InputError
from music_selectivity.networks.description import Layer
from music_selectivity.networks.head import head_of
from music_selectivity.networks.layer_ablation import ablated_scores, silenced
from music_selectivity.networks.own_networks import LAYERS, describe
from music_selectivity.networks.registry import build
from music_selectivity.networks.responses import unit_responses
from music_selectivity.networks.synthetic_sounds import synthetic_sounds
from music_selectivity.store import ShardedArray
from small_networks import METADATA, RATE, changed, described, recurrent, transformer

CPU = torch.device("cpu")
SETS = [np.array([], int), np.array([1, 4, 7]), np.array([0])]
NAMES = [layer.module for layer in LAYERS["kim2024"]]


@pytest.fixture(scope="module")
def log_mels(tmp_path_factory) -> ShardedArray:
    path = tmp_path_factory.mktemp("log_mels") / "0.npy"
    rng = np.random.default_rng(0)
    np.save(path, rng.normal(-30, 15, (40, 64, 125)).astype(np.float32))
    return ShardedArray([path], np.zeros(40, int), np.arange(40))


def test_at_the_main_layer_the_scores_are_those_of_the_head_alone(log_mels, recwarn):
    # As columns of tables often are.
    SETS[1].flags.writeable = False
    network = build("kim2024", 3, seed=1).eval()
    found = ablated_scores(describe(network, METADATA), "avgpool", SETS, log_mels, CPU)
    responses = unit_responses(network, log_mels, CPU)
    head = head_of(network.head.state_dict())
    for scores, units in zip(found, SETS, strict=True):
        kept = responses.copy()
        kept[:, units] = 0
        np.testing.assert_allclose(scores, head(kept), rtol=1e-5, atol=1e-6)
    assert not [str(warning.message) for warning in recwarn]


def by_hand(network, x, layer, units):
    """Logits of the plain network, module by module."""
    x = x[:, None]
    blocks = [
        ("conv1", network.conv1),
        ("conv2.3", network.conv2[:4]),
        ("conv2", network.conv2[4:]),
        ("avgpool", nn.Sequential(network.conv3, network.avgpool)),
        ("head.1", network.head[:2]),
        ("logits", network.head[2:]),
    ]
    for name, block in blocks:
        x = block(x).clone()
        if name == layer:
            x[:, units] = 0
    return x


@pytest.mark.parametrize("layer", NAMES)
def test_scores_at_any_layer_are_those_computed_by_hand(layer, log_mels):
    network = build("kim2024", 3, seed=1).eval()
    found = ablated_scores(describe(network, METADATA), layer, SETS, log_mels, CPU)
    assert found.shape == (3, 40, 3) and found.dtype == np.float32
    x = torch.from_numpy(log_mels.take(np.arange(40)))
    with torch.inference_mode():
        for scores, units in zip(found, SETS, strict=True):
            expected = by_hand(network, x, layer, units)
            np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-5)
    # The test is only meaningful if silencing changes the scores.
    assert np.abs(found[1] - found[0]).max() > 1e-3


@pytest.fixture
def sounds(tmp_path) -> ShardedArray:
    np.save(tmp_path / "sounds.npy", synthetic_sounds(0.5, RATE))
    return ShardedArray([tmp_path / "sounds.npy"], np.zeros(4, int), np.arange(4))


def test_units_in_tuples_and_with_clips_on_another_axis_are_silenced(sounds):
    network = recurrent()
    module, x = network.module, torch.from_numpy(sounds.take(np.arange(4)))
    with torch.inference_mode():
        first = module.lstm(module.frames(x))[0]
        second = module.time_first(first.transpose(0, 1))[0]
        second[:, :, [2, 3]] = 0
        last = module.head(second.mean(0))
        first[:, :, [2, 3]] = 0
        middle = module.head(module.time_first(first.transpose(0, 1))[0].mean(0))
    sets = [np.array([2, 3])]
    for layer, expected in (("lstm", middle), ("time_first", last)):
        # With any size of batch.
        for size in (1, 3, 32):
            of_size = changed(network, batch_size=size)
            (found,) = ablated_scores(of_size, layer, sets, sounds, CPU)
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


Output = namedtuple("Output", ["states", "other"])


class Nested(nn.Module):
    def forward(self, x):
        return {"all": Output([x, 2 * x], x), "last": x}


class Residual(nn.Module):
    """Adds what one of its modules returns, its own input, to that input."""

    def __init__(self):
        super().__init__()
        self.same, self.nested = nn.Identity(), Nested()

    def forward(self, x):
        output = self.nested(x + self.same(x))
        return output["all"].states[1] + output["last"]


def test_only_the_named_tensor_is_silenced():
    """Neither what shares its memory, nor other tensors of a nested output."""
    module, x = Residual().eval(), torch.arange(1.0, 7).view(2, 3)
    with silenced(module, Layer("same", unit_axis=1), np.array([0])):
        found = module(x)
    expected = 6 * x
    expected[:, 0] = 3 * x[:, 0]
    torch.testing.assert_close(found, expected)
    layer = Layer("nested", unit_axis=-1, element=("all", 0, 1))
    with silenced(module, layer, np.array([1, 2])):
        found = module(x)
    expected = 6 * x
    expected[:, 1:] = 2 * x[:, 1:]
    torch.testing.assert_close(found, expected)
    # And nothing once the context has ended.
    torch.testing.assert_close(module(x), 6 * x)


@pytest.mark.parametrize(
    ("network", "layer", "message"),
    [
        (recurrent, "encoder", "has no layer encoder; its layers are frames.conv"),
        (transformer, "blocks.0", "detects no classes"),
    ],
)
def test_what_cannot_be_silenced_is_refused(network, layer, message, sounds):
    with pytest.raises(InputError, match=message):
        ablated_scores(network(), layer, SETS[:1], sounds, CPU)


def test_no_hook_stays_when_the_network_fails(sounds):
    class Fails(nn.Module):
        def __init__(self):
            super().__init__()
            self.units = nn.Identity()

        def forward(self, x):
            return self.units(x) @ torch.zeros(2, 2)

    network = described(
        Fails().eval(),
        Layer("units", unit_axis=1),
        class_names=["a", "b"],
        logits=Layer("output", unit_axis=1),
    )
    with pytest.raises(InputError, match="in forward"):
        ablated_scores(network, "units", SETS[:1], sounds, CPU)
    assert not any(x._forward_hooks for x in network.module.modules())
