"""Parts that several architectures share.

``kim2024`` has its own, so that an edit here leaves networks of the paper as they are.
"""

import math

import torch
from torch import nn

from music_selectivity.errors import InputError
from music_selectivity.networks.cpu_layers import Dropout


class Standardization(nn.BatchNorm2d):
    """Log-mels as images of one channel, with a mean of 0 and an SD of 1.

    Both are learned over all mels and frames of the training clips. Zero-padding then
    continues a spectrogram at its mean level, and any number of mels fits.
    """

    def __init__(self, minimum_mels: int, minimum_frames: int) -> None:
        super().__init__(1)
        self.minimum_mels, self.minimum_frames = minimum_mels, minimum_frames

    def forward(self, log_mels: torch.Tensor) -> torch.Tensor:
        """Images, (clips, 1, mels, frames), of log-mels, (clips, mels, frames) in dB.

        Raises
        ------
        InputError
            The log-mels are too small.
        """
        n_mels, n_frames = log_mels.shape[1:]
        if n_mels < self.minimum_mels or n_frames < self.minimum_frames:
            raise InputError(
                f"log-mels of {n_mels} mels x {n_frames} frames are too small for the "
                f"network, which needs {self.minimum_mels} x {self.minimum_frames}; "
                "raise log_mel.n_mels or audio.clip_seconds"
            )
        # A channel axis with the strides of channels last, which torch cannot infer
        # from the shape if there is one channel.
        return super().forward(log_mels.unsqueeze(-1).movedim(-1, 1))


PRIOR = 0.01
"""Probability of each class before training."""


def detection_head(n_units: int, n_classes: int) -> nn.Sequential:
    """Units to logits, by one hidden layer as wide as that of ``kim2024``.

    The last bias makes classes rare at first (Lin et al. 2017, Focal Loss), so that
    training does not begin with shifting all logits down.
    """
    last = nn.Linear(256, n_classes)
    nn.init.constant_(last.bias, math.log(PRIOR / (1 - PRIOR)))
    return nn.Sequential(nn.Linear(n_units, 256), nn.ReLU(), Dropout(0.2), last)
