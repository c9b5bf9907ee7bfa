"""Making the clip table: listed clips with what was found in their audio."""

import logging
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from music_selectivity.corpus.clip_table import included
from music_selectivity.errors import InputError
from music_selectivity.vocabulary import (
    DUPLICATE,
    EMPTY,
    EVAL,
    MISSING_FILE,
    MIXED,
    NOT_FINITE,
    SPLITS,
    TRAIN,
    UNREADABLE,
    USED,
)

log = logging.getLogger(__name__)

# Broken files. A missing clip was never obtained (videos vanish), and a clip that is
# silent, too short or a duplicate was read without error; these are no failures.
FAILURES = (UNREADABLE, EMPTY, NOT_FINITE)


def merge_audits(
    described: pd.DataFrame, audits: Sequence[pd.DataFrame]
) -> pd.DataFrame:
    """The clip table: described clips with what was found in their audio.

    Adds shard, row, excluded and the measures of ``log_mel_shards.write_shard``. A clip
    without a file is excluded as a missing file, with shard and row -1. A clip with the
    same sound as another is excluded as a duplicate of the clip in `duplicate_of`. Rows
    are sorted by clip_id.

    Parameters
    ----------
    described
        ``groups.describe``.
    audits
        ``log_mel_shards.write_shard`` of each shard, in order. If a clip_id is in two
        shards, as is possible with Parquet files, the first is used.

    Raises
    ------
    InputError
        A split has no usable clip; the message counts the reasons.
    """
    numbered = [audit.assign(shard=shard) for shard, audit in enumerate(audits)]
    found = pd.concat(numbered, ignore_index=True)
    again = found["clip_id"].duplicated()
    for clip_id, path in found.loc[again, ["clip_id", "found_in"]].to_numpy():
        log.warning("%s occurs again in %s; the first is used", clip_id, path)
    clips = described.merge(found[~again], on="clip_id", how="left")
    clips = clips.sort_values("clip_id", ignore_index=True)
    clips["excluded"] = clips["excluded"].fillna(MISSING_FILE)
    for place in ("shard", "row"):
        clips[place] = clips[place].fillna(-1).astype(np.int64)
    clips = clips.fillna({"found_in": "", "content": ""})
    clips = _without_duplicates(clips)
    for split in SPLITS:
        of_split = clips[clips["split"] == split]
        if not (of_split["excluded"] == USED).any():
            reasons = of_split["excluded"].value_counts()
            counts = ", ".join(f"{count} {reason}" for reason, count in reasons.items())
            raise InputError(
                f"no usable clip is left in the {split} split "
                f"({counts or 'none listed'}); check the corpus folder and tables"
            )
    return clips


def _without_duplicates(clips: pd.DataFrame) -> pd.DataFrame:
    """`clips`, with all but one of those with the same sound excluded as duplicates.

    A clip of the eval split is kept rather than one of the train split, so that no
    network is tested on a sound that it learned and the scored clips stay complete;
    otherwise the first by clip_id is kept. It inherits what the tables say of any copy:
    it is mixed if the copies differ in group, and speech if any of them is.
    """
    clips = clips.assign(duplicate_of="")
    usable = clips[clips["excluded"] == USED]
    usable = usable.sort_values(["split", "clip_id"])  # eval comes first
    copies = usable.groupby("content", sort=False)
    kept = copies["clip_id"].transform("first")
    groups = usable["group"].where(copies["group"].transform("nunique") == 1, MIXED)
    clips.loc[usable.index, "group"] = groups
    clips.loc[usable.index, "is_speech"] = copies["is_speech"].transform("any")
    others = kept[kept != usable["clip_id"]]
    clips.loc[others.index, "duplicate_of"] = others
    clips.loc[others.index, "excluded"] = DUPLICATE
    return clips


def check_failures(clips: pd.DataFrame, max_share: float) -> None:
    """Refuse a clip table with too many broken files.

    Parameters
    ----------
    clips
        The clip table.
    max_share
        Tolerated share of broken files (`FAILURES`) among the files of a split, 0 to 1.

    Raises
    ------
    InputError
        A split exceeds the share; the message counts the reasons and names three files.
    """
    for split in SPLITS:
        found = clips[(clips["split"] == split) & (clips["excluded"] != MISSING_FILE)]
        failed = found[found["excluded"].isin(FAILURES)]
        if len(failed) > max_share * len(found):
            reasons = failed["excluded"].value_counts(sort=False)
            counts = ", ".join(
                f"{reasons[name]} {name}" for name in FAILURES if name in reasons
            )
            first = failed[["clip_id", "found_in"]].head(3).to_numpy()
            some = ", ".join(f"{clip_id} in {path}" for clip_id, path in first)
            raise InputError(
                f"{len(failed)} of the {len(found)} clips found in the {split} split "
                f"are broken ({counts}), such as {some}; repair or replace them, or "
                f"raise corpus.max_failed_share, which is {max_share:g}"
            )


def check_all_used(clips: pd.DataFrame) -> None:
    """Refuse a clip table in which a clip is excluded.

    Of the natural sounds, the comparison with the brain needs all.

    Raises
    ------
    InputError
        A clip is excluded; the message says which and why.
    """
    excluded = clips[clips["excluded"] != USED]
    if len(excluded):
        first = excluded.iloc[0]
        raise InputError(
            f"natural sound {first['clip_id']} is excluded ({first['excluded']}), but "
            "the comparison with the brain needs all of them; replace its file or, if "
            "it is too short or silent, lower audio.min_seconds or audio.silence_dbfs"
        )


def class_table(
    names: Sequence[str],
    music: Collection[str],
    speech: Collection[str],
    clips: pd.DataFrame,
) -> pd.DataFrame:
    """classes.csv: index, name, music_related, speech, and counts of clips.

    n_train and n_eval count the usable clips; listed_train and listed_eval count all.
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
            "n_train": usable[TRAIN].to_numpy(),
            "n_eval": usable[EVAL].to_numpy(),
            "listed_train": listed[TRAIN].to_numpy(),
            "listed_eval": listed[EVAL].to_numpy(),
        }
    )
