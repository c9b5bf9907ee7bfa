"""Log-mel arrays of quilts and of the clips that are quilted, by shard."""

import contextlib
import os
from collections.abc import Sequence

import pandas as pd

from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.corpus.log_mel_shards import open_shards
from music_selectivity.corpus.shard_clips import Clips, chosen_waveforms
from music_selectivity.stimuli.arrays import stimulus_clips
from music_selectivity.stimuli.filling import padded, sound_samples
from music_selectivity.stimuli.joint_changes import COLUMNS
from music_selectivity.stimuli.quilt_clips import QuiltSettings
from music_selectivity.stimuli.quilted_clip import QuiltedClip
from music_selectivity.stimuli.sets import UNQUILTED, StimulusSet


def write_quilt_shards(
    sets: Sequence[StimulusSet],
    table: pd.DataFrame,
    clips: Clips,
    audio: AudioSettings,
    settings: LogMelSettings,
    quilts: QuiltSettings,
    paths: Sequence[str | os.PathLike],
) -> pd.DataFrame:
    """Write one shard's log-mels of sets of quilts and of unquilted clips (Fig. 4).

    Memory does not grow with the shard, because the arrays are filled clip by clip.

    Parameters
    ----------
    sets
        Sets of quilts, and ``sets.UNQUILTED``.
    table
        Rows of ``quilt_clips.quilt_clips`` of this shard.
    clips
        ``shard_clips.shard_clips``.
    audio, settings
        How clips are read, and the front end.
    quilts
        Lengths of segments and of sound, and the frames that orders compare.
    paths
        .npy file to write for each of `sets`: float32, shape (clips of the set, n_mels,
        frames).

    Returns
    -------
    DataFrame
        ``joint_changes.COLUMNS``, one row for each quilt.

    Raises
    ------
    InputError
        A chosen clip is no longer there, or no longer usable.
    """
    log_mel = LogMel(settings, audio.sample_rate)
    of_segments = LogMel(settings, audio.sample_rate, center=False)
    chosen = stimulus_clips(table, UNQUILTED)
    by_id = chosen.set_index("clip_id")
    sound_lengths = sound_samples(by_id, audio.sample_rate)
    rows = [stimulus_clips(table, each).set_index("clip_id")["row"] for each in sets]
    found = []
    with contextlib.ExitStack() as stack:
        shards = [
            stack.enter_context(open_shards([path], len(of_set), audio, settings))[0]
            for path, of_set in zip(paths, rows, strict=True)
        ]
        for _, clip_id, waveform in chosen_waveforms(chosen, clips, audio):
            group = by_id.loc[clip_id, "group"]
            clip = QuiltedClip(
                clip_id, waveform[: sound_lengths[clip_id]], audio, quilts, of_segments
            )
            for stimuli, of_set, shard in zip(sets, rows, shards, strict=True):
                if group not in stimuli.groups:
                    continue
                version = clip.original
                if stimuli.is_quilt:
                    version, *changes = clip.quilt(stimuli)
                    key = clip_id, group, stimuli.order, int(stimuli.segment)
                    found.append((*key, *changes))
                shard[of_set[clip_id]] = log_mel(padded(version, audio.n_samples))
    return pd.DataFrame(found, columns=list(COLUMNS)).astype(COLUMNS)
