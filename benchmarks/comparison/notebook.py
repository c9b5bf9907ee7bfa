"""Each stage as the study's public notebook does it.

This is no code of the notebook. It was written from a description of its choices, with
what a notebook plainly uses: torch, torchaudio, scipy and scikit-learn.
"""

import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import scipy.io.wavfile
import torch
from scipy.signal import fftconvolve
from sklearn.manifold import TSNE
from sklearn.metrics import average_precision_score
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from music_selectivity.audio.torchaudio_import import import_transforms

RATE, FRAME, HOP, FRAME_MS = 22_050, 551, 275, 25
BATCH = 32


class Network(nn.Module):
    """The paper's network in the order of its text, with channels first."""

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(
            *self._convolution(1, 32, stride=(2, 4)),
            nn.MaxPool2d(2, stride=2),
            nn.Dropout(0.2),
        )
        self.conv2 = nn.Sequential(
            *self._convolution(32, 64),
            nn.MaxPool2d(2, stride=1),
            *self._convolution(64, 128),
            nn.MaxPool2d(2, stride=1),
            nn.Dropout(0.2),
        )
        self.conv3 = nn.Sequential(*self._convolution(128, 256), nn.Dropout(0.2))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Sequential(
            nn.Linear(256, 256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, n_classes)
        )

    @staticmethod
    def _convolution(
        n_in: int, n_out: int, stride: int | tuple[int, int] = 1
    ) -> list[nn.Module]:
        convolution = nn.Conv2d(n_in, n_out, 5, stride=stride, bias=False)
        return [convolution, nn.BatchNorm2d(n_out), nn.ReLU()]

    def forward(
        self, log_mels: torch.Tensor, silenced: Sequence[int] = ()
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Features, (clips, 256), and probabilities, (clips, classes)."""
        x = self.conv3(self.conv2(self.conv1(log_mels[:, None])))
        features = self.avgpool(x).flatten(1)
        features[:, silenced] = 0
        return features, torch.sigmoid(self.head(features))


def train(
    network: Network, log_mels: torch.Tensor, labels: torch.Tensor, epochs: int
) -> float:
    """The first of `epochs` epochs; the mean loss of its batches."""
    loader = DataLoader(TensorDataset(log_mels, labels), batch_size=BATCH)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.01)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=1e-3,
        total_steps=epochs * len(loader),
        anneal_strategy="linear",
    )
    criterion = nn.BCELoss()
    losses = []
    network.train()
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(network(x)[1], y)
        loss.backward()
        optimizer.step()
        scheduler.step()
        losses.append(loss.item())
    return float(np.mean(losses))


@torch.no_grad()
def evaluate(
    network: Network, log_mels: torch.Tensor, silenced: Sequence[int] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """Features and probabilities of all clips, with some features set to 0."""
    network.eval()
    loader = DataLoader(TensorDataset(log_mels), batch_size=BATCH)
    found = [network(x, silenced) for (x,) in loader]
    features, probabilities = (
        torch.cat(part).numpy() for part in zip(*found, strict=True)
    )
    return features, probabilities


def log_mel_transform(hop: int = HOP) -> nn.Module:
    """From waveforms to log-mels in dB."""
    transforms = import_transforms()
    return nn.Sequential(
        transforms.MelSpectrogram(
            RATE, n_fft=FRAME, hop_length=hop, f_max=8000, n_mels=64
        ),
        transforms.AmplitudeToDB(),
    )


def read_log_mels(files: Iterable[Path]) -> list[np.ndarray]:
    """Log-mels of wav files, of their first channel, whose samples are not scaled."""
    transforms, log_mel = import_transforms(), log_mel_transform()
    found = []
    for file in files:
        rate, samples = scipy.io.wavfile.read(file)
        waveform = torch.from_numpy(samples).float()
        if waveform.ndim > 1:
            waveform = waveform[:, 0]
        if rate != RATE:
            waveform = transforms.Resample(rate, RATE)(waveform)
        found.append(log_mel(waveform).numpy())
    return found


def boundary_changes(
    waveform: np.ndarray, segment_ms: int, log_mel: nn.Module
) -> np.ndarray:
    """Change from each segment to the next; `log_mel` has frames side by side."""
    frames = log_mel(torch.from_numpy(waveform)).numpy()
    n = segment_ms // FRAME_MS
    ends = range(n, frames.shape[1] - n, n)
    return np.array(
        [np.mean((frames[:, k - 2 : k] - frames[:, k : k + 2]) ** 2) for k in ends]
    )


def chain(changes: np.ndarray, first: int) -> list[int]:
    """Segments in an order of which each has the change nearest to the previous."""
    order, unused = [first], set(range(len(changes))) - {first}
    while unused:
        nearest = min(unused, key=lambda k: abs(changes[k] - changes[order[-1]]))
        order.append(nearest)
        unused.remove(nearest)
    return order


def join(waveform: np.ndarray, order: Sequence[int], segment_ms: int) -> np.ndarray:
    """Segments with cross-fades at the lags of largest correlation; 8 of 10 s."""
    length, half = segment_ms * RATE // 1000, FRAME // 2
    fade = np.sin(np.linspace(0, np.pi / 2, 2 * half)) ** 2
    padded = np.pad(waveform, 2 * FRAME)
    quilt = padded[2 * FRAME + order[0] * length :][: length + half]
    for k in order[1:]:
        start = 2 * FRAME + k * length - half
        heads = padded[start - half : start + 3 * half]
        lag = np.argmax(np.correlate(heads, quilt[-2 * half :], mode="valid")) - half
        segment = padded[start + lag : start + lag + length + 2 * half]
        joint = quilt[-2 * half :] * (1 - fade) + segment[: 2 * half] * fade
        quilt = np.concatenate([quilt[: -2 * half], joint, segment[2 * half :]])
    return np.pad(quilt[: 8 * RATE], (0, max(0, 10 * RATE - min(len(quilt), 8 * RATE))))


def gabor_features(log_mels: np.ndarray, filters: Sequence[np.ndarray]) -> np.ndarray:
    """Mean positive response of each clip to each filter, (clips, filters)."""
    found = [
        [np.maximum(fftconvolve(x, each, mode="same"), 0).mean() for each in filters]
        for x in log_mels
    ]
    return np.array(found)


def class_precision(
    network: Network,
    log_mels: torch.Tensor,
    labels: np.ndarray,
    sets: Iterable[Sequence[int]],
) -> np.ndarray:
    """Average precision of each class, with each set of units silenced."""
    found = []
    for silenced in sets:
        _, probabilities = evaluate(network, log_mels, silenced)
        with warnings.catch_warnings():
            # Of classes without positives, which count as 0.
            warnings.simplefilter("ignore", UserWarning)
            found.append(average_precision_score(labels, probabilities, average=None))
    return np.array(found)


def embed(responses: np.ndarray) -> np.ndarray:
    """t-SNE of standardised responses, with scikit-learn's defaults."""
    standard = StandardScaler().fit_transform(responses)
    return TSNE(n_components=2, random_state=0).fit_transform(standard)


def selectivity(music: np.ndarray, nonmusic: np.ndarray) -> tuple[np.ndarray, float]:
    """Music-selectivity index of each unit, and the ratio of an eighth of the units."""
    index = np.zeros(music.shape[1])
    for unit in range(len(index)):
        x, y = music[:, unit], nonmusic[:, unit]
        error = np.sqrt(np.var(x, ddof=1) / len(x) + np.var(y, ddof=1) / len(y))
        index[unit] = (np.mean(x) - np.mean(y)) / error
    best = np.argsort(index)[-len(index) // 8 :]
    return index, float(music[:, best].mean() / nonmusic[:, best].mean())
