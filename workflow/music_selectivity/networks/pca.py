"""Principal components of log-mel spectrograms, which networks are compared with."""

import os

import numpy as np
import torch
from torch import nn

from music_selectivity.errors import InputError
from music_selectivity.store import ShardedArray, atomic_path

# Clips that are fitted at a time, unless there are more components; limits the memory.
BATCH = 512


class PrincipalComponents(nn.Module):
    """Projections on principal components, with the interface of a network's units.

    Parameters
    ----------
    mean
        (mels, frames), dB.
    components
        (components, mels, frames), orthonormal, in the order of falling variance.
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
            They have another size than those on which the components were fitted.
        """
        if log_mels.shape[1:] != self.mean.shape:
            raise InputError(
                f"principal components of log-mels of {tuple(self.mean.shape)} mels "
                "and frames cannot be applied to log-mels of "
                f"{tuple(log_mels.shape[1:])}; give all sounds one length, or leave "
                "out linear_features.pca"
            )
        centred = (log_mels - self.mean).flatten(1)
        return centred @ self.components.flatten(1).T


def fit(
    log_mels: ShardedArray, items: np.ndarray, components: int
) -> PrincipalComponents:
    """Principal components of clips, fitted in batches (paper, Fig. S3, S4a).

    Parameters
    ----------
    log_mels
        (clips, mels, frames), dB, by ``take``.
    items
        Numbers of the clips to fit.
    components
        Number of components; limited to the number of clips and of values in a log-mel.

    Notes
    -----
    This is scikit-learn's incremental algorithm, which needs the memory of one batch.
    It is exact if the data have no more dimensions than there are components, and a
    close approximation otherwise.
    """
    # Imported here because computing features needs no scikit-learn, which takes long
    # to import.
    from sklearn.decomposition import IncrementalPCA

    shape = log_mels.row_shape
    wanted = min(components, len(items), int(np.prod(shape)))
    model = IncrementalPCA(wanted)
    # Every batch needs at least as many clips as components.
    n_batches = max(1, len(items) // max(BATCH, wanted))
    for some in np.array_split(items, n_batches):
        # The fit keeps float32, which needs half the memory.
        model.partial_fit(log_mels.take(some).reshape(len(some), -1), check_input=False)
    return PrincipalComponents(
        model.mean_.reshape(shape).astype(np.float32),
        _signed(model.components_).reshape(-1, *shape).astype(np.float32),
        float(model.explained_variance_ratio_.sum()),
    )


def save(path: str | os.PathLike, pca: PrincipalComponents) -> None:
    """Write components as .npz, atomically; equal components give equal bytes."""
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
    """Components with a positive largest value; their sign is otherwise arbitrary."""
    largest = np.abs(components).argmax(axis=1)
    return (
        components * np.sign(components[np.arange(len(components)), largest])[:, None]
    )
