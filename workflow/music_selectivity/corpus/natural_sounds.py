"""The folder of the 165 natural sounds, also as a corpus: its clips are these sounds.

The sounds are those of Norman-Haignere, Kanwisher & McDermott (2015), in the layout of
their public repository.
"""

import os
from pathlib import Path

import pandas as pd

from music_selectivity.errors import InputError
from music_selectivity.vocabulary import (
    EVAL,
    MUSIC,
    MUSIC_CATEGORIES,
    NATURAL_CATEGORIES,
    NATURAL_FILE,
    NATURAL_LABELS,
    NONMUSIC,
    SPEECH_CATEGORIES,
    TRAIN,
)


def read_categories(folder: str | os.PathLike) -> pd.DataFrame:
    """The sounds of a folder, with their categories.

    Parameters
    ----------
    folder
        Holds sounds/category_labels.csv (name, category, no header) and
        sounds/wav/<name>.wav.

    Returns
    -------
    DataFrame
        sound, category, file, in the order of the labels.

    Raises
    ------
    InputError
        A file is missing, or the table has another format.
    """
    labels_path = Path(folder, NATURAL_LABELS)
    try:
        # As text, because a sound may have a number or "NA" as its name.
        sounds = pd.read_csv(
            labels_path,
            header=None,
            names=["sound", "category"],
            dtype=str,
            keep_default_na=False,
        )
    except (OSError, ValueError) as error:
        raise InputError(
            f"{labels_path}: cannot be read ({error}); give the folder of the public "
            "repository"
        ) from error
    again = sounds["sound"].duplicated()
    for number, row in enumerate(sounds.itertuples(), start=1):
        place = f"{labels_path}, row {number}"
        if row.category not in NATURAL_CATEGORIES:
            raise InputError(
                f"{place}: category {row.category!r}; allowed: "
                f"{', '.join(NATURAL_CATEGORIES)}"
            )
        if again[row.Index]:
            raise InputError(f"{place}: {row.sound} occurs twice; remove one")
    files = [Path(folder, NATURAL_FILE.format(name=name)) for name in sounds["sound"]]
    for number, path in enumerate(files, start=1):
        if not path.is_file():
            raise InputError(
                f"{labels_path}, row {number}: {path} is missing; replace it"
            )
    return sounds.assign(file=[str(path) for path in files])


def list_natural_sounds(folder: str | os.PathLike) -> pd.DataFrame:
    """The sounds as clips: clip_id, file, split, labels, group, is_speech.

    Of each category, the sounds go to the two splits in turn, the first to train. The
    category is the only label.

    Parameters and errors are those of `read_categories`.
    """
    sounds = read_categories(folder)
    place = sounds.groupby("category").cumcount()
    return pd.DataFrame(
        {
            "clip_id": sounds["sound"],
            "file": sounds["file"],
            "split": (place % 2).map({0: TRAIN, 1: EVAL}),
            "labels": [[category] for category in sounds["category"]],
            "group": [
                MUSIC if category in MUSIC_CATEGORIES else NONMUSIC
                for category in sounds["category"]
            ],
            "is_speech": sounds["category"].isin(SPEECH_CATEGORIES),
        }
    )
