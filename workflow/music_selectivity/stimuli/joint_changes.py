"""How much the spectrum changes at the joints of quilts, against the original."""

import pandas as pd

from music_selectivity.vocabulary import COMPARED_GROUPS, QUILT_ORDERS

KEY = ["group", "order", "segment"]
COLUMNS = {
    "clip_id": str,
    "group": str,
    "order": str,
    "segment": int,
    "change": float,
    "original": float,
}
"""Columns and types of a table with one row for each quilt: clip and its group, order
and length (ms) of the segments, mean squared change of the log-mel spectrogram at the
joints, and that in the original at the same places (dB^2)."""


def mean_joint_changes(quilts: pd.DataFrame) -> pd.DataFrame:
    """Mean change at the joints of each set of quilts.

    Parameters
    ----------
    quilts
        `COLUMNS`, of all quilts.

    Returns
    -------
    DataFrame
        group, order, segment, clips (their number), change and original (means over
        clips), and ratio of these two means; one row for each set of quilts and group.
    """
    known = {"group": COMPARED_GROUPS, "order": QUILT_ORDERS}
    ordered = {key: pd.Categorical(quilts[key], known[key]) for key in known}
    sets = quilts.assign(**ordered).groupby(KEY, observed=True)
    means = sets[["change", "original"]].mean()
    means.insert(0, "clips", sets.size())
    means["ratio"] = means["change"] / means["original"]
    return means.reset_index().astype(dict.fromkeys(known, str))
