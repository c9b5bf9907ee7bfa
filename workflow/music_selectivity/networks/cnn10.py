"""A convolutional network in the manner of PANNs' Cnn10 (Kong et al. 2020)."""

import torch
from torch import nn

from music_selectivity.networks.common_layers import Standardization, detection_head
from music_selectivity.networks.cpu_layers import Dropout


class Network(nn.Module):
    """Cnn10 with fewer channels, to train on a CPU.

    Its units are those of ``pool``: what global pooling leaves of the last block, as in
    ``kim2024``.

    Shapes for 64 mels x 161 frames (2 s), without the batch axis:

    =============== =============================================== =============
    module          layers                                          output
    =============== =============================================== =============
    standardization one mean and SD for all mels                    1 x 64 x 161
    conv1           twice: conv 3x3, batch-norm, ReLU;
                    average-pool 2; dropout                         8 x 32 x 80
    conv2           the same                                        16 x 16 x 40
    conv3           the same                                        32 x 8 x 20
    conv4           the same                                        128 x 4 x 10
    pool            mean over mels; maximum plus mean over frames:
                    the units                                       128
    head            linear, ReLU, dropout: the embedding            256
                    linear: logits                                  classes
    =============== =============================================== =============

    Blocks and pooling are those of Cnn10, whose channels are 64, 128, 256 and 512: here
    an eighth, and a quarter in the last block. Cnn10 standardises each mel band, and
    its embedding has 512 units. Convolutions are padded with zeros and have no bias,
    dropout is 0.2, and weights have torch's default initialisation.
    """

    n_units = 128
    # Four times halved.
    minimum_mels = minimum_frames = 2**4

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.standardization = Standardization(self.minimum_mels, self.minimum_frames)
        self.conv1 = _block(1, 8)
        self.conv2 = _block(8, 16)
        self.conv3 = _block(16, 32)
        self.conv4 = _block(32, self.n_units)
        self.pool = _GlobalPool()
        self.head = detection_head(self.n_units, n_classes)
        self.to(memory_format=torch.channels_last)

    def units(self, log_mels: torch.Tensor) -> torch.Tensor:
        """Unit responses, (clips, 128), to log-mels, (clips, mels, frames) in dB.

        Raises
        ------
        InputError
            The log-mels are too small for the layers.
        """
        x = self.standardization(log_mels)
        return self.pool(self.conv4(self.conv3(self.conv2(self.conv1(x)))))

    def forward(self, log_mels: torch.Tensor) -> torch.Tensor:
        """Logits, (clips, classes), of log-mels, (clips, mels, frames) in dB."""
        return self.head(self.units(log_mels))


def _block(n_in: int, n_out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, 3, padding=1, bias=False),
        nn.BatchNorm2d(n_out),
        nn.ReLU(),
        nn.Conv2d(n_out, n_out, 3, padding=1, bias=False),
        nn.BatchNorm2d(n_out),
        nn.ReLU(),
        nn.AvgPool2d(2),
        Dropout(0.2),
    )


class _GlobalPool(nn.Module):
    """Mean over mels; of it, the maximum plus the mean over frames."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        of_frames = x.mean(2)
        # Unlike that of max, the gradient of amax is deterministic on GPUs.
        return of_frames.amax(2) + of_frames.mean(2)
