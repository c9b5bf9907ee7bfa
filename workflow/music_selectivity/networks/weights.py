"""Weights of networks on disk, read into arrays of any framework.

This module does not import torch, which takes a second: most analyses need the weights
of the head alone.
"""

import contextlib
import json
import os
from collections.abc import Iterator

from safetensors import SafetensorError, safe_open

from music_selectivity.errors import InputError

# safetensors writes several metadata entries in varying order, so they are stored as
# one entry of sorted JSON.
METADATA = "music_selectivity"


def read_weights(
    path: str | os.PathLike, framework: str, epoch: int | None = None, part: str = ""
) -> tuple[dict, dict]:
    """Weights of a checkpoint by name, and its metadata.

    Parameters
    ----------
    path
        File of ``checkpoints.save_checkpoint``, or ``save_snapshots``.
    framework
        "pt" for tensors of torch, "np" for arrays of numpy.
    epoch
        Selects the weights of an epoch from a file of ``save_snapshots``.
    part
        Start of the names of the weights that are read, such as "head."; the names
        are returned without it.

    Raises
    ------
    OSError, SafetensorError, KeyError, ValueError
        The file is missing, damaged, or no checkpoint; see `readable_checkpoint`.
    """
    prefix = part if epoch is None else f"{epoch}/{part}"
    with safe_open(os.fspath(path), framework) as file:
        metadata = json.loads((file.metadata() or {})[METADATA])
        weights = {
            name.removeprefix(prefix): file.get_tensor(name)
            for name in file.keys()  # noqa: SIM118
            if name.startswith(prefix)
        }
    return weights, metadata


@contextlib.contextmanager
def readable_checkpoint(path: str | os.PathLike) -> Iterator[None]:
    """Turn any error while a checkpoint is read into an InputError that names it."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except (OSError, SafetensorError, KeyError, ValueError, RuntimeError) as error:
        raise InputError(
            f"{path} is not a checkpoint that this version can read "
            f"({type(error).__name__}: {error}); delete it and train again"
        ) from error
