"""Waveforms of single clips, from the files in which they were found."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from music_selectivity.audio.reading import AudioSettings
from music_selectivity.corpus.shard_clips import chosen_waveforms, shard_clips
from music_selectivity.corpus.shards import is_parquet


def found_waveforms(
    chosen: pd.DataFrame, settings: AudioSettings
) -> Iterator[tuple[str, np.ndarray]]:
    """Id and waveform of some clips, whatever the type of the corpus.

    No other file is opened, however large the corpus is. Parquet files are read as a
    whole, but of their clips only these are decoded.

    Parameters
    ----------
    chosen
        Rows of the clip table: clip_id, found_in, row.
    settings
        How clips are read.

    Yields
    ------
    str, array
        Clip id, and waveform as from ``audio.reading.load_clip``, file by file.

    Raises
    ------
    InputError
        A clip is no longer there, or no longer usable.
    """
    for path, rows in chosen.groupby("found_in"):
        ids = [] if is_parquet(path) else rows["clip_id"].tolist()
        clips = shard_clips(ids, [path] * max(1, len(ids)))
        for _, clip_id, waveform in chosen_waveforms(rows, clips, settings):
            yield clip_id, waveform
