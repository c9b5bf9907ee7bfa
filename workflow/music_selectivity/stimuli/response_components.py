"""Components of the brain's responses to the natural sounds, and their voxels.

Norman-Haignere, Kanwisher & McDermott (2015) explain the responses R W of the voxels of
auditory cortex by six components: R are the responses of the components to the sounds,
and W their weights in each voxel.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.io
from scipy.io.matlab import MatReadError

from music_selectivity.errors import InputError
from music_selectivity.vocabulary import COMPONENTS, NATURAL_COMPONENTS


def components_path(folder: str | os.PathLike) -> Path:
    """The file of the components in the folder of the natural sounds."""
    return Path(folder, NATURAL_COMPONENTS)


def read_components(folder: str | os.PathLike) -> pd.DataFrame:
    """Responses of each component to each sound (R, stim_names, component_names).

    Returns
    -------
    DataFrame
        component_<name> for each of `COMPONENTS`, with the sounds as index.

    Raises
    ------
    InputError
        The file is missing or has another format.
    """
    path = components_path(folder)
    names, components, responses = _read(path, "stim_names", "component_names", "R")
    if responses.shape != (len(names), len(components)):
        raise InputError(
            f"{path}: R has shape {responses.shape}, not ({len(names)}, "
            f"{len(components)}); give one row per sound and one column per component"
        )
    _check_names(path, components)
    columns = [f"component_{name}" for name in components]
    table = pd.DataFrame(responses, index=names, columns=columns)
    twice = table.index[table.index.duplicated()]
    if len(twice):
        raise InputError(f"{path}: stim_names contains {twice[0]} twice; remove one")
    unknown = table.index[~np.isfinite(responses).all(axis=1)]
    if len(unknown):
        raise InputError(
            f"{path}: R of {unknown[0]} contains NaN or infinity; correct it"
        )
    return table[[f"component_{name}" for name in COMPONENTS]]


def read_voxel_weights(folder: str | os.PathLike) -> np.ndarray:
    """Weights of each component in each voxel (W, component_names).

    Returns
    -------
    array, shape (components, voxels)
        In the order of `COMPONENTS`.

    Raises
    ------
    InputError
        The file is missing or has another format.
    """
    path = components_path(folder)
    components, weights = _read(path, "component_names", "W")
    _check_names(path, components)
    if weights.ndim != 2 or len(weights) != len(components):
        raise InputError(
            f"{path}: W has shape {weights.shape}; give one row per component, "
            f"{len(components)}, and one column per voxel"
        )
    if not np.isfinite(weights).all():
        raise InputError(f"{path}: W contains NaN or infinity; correct it")
    return weights[[components.index(name) for name in COMPONENTS]]


def _read(path: Path, *keys: str) -> list[list[str] | np.ndarray]:
    """Variables of a MATLAB file: lists of names, and matrices of numbers."""
    try:
        content = scipy.io.loadmat(path)
        return [
            [str(name[0]) for name in content[key].ravel()]
            if key.endswith("_names")
            else np.asarray(content[key], dtype=np.float64)
            for key in keys
        ]
    except NotImplementedError as error:
        raise InputError(
            f"{path}: in MATLAB's format 7.3, which is HDF5; save it in format 7 or "
            "earlier (in MATLAB: save components.mat -v7), or fetch it from the public "
            "repository again"
        ) from error
    except (MatReadError, OSError, LookupError, ValueError, TypeError) as error:
        raise InputError(
            f"{path}: cannot be read as the brain's responses to the sounds, "
            f"{', '.join(keys)} ({type(error).__name__}: {error}); fetch it from the "
            "public repository again"
        ) from error


def _check_names(path: Path, components: list[str]) -> None:
    if sorted(components) != sorted(COMPONENTS):
        raise InputError(
            f"{path}: component_names are {', '.join(components)}; required are "
            f"{', '.join(COMPONENTS)}"
        )
