"""Single clips of the clip table, from the files in which they were found."""

import pandas as pd

from music_selectivity.corpus.shard_clips import Clips, shard_clips
from music_selectivity.corpus.shards import is_parquet


def found_clips(chosen: pd.DataFrame) -> Clips:
    """Clip id and source of some clips, whatever the type of the corpus.

    No other file is opened, however large the corpus is. A Parquet file contains many
    clips; all that it has are given, and decoded only by who asks for their sound.

    Parameters
    ----------
    chosen
        Rows of the clip table: clip_id, found_in.

    Raises
    ------
    InputError
        A Parquet file is broken or lacks a column.
    """
    files = chosen["found_in"].tolist()
    if any(map(is_parquet, files)):
        return shard_clips([], sorted(set(files)))
    return shard_clips(chosen["clip_id"].tolist(), files)
