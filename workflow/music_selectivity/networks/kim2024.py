"""The network of Kim, Kim & Jeong (2024)."""

import torch
from torch import nn

from music_selectivity.errors import InputError
from music_selectivity.networks.cpu_layers import Convolution, Dropout


class Network(nn.Module):
    """The architecture of the paper (Methods).

    Shapes for the paper's 64 mels x 802 frames (10 s), without the batch axis:

    ======== ======================================================== ==============
    module   layers                                                   output
    ======== ======================================================== ==============
    (input)                                                           1 x 64 x 802
    conv1    conv 5x5, stride (2, 4), batch-norm, ReLU                32 x 30 x 200
             max-pool 2, stride 2; dropout                            32 x 15 x 100
    conv2    conv 5x5, batch-norm, ReLU                               64 x 11 x 96
             max-pool 2, stride 1                                     64 x 10 x 95
             conv 5x5, batch-norm, ReLU                               128 x 6 x 91
             max-pool 2, stride 1; dropout                            128 x 5 x 90
    conv3    conv 5x5, batch-norm, ReLU; dropout                      256 x 1 x 86
    avgpool  mean over mels and frames: the units                     256
    head     linear, ReLU, dropout                                    256
             linear: logits                                           classes
    ======== ======================================================== ==============

    There is no padding, convolutions have no bias, dropout is 0.2, and weights have
    torch's default initialisation. With 527 classes there are 1,278,191 parameters.
    """

    n_units = 256

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        # ReLU follows the pooling, with which it commutes, on fewer elements: responses
        # and gradients are those of the paper's order.
        self.conv1 = nn.Sequential(
            nn.Conv2d(1, 32, 5, stride=(2, 4), bias=False),
            nn.BatchNorm2d(32),
            nn.MaxPool2d(2, stride=2),
            nn.ReLU(),
            Dropout(0.2),
        )
        self.conv2 = nn.Sequential(
            Convolution(32, 64, 5),
            nn.BatchNorm2d(64),
            nn.MaxPool2d(2, stride=1),
            nn.ReLU(),
            Convolution(64, 128, 5),
            nn.BatchNorm2d(128),
            nn.MaxPool2d(2, stride=1),
            nn.ReLU(),
            Dropout(0.2),
        )
        self.conv3 = nn.Sequential(
            Convolution(128, 256, 5),
            nn.BatchNorm2d(256),
            nn.ReLU(),
            Dropout(0.2),
        )
        self.avgpool = _GlobalAverage()
        self.head = nn.Sequential(
            nn.Linear(self.n_units, 256),
            nn.ReLU(),
            Dropout(0.2),
            nn.Linear(256, n_classes),
        )
        self.minimum_mels, self.minimum_frames = _smallest_input(self)
        # On a CPU, training is 1.3 and evaluation 1.9 times as fast as channels first.
        self.to(memory_format=torch.channels_last)

    def units(self, log_mels: torch.Tensor) -> torch.Tensor:
        """Unit responses, (clips, 256), to log-mels, (clips, mels, frames) in dB.

        Raises
        ------
        InputError
            The log-mels are too small for the layers.
        """
        n_mels, n_frames = log_mels.shape[1:]
        if n_mels < self.minimum_mels or n_frames < self.minimum_frames:
            raise InputError(
                f"log-mels of {n_mels} mels x {n_frames} frames are too small for "
                f"kim2024, which needs {self.minimum_mels} x "
                f"{self.minimum_frames}; raise log_mel.n_mels or audio.clip_seconds"
            )
        # A channel axis with the strides of channels last, which torch cannot infer
        # from the shape if there is one channel.
        x = log_mels.unsqueeze(-1).movedim(-1, 1)
        return self.avgpool(self.conv3(self.conv2(self.conv1(x))))

    def forward(self, log_mels: torch.Tensor) -> torch.Tensor:
        """Logits, (clips, classes), of log-mels, (clips, mels, frames) in dB."""
        return self.head(self.units(log_mels))


class _GlobalAverage(nn.Module):
    """Mean over mels and frames; unlike AdaptiveAvgPool2d, deterministic on GPUs."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # One axis, after which the channels come last, as in the memory of `x`; torch
        # would else lay out the gradient with channels first.
        return x.movedim(1, -1).flatten(1, 2).mean(1)


def _smallest_input(network: nn.Module) -> tuple[int, int]:
    """Mels and frames that the unpadded layers reduce to a 1 x 1 map."""
    mels = frames = 1
    for layer in reversed(list(network.modules())):
        if isinstance(layer, nn.Conv2d | nn.MaxPool2d):
            kernel, stride = _pair(layer.kernel_size), _pair(layer.stride)
            mels = (mels - 1) * stride[0] + kernel[0]
            frames = (frames - 1) * stride[1] + kernel[1]
    return mels, frames


def _pair(size: int | tuple[int, int]) -> tuple[int, int]:
    return size if isinstance(size, tuple) else (size, size)
