"""A small audio spectrogram transformer (after AST, Gong et al. 2021)."""

import torch
from torch import nn

from music_selectivity.networks.common_layers import Standardization, detection_head

PATCH = 16
"""Mels and frames of a patch."""


class Network(nn.Module):
    """Audio spectrogram transformer with four narrow layers, to train on a CPU.

    Its units are those of ``pool``: features after batch-norm and ReLU, averaged over
    patches, as in the last block of ``kim2024``.

    Shapes for 64 mels x 161 frames (2 s), without the batch axis:

    =============== =============================================== =============
    module          layers                                          output
    =============== =============================================== =============
    standardization one mean and SD for all mels                    1 x 64 x 161
    patches         linear, of patches of 16 x 16; plus positions   40 x 128
    blocks          four times: layer norm, attention of 4 heads;
                    layer norm, linear, GELU, linear                40 x 128
    norm            layer norm                                      40 x 128
    features        linear, batch-norm, ReLU                        256 x 4 x 10
    pool            mean over patches: the units                    256
    head            linear, ReLU, dropout                           256
                    linear: logits                                  classes
    =============== =============================================== =============

    AST has 12 layers of 768, patches that overlap, a class token and learned positions,
    and starts from a network for images. Here, patches do not overlap, their mean
    replaces the token, and positions are sines and cosines (`positions`), which fit
    clips of any length. AST detects classes from the last layer norm. Here, ReLU makes
    features positive, and batch-norm keeps them from becoming alike for all clips. Mels
    and frames that do not fill a patch are left out, and weights have torch's default
    initialisation.
    """

    n_units = 256
    minimum_mels = minimum_frames = PATCH

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        width = 128
        self.standardization = Standardization(self.minimum_mels, self.minimum_frames)
        self.patches = nn.Conv2d(1, width, PATCH, stride=PATCH)
        self.blocks = nn.Sequential(
            *(
                nn.TransformerEncoderLayer(
                    width,
                    nhead=4,
                    dim_feedforward=4 * width,
                    dropout=0.0,
                    activation="gelu",
                    batch_first=True,
                    norm_first=True,
                )
                for _ in range(4)
            )
        )
        self.norm = nn.LayerNorm(width)
        self.features = nn.Sequential(
            nn.Conv2d(width, self.n_units, 1, bias=False),
            nn.BatchNorm2d(self.n_units),
            nn.ReLU(),
        )
        self.pool = _MeanOfPatches()
        self.head = detection_head(self.n_units, n_classes)

    def units(self, log_mels: torch.Tensor) -> torch.Tensor:
        """Unit responses, (clips, 256), to log-mels, (clips, mels, frames) in dB.

        Raises
        ------
        InputError
            The log-mels are too small for a patch.
        """
        patches = self.patches(self.standardization(log_mels))
        x = patches + positions(*patches.shape[1:]).to(patches)
        # Attention needs patches as a sequence, (clips, patches, width).
        x = self.norm(self.blocks(x.flatten(2).transpose(1, 2)))
        return self.pool(self.features(x.transpose(1, 2).view_as(patches)))

    def forward(self, log_mels: torch.Tensor) -> torch.Tensor:
        """Logits, (clips, classes), of log-mels, (clips, mels, frames) in dB."""
        return self.head(self.units(log_mels))


def positions(width: int, n_rows: int, n_columns: int) -> torch.Tensor:
    """Sines and cosines that encode the position of each patch.

    As in Vaswani et al. (2017), position p has sin(p / 10000^(i/n)) and the cosines of
    the same, for n even numbers i below n: one half of the width for the rows (mels)
    and one for the columns (frames), as in Audio-MAE (Huang et al. 2022).

    Returns
    -------
    tensor, shape (width, n_rows, n_columns), float32
    """
    half = width // 2
    rows = _sinusoids(half, n_rows)[:, :, None].expand(-1, -1, n_columns)
    columns = _sinusoids(half, n_columns)[:, None].expand(-1, n_rows, -1)
    return torch.cat([rows, columns])


def _sinusoids(width: int, n_positions: int) -> torch.Tensor:
    """Sines and cosines of each position, (width, positions)."""
    rates = 10000.0 ** (-torch.arange(0, width, 2) / width)
    angles = rates[:, None] * torch.arange(n_positions)
    return torch.cat([angles.sin(), angles.cos()])


class _MeanOfPatches(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean((2, 3))
