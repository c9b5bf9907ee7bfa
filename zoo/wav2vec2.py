"""wav2vec 2.0 and HuBERT of torchaudio, trained on speech; you download the weights.

Download the file of a network, to which the documentation of torchaudio's pipelines
links, and put it into the folder of this file.
"""

from pathlib import Path

import torch
from torchaudio.models import wav2vec2_base

from music_selectivity.networks.description import Layer, NetworkDescription


def wav2vec2() -> NetworkDescription:
    return _describe("wav2vec2_fairseq_base_ls960.pth")


def hubert() -> NetworkDescription:
    return _describe("hubert_fairseq_base_ls960.pth")


def _describe(file: str) -> NetworkDescription:
    # Both have the same architecture.
    network = wav2vec2_base()
    path = Path(__file__).with_name(file)
    network.load_state_dict(torch.load(path, weights_only=True, mmap=True))
    return NetworkDescription(
        module=network.eval(),
        sample_rate=16000,
        layers=[
            Layer("feature_extractor.conv_layers.*", unit_axis=1, element=0),
            Layer("encoder.transformer.layers.*", unit_axis=2, element=0),
        ],
        licence="MIT",
        training_data="speech: LibriSpeech, 960 h of audio books without labels",
    )
