"""Principal components of log-mel spectrograms: features to compare networks with."""

import os

import numpy as np
import torch
from sklearn.decomposition import IncrementalPCA
from torch import nn

from music_selectivity.errors import InputError
from music_selectivity.store import ShardedArray, atomic_path

# Clips fitted at a time, if components allow: what bounds the memory.
BATCH = 512


class PrincipalComponents(nn.Module):
    """Projections on principal components, in the form of a network's units.

    Parameters
    ----------
    mean
        (mels, frames), dB.
    components
        (components, mels, frames), orthonormal, the largest variance first.
    explained
        Share of the variance that they explain.
    """

    def __init__(
        self, mean: np.ndarray, components: np.ndarray, explained: float
    ) -> None:
        super().__init__()
        self.register_buffer("mean", torch.from_numpy(np.ascontiguousarray(mean)))
        components = np.ascontiguousarray(components)
        self.register_buffer("components", torch.from_numpy(components))
        self.explained = explained
        self.n_units = len(components)

    def units(self, log_mels: torch.Tensor) -> torch.Tensor:
        """Projections, (clips, components), of log-mels, (clips, mels, frames).

        Raises
        ------
        InputError
            They are of another size than those the components were fitted on.
        """
        if log_mels.shape[1:] != self.mean.shape:
            raise InputError(
                f"principal components of log-mels of {tuple(self.mean.shape)} mels "
                f"and frames do not fit log-mels of {tuple(log_mels.shape[1:])}"
            )
        centred = (log_mels - self.mean).flatten(1)
        return centred @ self.components.flatten(1).T


def fit(
    log_mels: ShardedArray, items: np.ndarray, components: int
) -> PrincipalComponents:
    """Principal components of clips, fitted batch by batch (paper, Fig. S3, S4a).

    Parameters
    ----------
    log_mels
        (clips, mels, frames), dB, by ``take``.
    items
        Which of them to fit.
    components
        How many are wanted; no more than there are clips or values in a log-mel.

    Notes
    -----
    Scikit-learn's incremental algorithm: exact where the data have no more dimensions
    than there are components, and close to exact else, in the memory of one batch.
    """
    shape = log_mels.row_shape
    wanted = min(components, len(items), int(np.prod(shape)))
    model = IncrementalPCA(wanted)
    # Every batch must hold as many clips as components: the last takes the rest.
    n_batches = max(1, len(items) // max(BATCH, wanted))
    for some in np.array_split(items, n_batches):
        # As float32, which the fit keeps, at half the memory.
        model.partial_fit(log_mels.take(some).reshape(len(some), -1), check_input=False)
    return PrincipalComponents(
        model.mean_.reshape(shape).astype(np.float32),
        _signed(model.components_).reshape(-1, *shape).astype(np.float32),
        float(model.explained_variance_ratio_.sum()),
    )


def save(path: str | os.PathLike, pca: PrincipalComponents) -> None:
    """Write components as .npz, atomically; the same ones give the same bytes."""
    with atomic_path(path) as temporary:
        np.savez(
            temporary,
            mean=pca.mean.numpy(),
            components=pca.components.numpy(),
            explained=pca.explained,
        )


def load(path: str | os.PathLike) -> PrincipalComponents:
    """Components that `save` wrote."""
    with np.load(path) as arrays:
        return PrincipalComponents(
            arrays["mean"], arrays["components"], float(arrays["explained"])
        )


def _signed(components: np.ndarray) -> np.ndarray:
    """Each component with its largest value positive: algebra leaves the sign open."""
    largest = np.abs(components).argmax(axis=1)
    return (
        components * np.sign(components[np.arange(len(components)), largest])[:, None]
    )
