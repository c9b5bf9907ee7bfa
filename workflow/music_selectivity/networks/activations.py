"""Activation tables: the responses of a network's units that all analyses read.

A table has one row per clip: ``clip_id``, and one float32 column per unit, ``u000``,
``u001``, ... This module does not import torch, which analyses do not need.
"""

import os
from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
import pandas as pd

from music_selectivity.errors import InputError
from music_selectivity.store import read_table


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


def responses_to(sounds: Sequence[str], path: str | os.PathLike) -> np.ndarray:
    """Responses to the sounds of a table, in the table's order.

    Analyses join responses with labels, groups or categories by position. They read
    responses with this function, so that a table of other sounds cannot pass unnoticed.

    Parameters
    ----------
    sounds
        Ids of the usable clips, or names of the natural sounds, in the order of the
        table that lists them.
    path
        The activation table.

    Returns
    -------
    array, shape (sounds, units), float32

    Raises
    ------
    InputError
        It is not an activation table, or not one of these sounds in this order.
    """
    found, responses = from_table(read_table(path))
    pairs = zip_longest(found, sounds, fillvalue="no sound")
    for row, (name, expected) in enumerate(pairs, start=1):
        if name != expected:
            raise InputError(
                f"{path}: row {row} holds the response to {name}, but the table of "
                f"sounds has {expected} there; delete the activation table and run the "
                "study again"
            )
    return responses


def unit_names(n_units: int) -> list[str]:
    """Column names of `n_units` units."""
    return [f"u{unit:03d}" for unit in range(n_units)]
