"""The detector of speech of silero-vad 6.2.3: convolutions and an LSTM."""

from importlib.metadata import distribution

import torch
from torch import nn
from torch.nn.functional import pad

from music_selectivity.networks.description import Layer, NetworkDescription

CHUNK, CONTEXT = 512, 64


class SpeechDetector(nn.Module):
    """Waveforms, (clips, samples), to logits of speech, (clips, chunks, 1).

    The package has this network as TorchScript, in which hooks do not work. Chunks of
    32 ms have an axis of their own, over which the convolutions do not extend.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stft = nn.Conv2d(1, 258, (256, 1), stride=(128, 1), bias=False)
        self.encoder = nn.Sequential(
            *(
                nn.Sequential(
                    nn.Conv2d(n_in, n_out, (3, 1), stride=(stride, 1), padding=(1, 0)),
                    nn.ReLU(),
                )
                for n_in, n_out, stride in [
                    (129, 128, 1),
                    (128, 64, 2),
                    (64, 64, 2),
                    (64, 128, 1),
                ]
            )
        )
        self.lstm = nn.LSTM(128, 128, batch_first=True)
        self.head = nn.Linear(128, 1)

    def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
        # Each chunk follows the end of the one before; the last is filled with zeros.
        filled = pad(waveforms, (CONTEXT, -waveforms.shape[1] % CHUNK))
        chunks = filled.unfold(1, CONTEXT + CHUNK, CHUNK).transpose(1, 2)[:, None]
        real, imaginary = self.stft(pad(chunks, (0, 0, 0, 64), "reflect")).chunk(2, 1)
        x = self.encoder((real**2 + imaginary**2).sqrt())
        x, _ = self.lstm(x.squeeze(2).transpose(1, 2))
        return self.head(x.relu())


def make() -> NetworkDescription:
    # The package is not imported, because it sets the number of threads of torch. Its
    # safetensors file holds other weights.
    path = distribution("silero-vad").locate_file("silero_vad/data/silero_vad.jit")
    network = SpeechDetector()
    network.load_state_dict(_renamed(torch.jit.load(path).state_dict()))
    return NetworkDescription(
        module=network.eval(),
        sample_rate=16000,
        layers=[
            Layer("encoder.*", unit_axis=1),
            Layer("lstm", unit_axis=2, element=0),
        ],
        front_end=["stft"],
        class_names=["Speech"],
        logits=Layer("head", unit_axis=2),
        licence="MIT",
        training_data=(
            "speech in over 6,000 languages, and noise; not published. The authors "
            "said of an earlier version that there was no music in it."
        ),
    )


def _renamed(saved: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The weights for 16 kHz, by the names and with the axes of `SpeechDetector`."""
    renamed = {"stft.weight": saved["_model.stft.forward_basis_buffer"].unsqueeze(-1)}
    for at in range(4):
        convolution = f"_model.encoder.{at}.reparam_conv"
        renamed[f"encoder.{at}.0.weight"] = saved[f"{convolution}.weight"].unsqueeze(-1)
        renamed[f"encoder.{at}.0.bias"] = saved[f"{convolution}.bias"]
    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        renamed[f"lstm.{name}_l0"] = saved[f"_model.decoder.rnn.{name}"]
    renamed["head.weight"] = saved["_model.decoder.decoder.2.weight"].squeeze(-1)
    renamed["head.bias"] = saved["_model.decoder.decoder.2.bias"]
    return renamed
