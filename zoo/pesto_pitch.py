"""PESTO, which finds the pitch of singing: convolutions over a constant-Q spectrum."""

import math
from collections.abc import Iterator

import torch
from pesto import load_model
from torch import nn

from music_selectivity.networks.description import Layer, NetworkDescription

# Of the later ones, with 10 and 3 channels, hardly any unit could be selective.
N_LAYERS = 5


class WholeClips(nn.Module):
    """Waveforms, (clips, samples), to probabilities of pitches, (clips, frames, 384).

    PESTO has the frames of all clips on one axis. What its layers return passes through
    identities, in which clips and frames have axes of their own.
    """

    def __init__(self, pesto: nn.Module) -> None:
        super().__init__()
        self.spectrum = nn.Sequential(pesto.preprocessor, pesto.crop_cqt)
        self.encoder = pesto.encoder
        self.lowest = round(pesto.shift.item() * pesto.bins_per_semitone)
        self.layers = nn.ModuleList(nn.Identity() for _ in range(7))
        self.pitches = nn.Identity()

    def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
        # Logarithms of power: from dB to natural ones.
        spectra = self.spectrum(waveforms) * (math.log(10) / 10)
        clips_and_frames = spectra.shape[:2]
        outputs = self._outputs(spectra.flatten(0, 1))
        for layer, x in zip(self.layers, outputs, strict=True):
            layer(x.unflatten(0, clips_and_frames))
        pitches = self.encoder.final_norm(self.encoder.fc(self.encoder.flatten(x)))
        return self.pitches(
            pitches.roll(-self.lowest, -1).unflatten(0, clips_and_frames)
        )

    def _outputs(self, spectra: torch.Tensor) -> Iterator[torch.Tensor]:
        """What each convolution and its activation return, (frames, channels, bins)."""
        x = self.encoder.conv1(self.encoder.layernorm(spectra))
        yield x
        for block in self.encoder.prefilt_layers:
            x = x + block(x)
            yield x
        for block in self.encoder.conv_layers:
            x = block(x)
            if isinstance(block, nn.LeakyReLU):
                yield x


def make() -> NetworkDescription:
    # As in `crepe`, a frame every 30 ms instead of every 10 ms.
    pesto = load_model("mir-1k_g7", step_size=30.0, sampling_rate=16000)
    return NetworkDescription(
        module=WholeClips(pesto).eval(),
        sample_rate=16000,
        layers=[
            *(Layer(f"layers.{at}", unit_axis=2) for at in range(N_LAYERS)),
            Layer("pitches", unit_axis=2),
        ],
        front_end=["spectrum"],
        licence="LGPL 3.0",
        training_data="music: singing (MIR-1K)",
    )
