"""Reading the clip table: the clips in use, their labels, and those a model learns.

The clip table has a row for each clip and is the single source for every later stage.
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
    """The usable clips, in table order; activation tables follow this order."""
    return clips[clips["excluded"] == USED].reset_index(drop=True)


def label_matrix(clips: pd.DataFrame, classes: pd.DataFrame) -> np.ndarray:
    """uint8 (clips, classes): 1 where a clip has the label."""
    index = dict(zip(classes["name"], classes["index"], strict=True))
    matrix = np.zeros((len(clips), len(classes)), np.uint8)
    for position, labels in enumerate(clips["labels"]):
        matrix[position, [index[label] for label in labels]] = 1
    return matrix


def training_clips(clips: pd.DataFrame, condition: str) -> pd.DataFrame:
    """Usable clips of the train split that a condition trains on (paper, Methods).

    without_music: no music-related label and not on the exclusion list;
    without_music_and_speech: of those, none under Speech; all: every clip.
    """
    usable = included(clips)
    keep = usable["split"] == TRAIN
    if condition in (CLIPS_WITHOUT_MUSIC, CLIPS_WITHOUT_MUSIC_AND_SPEECH):
        keep &= usable["group"] == NONMUSIC
    if condition == CLIPS_WITHOUT_MUSIC_AND_SPEECH:
        if not (keep & usable["is_speech"]).any():
            raise InputError(
                "no training clip without music holds speech, so leaving speech out "
                "changes nothing; label speech, or drop the model that asks for it"
            )
        keep &= ~usable["is_speech"]
    return usable[keep].reset_index(drop=True)
