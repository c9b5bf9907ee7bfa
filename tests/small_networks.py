"""Small networks for tests: recurrent, transformer, and wav2vec 2.0, random weights."""

import dataclasses

import torch
from torch import nn

from music_selectivity.audio.torchaudio_import import import_transforms
from music_selectivity.networks.description import Layer, NetworkDescription

RATE = 8000

# Metadata of the checkpoint of a network that a study trained.
METADATA = {
    "architecture": "kim2024",
    "classes": ["Bark", "Cello", "Rain"],
    "clips": "without_music",
    "front_end": {
        "audio": {"sample_rate": 22050, "full_scale": 32768, "clip_seconds": 2.0},
        "log_mel": {
            "n_fft": 551,
            "hop_length": 275,
            "n_mels": 64,
            "f_min": 0,
            "f_max": 11025,
        },
    },
}


class Frames(nn.Module):
    """Waveforms, (clips, samples), to frames, (clips, frames, 16)."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(1, 16, 400, stride=200)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
        return self.relu(self.convolution(waveforms[:, None])).transpose(1, 2)


class Recurrent(nn.Module):
    """Two LSTMs, of which the second has the clips on its second axis, and classes."""

    def __init__(self) -> None:
        super().__init__()
        self.frames = Frames()
        self.lstm = nn.LSTM(16, 12, num_layers=2, batch_first=True)
        self.time_first = nn.LSTM(12, 10)
        self.head = nn.Linear(10, 3)

    def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
        x = self.lstm(self.frames(waveforms))[0].transpose(0, 1)
        return self.head(self.time_first(x)[0].mean(0))


class Pair(nn.Module):
    """A transformer's block that returns its output and its weights of attention."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(16, 2, batch_first=True)
        self.norm = nn.LayerNorm(16)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, dict]:
        attended, weights = self.attention(x, x, x)
        return self.norm(x + attended), {"weights": weights}


class Transformer(nn.Module):
    """Blocks of `Pair`, then torch's own encoder, which has a second, faster path."""

    def __init__(self) -> None:
        super().__init__()
        self.frames = Frames()
        self.blocks = nn.ModuleList([Pair(), Pair()])
        layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)

    def forward(self, waveforms: torch.Tensor) -> dict[str, torch.Tensor]:
        x = self.frames(waveforms)
        for block in self.blocks:
            x, _ = block(x)
        return {"last_hidden_state": self.encoder(x)}


def seeded(build, *arguments, **settings) -> nn.Module:
    """A network with the same random weights each time, in evaluation mode."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return build(*arguments, **settings).eval()


def described(module: nn.Module, *layers: Layer, **changes) -> NetworkDescription:
    """Description of a network that takes waveforms."""
    attributes = {"licence": "none", "training_data": "none: random weights"} | changes
    return NetworkDescription(
        module=module, sample_rate=RATE, layers=layers, **attributes
    )


def recurrent() -> NetworkDescription:
    return described(
        seeded(Recurrent),
        Layer("frames.convolution", unit_axis=1),
        Layer("lstm", unit_axis=-1, element=0),
        Layer("time_first", unit_axis=2, element=0, clip_axis=1),
        class_names=["a", "b", "c"],
        logits=Layer("output", unit_axis=1),
    )


def transformer() -> NetworkDescription:
    return described(
        seeded(Transformer),
        Layer("blocks.*", unit_axis=2, element=0),
        Layer("encoder.layers.*", unit_axis=2),
        Layer("output", unit_axis=2, element="last_hidden_state"),
    )


def wav2vec2() -> NetworkDescription:
    """torchaudio's architecture with few and narrow layers."""
    import_transforms()
    from torchaudio.models import wav2vec2_model

    module = seeded(
        wav2vec2_model,
        extractor_mode="group_norm",
        extractor_conv_layer_config=[(16, 10, 5), (16, 3, 2), (16, 3, 2)],
        extractor_conv_bias=False,
        encoder_embed_dim=24,
        encoder_projection_dropout=0.1,
        encoder_pos_conv_kernel=16,
        encoder_pos_conv_groups=4,
        encoder_num_layers=3,
        encoder_num_heads=4,
        encoder_attention_dropout=0.1,
        encoder_ff_interm_features=32,
        encoder_ff_interm_dropout=0.1,
        encoder_dropout=0.1,
        encoder_layer_norm_first=False,
        encoder_layer_drop=0.1,
        aux_num_out=None,
    )
    return described(
        module,
        Layer("feature_extractor.conv_layers.*", unit_axis=1, element=0),
        Layer("encoder.transformer.layers.*", unit_axis=2, element=0),
    )


def changed(network: NetworkDescription, **changes) -> NetworkDescription:
    """The description with other attributes."""
    return dataclasses.replace(network, **changes)
