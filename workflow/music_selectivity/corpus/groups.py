"""Which clips are music and which are speech, by their labels.

Without an ontology it is the other way round: the user's table tells it of clips, and
classes are music or speech by the clips that they stand on.
"""

import os
from collections.abc import Collection, Sequence

import pandas as pd

from music_selectivity.errors import InputError
from music_selectivity.vocabulary import MIXED, MUSIC, NONMUSIC


def group_of(labels: Collection[str], music: Collection[str]) -> str:
    """music (all labels music-related), nonmusic (none) or mixed (both)."""
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

    A group or is_speech that the user's table gives is kept. Clips on the exclusion
    list hold music that no label names (paper, Methods): they become mixed, which
    leaves them out of training without music and of the selectivity analysis.

    Raises
    ------
    InputError
        A clip is non-music by the user's table, and music-related by a label: networks
        would be trained on it as on no music, and be tested on its class as on music.
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
        raise InputError(
            f"clip {clip_id!r}: its group in the table is nonmusic, but its label "
            f"{label!r} is music-related (and so for {len(related) - 1} more); correct "
            "the group, or what categories.music names in the config"
        )


def table_music_classes(listed: pd.DataFrame) -> set[str]:
    """Music-related classes of a table without an ontology: all those on music clips.

    By definition all labels of a music clip are music-related, and none of a nonmusic
    clip is.

    Raises
    ------
    InputError
        If a class stands on clips of both kinds.
    """
    labels = listed.explode("labels")
    music = set(labels.loc[labels["group"] == MUSIC, "labels"])
    wrong = labels[(labels["group"] == NONMUSIC) & labels["labels"].isin(music)]
    if len(wrong):
        label, clip_id = wrong.iloc[0][["labels", "clip_id"]]
        raise InputError(
            f"class {label!r} stands on clips of group music and on clips of group "
            f"nonmusic, such as {clip_id!r}; a clip with a music-related label among "
            "others is of group mixed"
        )
    return music


def table_speech_classes(listed: pd.DataFrame) -> set[str]:
    """Speech classes of a table without an ontology: those on speech clips alone."""
    speech = listed["is_speech"]
    labels = listed["labels"]
    return set(labels[speech].explode()) - set(labels[~speech].explode())
