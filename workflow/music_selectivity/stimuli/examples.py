"""Examples of clips and quilts for readers: which ones, as pictures and as sounds."""

import os
from collections.abc import Iterator, Sequence

import pandas as pd

from music_selectivity import seeds
from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.audio.log_mel_picture import log_mel_picture
from music_selectivity.audio.mp3 import encode_mp3
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.corpus.found_clips import found_waveforms
from music_selectivity.stimuli.arrays import open_stimuli
from music_selectivity.stimuli.filling import sound_samples
from music_selectivity.stimuli.quilt_clips import QuiltSettings
from music_selectivity.stimuli.quilted_clip import QuiltedClip
from music_selectivity.stimuli.sets import CLIPS, StimulusSet
from music_selectivity.vocabulary import COMPARED_GROUPS, USED

QUILTED_PER_GROUP = 6
"""Number of clips of each group whose quilts are examples."""

KEY = ["clip_id", "stimulus"]


def quilted_examples(quilt_clips: pd.DataFrame) -> pd.DataFrame:
    """Clips whose quilts are examples, drawn at random from each group.

    Parameters
    ----------
    quilt_clips
        ``quilt_clips.quilt_clips``, with those left out.

    Returns
    -------
    DataFrame
        Rows of `quilt_clips` in the order of their drawing: `QUILTED_PER_GROUP` of each
        group, or all that are quilted.
    """
    quilted = quilt_clips[quilt_clips["left_out"] == USED]
    drawn = []
    for group in COMPARED_GROUPS:
        members = quilted[quilted["group"] == group]
        rng = seeds.generator("examples of quilts", group)
        drawn.append(members.iloc[rng.permutation(len(members))[:QUILTED_PER_GROUP]])
    return pd.concat(drawn, ignore_index=True)


def example_pictures(
    samples: pd.Series,
    stimuli: StimulusSet,
    table: pd.DataFrame,
    paths: Sequence[str | os.PathLike],
    sample_rate: int,
    settings: LogMelSettings,
) -> pd.DataFrame:
    """Pictures of the log-mels of some clips in a stimulus set, as networks hear them.

    Parameters
    ----------
    samples
        By clip id, how much of the clip is shown.
    stimuli, table, paths
        As for ``arrays.open_stimuli``.
    sample_rate, settings
        Hz; and the front end.

    Returns
    -------
    DataFrame
        `KEY`; seconds; and picture, ``log_mel_picture.log_mel_picture``. Clips that are
        not in the set are left out.
    """
    names, log_mels = open_stimuli(table, stimuli, paths)
    found = []
    for row, (clip_id, shown) in zip(
        pd.Index(names).get_indexer(samples.index), samples.items(), strict=True
    ):
        if row >= 0:
            log_mel = log_mels.take([row])[0, :, : settings.n_frames(shown)]
            picture = log_mel_picture(log_mel)
            found.append((clip_id, stimuli.name, shown / sample_rate, picture))
    return pd.DataFrame(found, columns=[*KEY, "seconds", "picture"])


def example_sounds(
    clips: pd.DataFrame,
    quilted: pd.DataFrame,
    sets: Sequence[StimulusSet],
    audio: AudioSettings,
    quilts: QuiltSettings,
    settings: LogMelSettings,
) -> Iterator[tuple[tuple[str, str], bytes]]:
    """Sounds of the examples, of which the quilts are those that networks hear.

    Each clip is read once, and no other clip is decoded.

    Parameters
    ----------
    clips
        Rows of the clip table: the clips that are examples as they are.
    quilted
        Rows of the clip table: the `quilted_examples`.
    sets
        Sets of quilts, and ``sets.UNQUILTED``.
    audio, quilts, settings
        How clips are read; lengths of segments and of sound; and the front end.

    Yields
    ------
    (str, str), bytes
        `KEY`, and the sound as MP3.

    Raises
    ------
    InputError
        A clip is no longer there, or no longer usable; or MP3 cannot be written.
    """
    log_mel = LogMel(settings, audio.sample_rate, center=False)
    chosen = pd.concat([clips, quilted]).drop_duplicates("clip_id")
    whole, groups = set(clips["clip_id"]), quilted.set_index("clip_id")["group"]
    lengths = sound_samples(chosen.set_index("clip_id"), audio.sample_rate)
    for clip_id, waveform in found_waveforms(chosen, audio):
        versions = []
        if clip_id in whole:
            versions.append((CLIPS, waveform))
        if clip_id in groups:
            sound = waveform[: lengths[clip_id]]
            clip = QuiltedClip(clip_id, sound, audio, quilts, log_mel)
            versions += [
                (each, clip.quilt(each)[0] if each.is_quilt else clip.original)
                for each in sets
                if groups[clip_id] in each.groups
            ]
        for stimuli, version in versions:
            mp3 = encode_mp3(version / audio.full_scale, audio.sample_rate)
            yield (clip_id, stimuli.name), mp3
