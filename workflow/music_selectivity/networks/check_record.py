"""What the check of a user's network found, as a study keeps it (check.json).

This module does not import torch, which readers of the record do not need.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from music_selectivity.errors import InputError
from music_selectivity.store import write_text


@dataclass(frozen=True)
class CheckRecord:
    """A user's network, for the report and for the plan of a study.

    Attributes
    ----------
    layers : list of dict
        In the order of depth: name, shape of the output for a batch of 4 clips, n_units
        and n_constant (``checking.CheckedLayer``).
    takes : str
        "waveforms" or "log-mels".
    sample_rate, batch_size : int
        Hz; clips that are computed at once.
    licence, training_data : str
        As the description of the network states them.
    device : str
        On which the network was checked.
    seconds : float
        Time that each clip of a batch took there.
    job_mb : float
        Main memory of a job that plays sounds to the network.
    """

    layers: list[dict]
    takes: str
    sample_rate: int
    batch_size: int
    licence: str
    training_data: str
    device: str
    seconds: float
    job_mb: float

    @property
    def n_units(self) -> int:
        """Units of all layers."""
        return sum(layer["n_units"] for layer in self.layers)

    @property
    def widest(self) -> int:
        """Units of the layer that has most."""
        return max(layer["n_units"] for layer in self.layers)


def write_record(path: str | os.PathLike, record: CheckRecord) -> None:
    """Write a record as JSON, atomically."""
    write_text(path, json.dumps(asdict(record), indent=1))


def read_record(path: str | os.PathLike) -> CheckRecord:
    """The record that `write_record` wrote.

    Raises
    ------
    InputError
        The file is damaged, or of another version.
    """
    try:
        return CheckRecord(**json.loads(Path(path).read_text(encoding="utf-8")))
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{path} is no check of this version; delete it and run the study again"
        ) from error
