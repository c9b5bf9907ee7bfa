"""The head in numpy against the network's own."""

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from music_selectivity.errors import InputError
from music_selectivity.networks.checkpoints import save_checkpoint, save_snapshots
from music_selectivity.networks.head import head_of, read_head
from music_selectivity.networks.registry import build
from music_selectivity.study.models import MINIMUM_INPUT

METADATA = {"architecture": "kim2024", "classes": ["a", "b", "c"]}
RESPONSES = np.random.default_rng(0).gamma(1, size=(40, 256)).astype(np.float32)


def expected(network):
    with torch.inference_mode():
        units = torch.from_numpy(RESPONSES[:, : network.n_units])
        return network.eval().head(units).numpy()


@pytest.mark.parametrize("architecture", sorted(MINIMUM_INPUT))
def test_it_is_the_head_of_the_network(architecture, tmp_path):
    network = build(architecture, 3, seed=1)
    path = tmp_path / "checkpoint.safetensors"
    save_checkpoint(path, network.state_dict(), METADATA)
    found = read_head(path)(RESPONSES[:, : network.n_units])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected(network), rtol=1e-5, atol=1e-5)


def test_each_epoch_has_its_own_head(tmp_path):
    networks = {epoch: build("kim2024", 3, seed=epoch) for epoch in (0, 10)}
    path = tmp_path / "snapshots.safetensors"
    states = {epoch: network.state_dict() for epoch, network in networks.items()}
    save_snapshots(path, states, METADATA)
    for epoch, network in networks.items():
        found = read_head(path, epoch)(RESPONSES)
        np.testing.assert_allclose(found, expected(network), rtol=1e-5, atol=1e-5)
    with pytest.raises(InputError, match=r"snapshots\.safetensors is not a checkpoint"):
        read_head(path, 1)


@pytest.mark.parametrize("damage", ["missing", "cut", "foreign"])
def test_a_checkpoint_that_cannot_be_read_is_named(tmp_path, damage):
    path = tmp_path / "checkpoint.safetensors"
    save_checkpoint(path, build("kim2024", 3, seed=1).state_dict(), METADATA)
    if damage == "missing":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:1000])
    else:
        save_file({"head.0.weight": torch.zeros(3)}, path)
    with pytest.raises(
        InputError, match=r"checkpoint\.safetensors is not a checkpoint"
    ):
        read_head(path)


@pytest.mark.parametrize("sizes", [(4, 3), (4, 5, 6, 3)])
def test_other_numbers_of_layers_are_refused(sizes):
    weights = {}
    for number, (before, after) in enumerate(pairwise(sizes)):
        weights[f"{number}.weight"] = np.zeros((after, before))
        weights[f"{number}.bias"] = np.zeros(after)
    with pytest.raises(ValueError, match="two linear layers"):
        head_of(weights)


def test_the_tenth_layer_follows_the_ninth():
    weights = build("kim2024", 3, seed=1).head.state_dict()
    numbers = {"0": "9", "3": "10"}
    later = {numbers[name[0]] + name[1:]: array for name, array in weights.items()}
    found, expected = (head_of(each)(RESPONSES) for each in (later, weights))
    np.testing.assert_array_equal(found, expected)


def test_torch_is_not_imported():
    code = "import sys, music_selectivity.networks.head; print('torch' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "False"
