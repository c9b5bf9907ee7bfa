"""The speaker encoder of Resemblyzer 0.1.4: three LSTMs, trained on speech."""

from importlib.metadata import distribution

import torch
from torch import nn
from torchaudio.transforms import MelSpectrogram

from music_selectivity.networks.description import Layer, NetworkDescription


class SpeakerEncoder(nn.Module):
    """Waveforms, (clips, samples), to embeddings, (clips, 256), of length 1.

    The package cuts sounds into windows of 1.6 s and averages their embeddings. Here
    the LSTMs hear each clip as a whole. Levels are not normalised, and nothing that is
    no speech is cut out.
    """

    def __init__(self) -> None:
        super().__init__()
        # Power in 40 mel bands, not in dB.
        self.mel = MelSpectrogram(
            16000,
            n_fft=400,
            hop_length=160,
            n_mels=40,
            norm="slaney",
            mel_scale="slaney",
            pad_mode="constant",
        )
        # Three LSTMs in place of one with three layers, which returns only the last.
        self.lstm = nn.ModuleList(
            [nn.LSTM(size, 256, batch_first=True) for size in (40, 256, 256)]
        )
        self.linear = nn.Linear(256, 256)
        self.relu = nn.ReLU()

    def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
        x = self.mel(waveforms).transpose(1, 2)
        for lstm in self.lstm:
            x, (hidden, _) = lstm(x)
        return nn.functional.normalize(self.relu(self.linear(hidden[-1])))


def make() -> NetworkDescription:
    # The package is not imported, because it needs others that no longer install.
    path = distribution("resemblyzer").locate_file("resemblyzer/pretrained.pt")
    saved = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
    network = SpeakerEncoder()
    for at, lstm in enumerate(network.lstm):
        lstm.load_state_dict(
            {name: saved[f"lstm.{name[:-1]}{at}"] for name in lstm.state_dict()}
        )
    network.linear.load_state_dict(
        {name: saved[f"linear.{name}"] for name in ("weight", "bias")}
    )
    return NetworkDescription(
        module=network.eval(),
        sample_rate=16000,
        layers=[
            Layer("lstm.*", unit_axis=2, element=0),
            Layer("relu", unit_axis=1),
        ],
        licence="Apache 2.0",
        training_data="speech: LibriSpeech-other, VoxCeleb1 and VoxCeleb2 (interviews)",
    )
