"""Waveforms of the clips on disk, for networks with front ends of their own.

They are read as for the log-mels of the study, so that all networks hear the same
sounds: the same part of each clip, at the same level.
"""

import os
from dataclasses import replace

import pandas as pd

from music_selectivity.audio.reading import AudioSettings
from music_selectivity.corpus.log_mel_shards import ShardFile
from music_selectivity.corpus.shard_clips import Clips, chosen_waveforms
from music_selectivity.store import atomic_path


def write_waveforms(
    usable: pd.DataFrame, clips: Clips, audio: AudioSettings, path: str | os.PathLike
) -> None:
    """Write the waveforms of one shard, in the rows of its log-mels.

    Memory does not grow with the shard.

    Parameters
    ----------
    usable
        The usable clips of the shard: clip_id, row.
    clips
        ``shard_clips.shard_clips``.
    audio
        How clips are read.
    path
        .npy file to write: float32, shape (len(clips), samples), between -1 and 1;
        zeros for clips that are not usable.

    Raises
    ------
    InputError
        A clip is no longer there, or no longer usable.
    """
    audio = replace(audio, full_scale=1)
    with atomic_path(path) as temporary, open(temporary, "w+b") as file:
        array = ShardFile(file, (len(clips), audio.n_samples))
        for row, _, waveform in chosen_waveforms(usable, clips, audio):
            array[row] = waveform
