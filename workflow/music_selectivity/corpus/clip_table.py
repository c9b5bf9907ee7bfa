"""Reading the clip table: the usable clips, their labels, and a model's training clips.

The clip table has one row per clip and is the only source of clips for later stages.
"""

import numpy as np
import pandas as pd

from music_selectivity.errors import InputError
from music_selectivity.vocabulary import (
    CLIPS_WITHOUT_MUSIC,
    CLIPS_WITHOUT_MUSIC_AND_SPEECH,
    NONMUSIC,
    TRAIN,
    USED,
)


def included(clips: pd.DataFrame) -> pd.DataFrame:
    """The usable clips in table order, which is the order of activation tables."""
    return clips[clips["excluded"] == USED].reset_index(drop=True)


def label_matrix(clips: pd.DataFrame, classes: pd.DataFrame) -> np.ndarray:
    """Labels of the clips: uint8, shape (clips, classes), 1 where a clip has the label.

    `classes` is classes.csv, which gives each class its column.
    """
    index = dict(zip(classes["name"], classes["index"], strict=True))
    matrix = np.zeros((len(clips), len(classes)), np.uint8)
    for position, labels in enumerate(clips["labels"]):
        matrix[position, [index[label] for label in labels]] = 1
    return matrix


def training_clips(clips: pd.DataFrame, condition: str) -> pd.DataFrame:
    """Usable clips of the train split on which a model is trained (paper, Methods).

    Parameters
    ----------
    clips
        The clip table.
    condition
        all: every clip; without_music: clips that have no music-related label and are
        not on the exclusion list; without_music_and_speech: those without speech, too.

    Raises
    ------
    InputError
        Speech is to be left out, but no clip without music contains speech.
    """
    usable = included(clips)
    keep = usable["split"] == TRAIN
    if condition in (CLIPS_WITHOUT_MUSIC, CLIPS_WITHOUT_MUSIC_AND_SPEECH):
        keep &= usable["group"] == NONMUSIC
    if condition == CLIPS_WITHOUT_MUSIC_AND_SPEECH:
        if not (keep & usable["is_speech"]).any():
            raise InputError(
                "no training clip without music contains speech, so leaving speech "
                "out changes nothing; label speech, or remove the model that asks for "
                "it"
            )
        keep &= ~usable["is_speech"]
    return usable[keep].reset_index(drop=True)


def draw_clips(
    clips: pd.DataFrame, number: int | None, rng: np.random.Generator
) -> pd.DataFrame:
    """So many of the clips at random, in order; all if `number` is None or more."""
    if number is None or number >= len(clips):
        return clips
    chosen = np.sort(rng.permutation(len(clips))[:number])
    return clips.iloc[chosen].reset_index(drop=True)
