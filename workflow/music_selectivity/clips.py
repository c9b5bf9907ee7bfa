"""The clip table: one row a clip, the single source for every later stage."""

import logging
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from music_selectivity.corpus_tables import SPLITS
from music_selectivity.errors import InputError

log = logging.getLogger(__name__)

# Broken files. A clip that is missing was never had (videos vanish), and one that is
# silent, too short or a duplicate was read well: none of these is a failure.
FAILURES = ("unreadable", "empty", "not finite")


def merge_audits(
    described: pd.DataFrame, audits: Sequence[pd.DataFrame]
) -> pd.DataFrame:
    """The clip table: described clips with what was found in their audio.

    Adds shard, row, excluded and the measures of `logmel.write_shard`. A clip without
    any file is set aside as "missing file", with shard and row -1, and one whose sound
    another clip has too as "duplicate", of the clip in `duplicate_of`. Rows are sorted
    by clip_id.

    Parameters
    ----------
    audits
        Of each shard, in order. Of a clip_id that stands in two, as it may in Parquet
        files, the first is used.

    Raises
    ------
    InputError
        If no clip of a split is left, with the reasons counted.
    """
    numbered = [audit.assign(shard=shard) for shard, audit in enumerate(audits)]
    found = pd.concat(numbered, ignore_index=True)
    again = found["clip_id"].duplicated()
    for clip_id, path in found.loc[again, ["clip_id", "found_in"]].to_numpy():
        log.warning("%s is in %s again; the first is used", clip_id, path)
    clips = described.merge(found[~again], on="clip_id", how="left")
    clips = clips.sort_values("clip_id", ignore_index=True)
    clips["excluded"] = clips["excluded"].fillna("missing file")
    for place in ("shard", "row"):
        clips[place] = clips[place].fillna(-1).astype(np.int64)
    clips = clips.fillna({"found_in": "", "content": ""})
    clips = _without_duplicates(clips)
    for split in SPLITS:
        of_split = clips[clips["split"] == split]
        if not (of_split["excluded"] == "").any():
            reasons = of_split["excluded"].value_counts()
            told = ", ".join(f"{count} {reason}" for reason, count in reasons.items())
            raise InputError(
                f"no usable clip is left in the {split} split "
                f"({told or 'none listed'}); check the corpus folder and tables"
            )
    return clips


def _without_duplicates(clips: pd.DataFrame) -> pd.DataFrame:
    """`clips` with all but one of those whose sound is the same set aside.

    One in eval stays rather than one in train, so that no network is tested on a sound
    that it learned and the clips that are scored stay whole; among others the first by
    clip_id. What one copy is said to hold, the sound holds: copies of several groups
    are mixed, and speech in one is speech in all.
    """
    clips = clips.assign(duplicate_of="")
    usable = clips[clips["excluded"] == ""]
    usable = usable.sort_values(["split", "clip_id"])  # eval comes first
    copies = usable.groupby("content", sort=False)
    kept = copies["clip_id"].transform("first")
    groups = usable["group"].where(copies["group"].transform("nunique") == 1, "mixed")
    clips.loc[usable.index, "group"] = groups
    clips.loc[usable.index, "is_speech"] = copies["is_speech"].transform("any")
    others = kept[kept != usable["clip_id"]]
    clips.loc[others.index, "duplicate_of"] = others
    clips.loc[others.index, "excluded"] = "duplicate"
    return clips


def check_failures(clips: pd.DataFrame, max_share: float) -> None:
    """Refuse a clip table for which too many files were broken.

    Parameters
    ----------
    max_share
        Share of a split's clips with a file that may fail, 0 to 1; see FAILURES.

    Raises
    ------
    InputError
        If more of them failed in a split, with reasons counted and three named.
    """
    for split in SPLITS:
        found = clips[(clips["split"] == split) & (clips["excluded"] != "missing file")]
        failed = found[found["excluded"].isin(FAILURES)]
        if len(failed) > max_share * len(found):
            reasons = failed["excluded"].value_counts(sort=False)
            told = ", ".join(
                f"{reasons[name]} {name}" for name in FAILURES if name in reasons
            )
            first = failed[["clip_id", "found_in"]].head(3).to_numpy()
            some = ", ".join(f"{clip_id} in {path}" for clip_id, path in first)
            raise InputError(
                f"{len(failed)} of the {len(found)} clips found of the {split} split "
                f"failed ({told}), such as {some}; mend or fetch them anew, or raise "
                f"corpus.max_failed_share, now {max_share:g}"
            )


def included(clips: pd.DataFrame) -> pd.DataFrame:
    """The usable clips, in table order; activation tables follow this order."""
    return clips[clips["excluded"] == ""].reset_index(drop=True)


def class_table(
    names: Sequence[str],
    music: Collection[str],
    speech: Collection[str],
    clips: pd.DataFrame,
) -> pd.DataFrame:
    """classes.csv: index, name, music_related, speech, and clips per split.

    n_train and n_eval count usable clips; listed_train and listed_eval, all.
    """

    def per_class(clips: pd.DataFrame) -> pd.DataFrame:
        labels = clips[["split", "labels"]].explode("labels")
        counts = labels.groupby(["labels", "split"]).size().unstack(fill_value=0)
        return counts.reindex(index=list(names), columns=list(SPLITS), fill_value=0)

    usable, listed = per_class(included(clips)), per_class(clips)
    return pd.DataFrame(
        {
            "index": range(len(names)),
            "name": list(names),
            "music_related": [name in music for name in names],
            "speech": [name in speech for name in names],
            "n_train": usable["train"].to_numpy(),
            "n_eval": usable["eval"].to_numpy(),
            "listed_train": listed["train"].to_numpy(),
            "listed_eval": listed["eval"].to_numpy(),
        }
    )


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
    keep = usable["split"] == "train"
    if condition in ("without_music", "without_music_and_speech"):
        keep &= usable["group"] == "nonmusic"
    if condition == "without_music_and_speech":
        if not (keep & usable["is_speech"]).any():
            raise InputError(
                "no training clip without music holds speech, so leaving speech out "
                "changes nothing; label speech, or drop the model that asks for it"
            )
        keep &= ~usable["is_speech"]
    return usable[keep].reset_index(drop=True)
