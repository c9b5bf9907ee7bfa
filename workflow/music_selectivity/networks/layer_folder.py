"""The folder of a network's layers: ``<layer>/<stimuli>.parquet``, and an index.

The index, ``layers.csv``, has a row per layer in the order of depth. Layers are
recorded for few stimulus sets, as together they have several times the units of the
main layer. This module does not import torch, which analyses do not need.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from music_selectivity.errors import InputError
from music_selectivity.networks.activations import responses_to
from music_selectivity.stimuli.sets import CLIPS, NATURAL_SOUNDS
from music_selectivity.store import write_table

RECORDED = (CLIPS.name, NATURAL_SOUNDS.name)
"""The stimulus sets to which the responses of all layers are kept."""


@contextlib.contextmanager
def new_folder(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a temporary folder next to `path`; rename it to `path` on success.

    An old folder is replaced. After an error no new folder is left.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.partial")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        shutil.rmtree(path, ignore_errors=True)
        temporary.replace(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def table_path(folder: str | os.PathLike, layer: str, stimuli: str) -> Path:
    """Path of the activation table of a layer."""
    return Path(folder, layer, f"{stimuli}.parquet")


def write_index(folder: str | os.PathLike, n_units: Mapping[str, int]) -> None:
    """Write the index: numbers of units by layer, in the order of depth."""
    table = pd.DataFrame({"layer": n_units.keys(), "n_units": n_units.values()})
    write_table(_index_path(folder), table)


def layers_in(folder: str | os.PathLike) -> list[str]:
    """Names of the layers, in the order of depth."""
    # As text, because a module may have a number as its name.
    index = pd.read_csv(_index_path(folder), dtype=str, keep_default_na=False)
    return index["layer"].tolist()


def responses_of_layers(
    folder: str | os.PathLike, stimuli: str, sounds: Sequence[str]
) -> Iterator[tuple[str, np.ndarray]]:
    """Name of each layer and its responses, (sounds, units), in the order of depth.

    Layers are read one at a time. Parameters are those of ``activations.responses_to``,
    with the name of the stimulus set.

    Raises
    ------
    InputError
        As ``activations.responses_to``; or a response is not finite.
    """
    for layer in layers_in(folder):
        path = table_path(folder, layer, stimuli)
        responses = responses_to(sounds, path)
        finite = np.isfinite(responses).all(axis=1)
        if not finite.all():
            raise InputError(
                f"{path}: layer {layer} responds to {list(sounds)[finite.argmin()]} "
                "with NaN or infinity; if the study trained this network, train it "
                "again with a lower learning rate; if it is yours, see to logarithms "
                "of 0 and divisions by 0 in forward"
            )
        yield layer, responses


def _index_path(folder: str | os.PathLike) -> Path:
    return Path(folder, "layers.csv")
