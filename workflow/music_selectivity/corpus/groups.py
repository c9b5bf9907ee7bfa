"""Which clips are music and which are speech, by their labels.

Without an ontology, the user's table says which clips are music or speech, and classes
follow from the clips that have them.
"""

import os
from collections.abc import Collection, Sequence

import pandas as pd

from music_selectivity.errors import InputError
from music_selectivity.vocabulary import MIXED, MUSIC, NONMUSIC


def group_of(labels: Collection[str], music: Collection[str]) -> str:
    """Group of a clip: music if all labels are music-related, nonmusic if none is."""
    related = [label in music for label in labels]
    if all(related):
        return MUSIC
    return MIXED if any(related) else NONMUSIC


def describe(
    listed: pd.DataFrame,
    music: Collection[str],
    speech: Collection[str],
    unlabelled_music: Sequence[str] = (),
) -> pd.DataFrame:
    """Add group, is_speech and unlabelled_music to listed clips.

    Groups and is_speech from the user's table are kept. Clips on the exclusion list
    contain music that no label names (paper, Methods). They become mixed, so that they
    take no part in training without music and in the selectivity analysis.

    Parameters
    ----------
    listed
        ``tables.list_audioset`` or ``tables.list_table``.
    music, speech
        The music-related and the speech classes.
    unlabelled_music
        ``exclusions.read_exclusion_list``.

    Raises
    ------
    InputError
        A clip is non-music in the user's table but has a music-related label. Networks
        would be trained on it as non-music, and its class would be tested as music.
    """
    described = listed.copy()
    if "group" not in described:
        described["group"] = [group_of(labels, music) for labels in described["labels"]]
    _check_nonmusic(described[described["group"] == NONMUSIC], music)
    if "is_speech" not in described:
        described["is_speech"] = [
            any(label in speech for label in labels) for labels in described["labels"]
        ]
    described["unlabelled_music"] = described["clip_id"].isin(unlabelled_music)
    if "file" in described:
        for names in (described["file"], described["file"].map(os.path.basename)):
            described["unlabelled_music"] |= names.isin(unlabelled_music)
    hidden = described["unlabelled_music"] & (described["group"] == NONMUSIC)
    described.loc[hidden, "group"] = MIXED
    return described


def _check_nonmusic(clips: pd.DataFrame, music: Collection[str]) -> None:
    related = [
        (clip_id, label)
        for clip_id, labels in clips[["clip_id", "labels"]].itertuples(index=False)
        for label in labels
        if label in music
    ]
    if related:
        clip_id, label = related[0]
        more = len(related) - 1
        raise InputError(
            f"clip {clip_id!r}: its group in the table is {NONMUSIC}, but its label "
            f"{label!r} is music-related"
            + (f" (and so are {more} more labels)" if more else "")
            + "; correct the group, or categories.music in the config"
        )


def table_music_classes(listed: pd.DataFrame) -> set[str]:
    """Music-related classes of a table without an ontology: those of its music clips.

    By definition, all labels of a music clip are music-related, and none of a non-music
    clip is.

    Raises
    ------
    InputError
        A class is a label of both music and non-music clips.
    """
    labels = listed.explode("labels")
    music = set(labels.loc[labels["group"] == MUSIC, "labels"])
    wrong = labels[(labels["group"] == NONMUSIC) & labels["labels"].isin(music)]
    if len(wrong):
        label, clip_id = wrong.iloc[0][["labels", "clip_id"]]
        raise InputError(
            f"class {label!r} is a label of clips of group {MUSIC} and of group "
            f"{NONMUSIC}, such as {clip_id!r}; a clip with music-related and other "
            f"labels belongs to group {MIXED}"
        )
    return music


def table_speech_classes(listed: pd.DataFrame) -> set[str]:
    """Speech classes of a table without an ontology: those of speech clips only."""
    speech = listed["is_speech"]
    labels = listed["labels"]
    return set(labels[speech].explode()) - set(labels[~speech].explode())
