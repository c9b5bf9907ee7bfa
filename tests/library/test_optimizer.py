"""The optimiser equals torch's, continues from its state, and starts quickly."""

import copy
import subprocess
import sys

import torch
from torch import nn

from music_selectivity.networks.optimizer import AdamW

STEPS = [(1e-3, 0.95), (5e-3, 0.9), (2e-3, 0.85), (1e-4, 0.95)]


def layers() -> nn.Module:
    """A convolution with channels last, and a linear layer."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 8, 5), nn.Flatten(), nn.Linear(8, 2))
    return network.to(memory_format=torch.channels_last)


def set_gradients(network: nn.Module, step: int) -> None:
    torch.manual_seed(step)
    network.zero_grad()
    network(torch.randn(4, 3, 5, 5)).square().mean().backward()


def test_steps_equal_those_of_torch():
    network, expected = layers(), layers()
    optimizer = AdamW(network.parameters(), weight_decay=0.1)
    reference = torch.optim.AdamW(expected.parameters(), weight_decay=0.1)
    start = copy.deepcopy(list(network.parameters()))
    for number, (rate, beta) in enumerate(STEPS):
        reference.param_groups[0].update(lr=rate, betas=(beta, 0.999))
        for each in (network, expected):
            set_gradients(each, number)
        optimizer.step(rate, beta)
        reference.step()
    pairs = zip(network.parameters(), expected.parameters(), start, strict=True)
    for found, wanted, before in pairs:
        torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-7)
        assert (found - before).abs().max() > 1e-3


def test_a_loaded_state_continues_to_the_same_bytes():
    network = layers()
    optimizer = AdamW(network.parameters(), weight_decay=0.1)
    for number, step in enumerate(STEPS):
        if number == 2:
            other = copy.deepcopy(network)
            continued = AdamW(other.parameters(), weight_decay=0.1)
            continued.load_state_dict(copy.deepcopy(optimizer.state_dict()))
        set_gradients(network, number)
        optimizer.step(*step)
    for number in (2, 3):
        set_gradients(other, number)
        continued.step(*STEPS[number])
    for found, wanted in zip(other.parameters(), network.parameters(), strict=True):
        assert torch.equal(found, wanted)


def test_a_step_imports_no_compilers():
    code = (
        "import sys, torch; from music_selectivity.networks.optimizer import AdamW;"
        "weight = torch.nn.Parameter(torch.zeros(3)); weight.grad = torch.ones(3);"
        "AdamW([weight], 0.1).step(1e-3, 0.9);"
        "print(float(weight.max()) < 0, 'torch._dynamo' in sys.modules)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["True", "False"]
