"""What became of every listed clip: counts, and the clips that are excluded."""

import pandas as pd

from music_selectivity.paper import CLIP_COUNTS
from music_selectivity.vocabulary import (
    ALL_CLIPS,
    DUPLICATE,
    EMPTY,
    GROUPS,
    MISSING_FILE,
    NOT_FINITE,
    SILENT,
    SPLITS,
    TOO_SHORT,
    UNREADABLE,
    USED,
)

REASONS = {
    MISSING_FILE: "missing",
    UNREADABLE: "unreadable",
    EMPTY: "empty",
    NOT_FINITE: "not_finite",
    SILENT: "silent",
    TOO_SHORT: "too_short",
    DUPLICATE: "duplicate",
}
"""Column of the audit that counts the clips excluded for each reason."""

COUNTS = (
    "listed",
    "missing",
    "found",
    "unreadable",
    "empty",
    "not_finite",
    "silent",
    "too_short",
    "duplicate",
    "used",
    "on_exclusion_list",
    "clipped",
)

CLIPPED_SHARE = 0.01
"""A clip with a larger share of samples at full scale counts as clipped.

Sound that was merely scaled to its peak reaches full scale in single samples; with one
sample in a hundred, distortion is audible. The share is measured after resampling,
which from 44.1 kHz keeps three fifths of such samples. A pure tone at full scale also
counts as clipped.
"""


def audit(clips: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Counts of the clips of each split: all clips, by group, and by class.

    Parameters
    ----------
    clips
        The clip table.
    names
        The classes, in output order.

    Returns
    -------
    DataFrame
        split, kind (all, group, class), name, and the `COUNTS`: listed is missing plus
        found; found is used plus the clips excluded for each other reason; the last two
        are subsets of used. A clip counts in each of its classes.
    """
    used = clips["excluded"] == USED
    lost = {column: clips["excluded"] == name for name, column in REASONS.items()}
    counted = pd.DataFrame(
        {
            "split": clips["split"],
            "listed": True,
            "found": ~lost["missing"],
            **lost,
            "used": used,
            "on_exclusion_list": used & clips["unlabelled_music"],
            "clipped": used & (clips["clipped_share"] > CLIPPED_SHARE),
        }
    )
    memberships = [
        ("all", [ALL_CLIPS], pd.Series(ALL_CLIPS, clips.index)),
        ("group", GROUPS, clips["group"]),
        ("class", names, clips["labels"].explode()),
    ]
    parts = []
    for kind, members, membership in memberships:
        # A clip has one row for each of its classes.
        rows = counted.loc[membership.index].assign(name=membership.to_numpy())
        rows = rows.groupby(["split", "name"])[list(COUNTS)].sum()
        every = pd.MultiIndex.from_product([SPLITS, members], names=["split", "name"])
        rows = rows.reindex(every, fill_value=0).reset_index()
        rows.insert(1, "kind", kind)
        parts.append(rows)
    table = pd.concat(parts, ignore_index=True)
    # The train split comes before the eval split.
    return table.sort_values("split", ascending=False, kind="stable", ignore_index=True)


def excluded_clips(clips: pd.DataFrame) -> pd.DataFrame:
    """The excluded clips: clip_id, split, group, file and reason.

    `file` is where the clip was found, or else where the user's table places it.
    """
    lost = clips[clips["excluded"] != USED]
    reasons = lost["excluded"].where(
        lost["duplicate_of"] == "", "duplicate of " + lost["duplicate_of"]
    )
    file = lost["found_in"]
    if "file" in lost:
        file = file.where(file != "", lost["file"])
    table = lost[["clip_id", "split", "group"]].assign(file=file, reason=reasons)
    return table.reset_index(drop=True)


def compare_with_paper(counts: pd.DataFrame) -> pd.DataFrame:
    """Numbers of clips of the paper, and those that this study listed, found and used.

    Parameters
    ----------
    counts
        `audit` of a study on AudioSet.

    Returns
    -------
    DataFrame
        split, name (a group, or all), paper, listed, found, used.
    """
    rows = [(*key, number) for key, number in CLIP_COUNTS.items()]
    paper = pd.DataFrame(rows, columns=["split", "name", "paper"])
    totals = counts[counts["kind"] != "class"]
    return paper.merge(totals, on=["split", "name"])[
        [*paper.columns, "listed", "found", "used"]
    ]
