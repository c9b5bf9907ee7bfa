"""The network of the paper, of torch's own layers and in the paper's order."""

import torch
from torch import nn


def _convolution(
    n_in: int, n_out: int, stride: tuple[int, int] = (1, 1)
) -> list[nn.Module]:
    convolution = nn.Conv2d(n_in, n_out, 5, stride=stride, bias=False)
    return [convolution, nn.BatchNorm2d(n_out), nn.ReLU()]


class PlainNetwork(nn.Module):
    """Without dropout; the parameters have the names of ``kim2024``."""

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(
            *_convolution(1, 32, stride=(2, 4)), nn.MaxPool2d(2, stride=2)
        )
        self.conv2 = nn.Sequential(
            *_convolution(32, 64),
            nn.MaxPool2d(2, stride=1),
            *_convolution(64, 128),
            nn.MaxPool2d(2, stride=1),
        )
        self.conv3 = nn.Sequential(*_convolution(128, 256))
        self.head = nn.Sequential(
            nn.Linear(256, 256), nn.ReLU(), nn.Identity(), nn.Linear(256, n_classes)
        )

    def forward(self, log_mels: torch.Tensor) -> torch.Tensor:
        """Logits, (clips, classes), of log-mels, (clips, mels, frames)."""
        x = self.conv3(self.conv2(self.conv1(log_mels[:, None])))
        return self.head(x.mean((2, 3)))
