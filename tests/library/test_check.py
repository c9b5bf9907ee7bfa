"""The command that checks a network, with the examples of docs/networks.md."""

import re
from pathlib import Path

import pytest
import torch
from torch import nn

from conftest import ROOT
from music_selectivity.audio.log_mel import LogMelSettings
from music_selectivity.errors import InputError
from music_selectivity.networks.check import main
from music_selectivity.networks.checking import check
from music_selectivity.networks.description import Layer
from small_networks import described

DOCS = (ROOT / "docs/networks.md").read_text()
EXAMPLE, FRONT_END, ADAPTER, _ = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
COMMANDS = re.findall(r"^python -m (\S+) my_network.py:make(.*)$", DOCS, re.MULTILINE)


@pytest.fixture
def example(tmp_path) -> str:
    """The file of the example, as the command takes it."""
    path = tmp_path / "my_network.py"
    path.write_text(EXAMPLE)
    return f"{path}:make"


def test_the_documented_commands_are_this_one():
    assert [module for module, _ in COMMANDS] == [main.__module__] * 2
    assert [options.split()[0] for _, options in COMMANDS] == ["--modules", "--seconds"]


def test_the_documented_example(example, capsys):
    main([example, "--seconds", "0.5", "--clips", "1000", "--device", "cpu"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "The network is as described."
    # Seven convolutions, and twelve blocks of the transformer.
    layers = [re.match(r"  (\S+) +(\d+) units", line).groups() for line in lines[1:20]]
    assert layers == [
        *((f"feature_extractor.conv_layers.{at}", "512") for at in range(7)),
        *((f"encoder.transformer.layers.{at}", "768") for at in range(12)),
    ]
    # Bytes of 12,800 responses to each of 1,000 sounds.
    assert "72 MB on disk. Analyses: one job for all layers." in lines[-3]
    assert lines[-2:] == [
        "Licence: none: random weights",
        "Training data: none: random weights",
    ]


def test_the_outputs_of_all_modules(tmp_path, capsys):
    path = tmp_path / "net.py"
    path.write_text(
        "from small_networks import recurrent, changed\n"
        "def make(): return changed(recurrent(), layers=[])"
    )
    main([f"{path}:make", "--modules", "--seconds", "0.5"])
    out = capsys.readouterr().out
    assert "4 clips of 0.5 s" in out
    assert "  frames.convolution: a tensor of 4 x 16 x 19\n" in out
    assert "  lstm: a tuple of (a tensor of 4 x 19 x 12, a tuple of" in out


def test_problems_are_printed_without_a_traceback(example):
    text = EXAMPLE.replace("transformer.layers.*", "transformer.layer.*").replace(
        ".eval()", ""
    )
    Path(example.removesuffix(":make")).write_text(text)
    with pytest.raises(SystemExit) as raised:
        main([example, "--seconds", "0.1"])
    first, second, *more = raised.value.code.splitlines()
    assert first.startswith("error: the network is in training mode")
    assert second.startswith("error: no module is named encoder.transformer.layer.*")
    assert not [line for line in more if not line.startswith("error: ")]


@pytest.mark.parametrize("arguments", [["--seconds", "0"], ["--clips", "many"]])
def test_wrong_options_are_refused(example, arguments, capsys):
    with pytest.raises(SystemExit, match="2"):
        main([example, *arguments])
    assert arguments[0] in capsys.readouterr().err


def test_the_documented_front_end():
    space: dict = {}
    exec(FRONT_END, space)
    assert isinstance(space["log_mel"], LogMelSettings)


class Detector(nn.Module):
    """A detector of voices: chunks of 512 samples, and a state between calls."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.GRUCell(512, 8)
        self.hidden = None

    def reset_states(self) -> None:
        self.hidden = None

    def forward(self, chunk: torch.Tensor) -> torch.Tensor:
        if chunk.shape[1] != 512:
            raise ValueError("a chunk has 512 samples")
        self.hidden = self.cell(chunk, self.hidden)
        return self.hidden


def test_the_documented_adapter():
    space: dict = {}
    exec(ADAPTER, space)
    network = space["WholeClips"](Detector()).eval()
    layer = Layer("chunks", unit_axis=2)
    (checked,) = check(described(network, layer), 1.0, torch.device("cpu")).layers
    assert checked.shape == (4, 15, 8)
    # The state is what the adapter is for.
    network.detector.reset_states = lambda: None
    with pytest.raises(InputError, match="if the network keeps a state between calls"):
        check(described(network, layer), 1.0, torch.device("cpu"))
    # Alone, the detector takes no whole clips.
    with pytest.raises(InputError, match="ValueError: a chunk has 512 samples"):
        check(described(Detector().eval(), Layer("cell", 1)), 1.0, torch.device("cpu"))
