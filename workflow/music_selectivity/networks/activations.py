"""Activation tables: the responses of a network's units that all analyses read.

A table has one row per clip: ``clip_id``, and one float32 column per unit, ``u000``,
``u001``, ... This module does not import torch, which analyses do not need.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from music_selectivity.errors import InputError


def to_table(clip_ids: Sequence[str], responses: np.ndarray) -> pd.DataFrame:
    """Activation table of responses, shape (clips, units)."""
    table = pd.DataFrame(responses, columns=unit_names(responses.shape[1]))
    table.insert(0, "clip_id", list(clip_ids))
    return table


def from_table(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Clip ids, (clips,), and responses, (clips, units) float32, of such a table.

    Raises
    ------
    InputError
        The columns are not those of an activation table.
    """
    expected = ["clip_id", *unit_names(table.shape[1] - 1)]
    if list(table.columns) != expected:
        raise InputError(
            "not an activation table: its columns must be clip_id, u000, u001, ... "
            f"but are {', '.join(map(str, table.columns[:4]))}, ...; delete the folder "
            "activations of the study, and run it again"
        )
    responses = table[expected[1:]].to_numpy(dtype=np.float32)
    return table["clip_id"].to_numpy(dtype=object), responses


def unit_names(n_units: int) -> list[str]:
    """Column names of `n_units` units."""
    return [f"u{unit:03d}" for unit in range(n_units)]
