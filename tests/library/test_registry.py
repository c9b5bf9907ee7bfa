"""Architectures by name: which there are, and what each of them promises."""

import importlib
import pkgutil
import subprocess
import sys
from collections import OrderedDict

import pytest
import torch
from torch import nn

from music_selectivity import networks
from music_selectivity.errors import InputError
from music_selectivity.networks.registry import build, linear_layers
from music_selectivity.study.models import MINIMUM_INPUT

ARCHITECTURES = sorted(MINIMUM_INPUT)


def test_every_module_with_a_network_is_listed():
    names = [module.name for module in pkgutil.iter_modules(networks.__path__)]
    modules = {
        name: importlib.import_module(f"{networks.__name__}.{name}") for name in names
    }
    with_network = [
        name for name, module in modules.items() if hasattr(module, "Network")
    ]
    assert sorted(with_network) == ARCHITECTURES


def test_an_unknown_architecture_is_refused():
    with pytest.raises(InputError, match=r"'resnet' is unknown"):
        build("resnet", 10, seed=1)
    # A module of the package, but none of an architecture.
    with pytest.raises(InputError, match="'training' is unknown"):
        build("training", 10, seed=1)


def test_a_missing_dependency_of_an_architecture_is_named(tmp_path, monkeypatch):
    (tmp_path / "broken.py").write_text("import no_such_package")
    monkeypatch.setattr(networks, "__path__", [*networks.__path__, str(tmp_path)])
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        build("broken", 10, seed=1)


def test_no_architecture_is_imported_before_it_is_built():
    code = (
        "import sys; import music_selectivity.networks.registry;"
        f"print([name for name in {ARCHITECTURES}"
        " if f'music_selectivity.networks.{name}' in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_an_architecture_keeps_the_contract(architecture):
    network = build(architecture, 5, seed=1)
    assert isinstance(network, nn.Module) and network.training
    assert {parameter.device.type for parameter in network.parameters()} == {"cpu"}
    generator = torch.Generator().manual_seed(0)
    smallest = (2, network.minimum_mels, network.minimum_frames)
    log_mels = 10 * torch.randn(*smallest, generator=generator) - 30
    network.eval()
    with torch.inference_mode():
        units = network.units(log_mels)
        logits = network.head(units)
        assert torch.equal(network(log_mels), logits)
    assert units.shape == (2, network.n_units)
    assert units.min() >= 0
    assert logits.shape == (2, 5)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_units_do_not_depend_on_other_clips(architecture):
    network = build(architecture, 5, seed=1).eval()
    generator = torch.Generator().manual_seed(0)
    log_mels = 10 * torch.randn(3, 64, 130, generator=generator) - 30
    with torch.inference_mode():
        alone = torch.cat([network.units(clip[None]) for clip in log_mels])
        torch.testing.assert_close(network.units(log_mels), alone, rtol=0, atol=1e-5)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("axis", ["mels", "frames"])
def test_the_smallest_input_is_the_smallest_that_runs(architecture, axis):
    network = build(architecture, 5, seed=1).eval()
    smallest = {"mels": network.minimum_mels, "frames": network.minimum_frames}
    smaller = smallest | {axis: smallest[axis] - 1}
    with torch.inference_mode():
        network.units(torch.zeros(2, *smallest.values()))
        with pytest.raises(InputError, match=str(smallest[axis])):
            network.units(torch.zeros(2, *smaller.values()))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_head_begins_at_the_units(architecture):
    network = build(architecture, 5, seed=1)
    first, last = linear_layers(network.head)
    assert first.in_features == network.n_units
    assert last.out_features == 5


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        (nn.Linear(4, 3), "must be linear, ReLU and linear layers, but this is Linear"),
        (
            nn.Sequential(nn.Linear(4, 4), nn.GELU(), nn.Linear(4, 3)),
            "but this is Linear, GELU, Linear; change",
        ),
        (
            nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 3, bias=False)),
            "need biases",
        ),
        (
            nn.Sequential(
                OrderedDict(a=nn.Linear(4, 4), b=nn.ReLU(), c=nn.Linear(4, 3))
            ),
            "have no names, such as a; give",
        ),
    ],
)
def test_an_architecture_with_another_head_is_refused(monkeypatch, head, problem):
    class Network(nn.Module):
        def __init__(self, n_classes):
            super().__init__()
            self.head = head

    monkeypatch.setattr("music_selectivity.networks.kim2024.Network", Network)
    with pytest.raises(InputError, match=problem):
        build("kim2024", 3, seed=1)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_build_is_repeatable_and_leaves_the_global_generator(architecture):
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first, again, other = (build(architecture, 10, seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    for name, weight in first.named_parameters():
        assert torch.equal(weight, again.get_parameter(name))
    differs = [
        not torch.equal(weight, other.get_parameter(name))
        for name, weight in first.named_parameters()
    ]
    # Biases and scales may start from constants.
    assert any(differs)
