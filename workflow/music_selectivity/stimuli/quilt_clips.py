"""Which clips are quilted, and which part of each (paper Fig. 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from music_selectivity.audio.reading import AudioSettings
from music_selectivity.errors import InputError
from music_selectivity.stimuli.filling import sound_samples
from music_selectivity.vocabulary import (
    COMPARED_GROUPS,
    FILLED_BY_REPETITION,
    GROUP_NAMES,
    LEAST_SEGMENTS,
    TOO_SHORT,
    USED,
)

# Why a clip is left out; the first that applies counts.
REASONS = (TOO_SHORT, FILLED_BY_REPETITION)


@dataclass(frozen=True)
class QuiltSettings:
    """What the config section `quilts` says of the sound and its segments.

    Attributes
    ----------
    segment_ms : sequence of int
        Lengths of segments, ms.
    sound_seconds : float
        Quilts and originals consist of at most this much of a clip's sound, s.
    boundary : mapping
        For the orders that compare frames, which ones: ``vocabulary.OVERLAPPING`` or
        ``ADJACENT``.
    """

    segment_ms: Sequence[int]
    sound_seconds: float
    boundary: Mapping[str, str]

    def longest(self, sample_rate: int) -> int:
        """Samples of the longest segment."""
        return segment_samples(max(self.segment_ms), sample_rate)

    def samples(self, sound: int, sample_rate: int) -> int:
        """Samples that the quilts and the original of a clip consist of.

        They are the first ones of its sound, as many as fill the longest segments
        completely. Every order and every length of segments therefore uses the same
        sound, and the rest of the clip is zeros in all of them. The paper instead
        quilts the whole clip of 10 s and then cuts the quilt to 8 s, so that its quilts
        contain other sound than the original.

        Parameters
        ----------
        sound
            Samples of sound in the clip, before filling; a number or an array.
        sample_rate
            Hz.
        """
        longest = self.longest(sample_rate)
        kept = np.minimum(sound, round(self.sound_seconds * sample_rate))
        return kept // longest * longest


def segment_samples(segment_ms: int, sample_rate: int) -> int:
    """Samples of a segment: rounded down, so that as many fit as the times say."""
    return segment_ms * sample_rate // 1000


def quilt_clips(
    clips: pd.DataFrame, audio: AudioSettings, quilts: QuiltSettings, split: str
) -> pd.DataFrame:
    """The clips of a split that could be quilted, and why some of them are not.

    A clip is left out as too short if it has less sound than three of the longest
    segments: half of the quilts of two segments would be the original. A clip that is
    filled by repetition is left out because networks hear it as a loop, of which a
    quilt of the sound alone is no other order.

    Parameters
    ----------
    clips
        The clip table, with the excluded clips.
    audio
        How clips are read.
    quilts
        Lengths of segments and of sound.
    split
        The measured split (``analysis.measured_split``).

    Returns
    -------
    DataFrame
        clip_id, split, group, shard, seconds (of sound, before filling), and left_out:
        the reason, or empty. Rows are the usable music and non-music clips, in the
        order of the clip table.

    Raises
    ------
    InputError
        All music clips are left out, or all others.
    """
    usable = clips["excluded"] == USED
    chosen = clips[
        usable & (clips["split"] == split) & clips["group"].isin(COMPARED_GROUPS)
    ]
    sound = sound_samples(chosen, audio.sample_rate)
    quilted = quilts.samples(sound, audio.sample_rate)
    too_short = quilted < LEAST_SEGMENTS * quilts.longest(audio.sample_rate)
    # One sample of tolerance, because resampling rounds.
    repeated = (audio.fill == "repeat") & (sound + 1 < audio.n_samples)
    chosen = chosen[["clip_id", "split", "group", "shard", "seconds"]].assign(
        left_out=np.select([too_short, repeated], REASONS, USED)
    )
    _check(chosen, quilts, split)
    return chosen.reset_index(drop=True)


def quilt_clip_counts(clips: pd.DataFrame) -> pd.DataFrame:
    """Number of clips that are quilted, and that are left out for each reason.

    Parameters
    ----------
    clips
        `quilt_clips`.

    Returns
    -------
    DataFrame
        group, reason (empty for the clips that are quilted), clips; every reason has a
        row for each group.
    """
    keys = [(group, reason) for group in COMPARED_GROUPS for reason in (USED, *REASONS)]
    index = pd.MultiIndex.from_tuples(keys, names=["group", "reason"])
    counts = clips.groupby(["group", "left_out"]).size()
    counts = counts.rename_axis(["group", "reason"]).reindex(index, fill_value=0)
    return counts.rename("clips").reset_index()


def _check(clips: pd.DataFrame, quilts: QuiltSettings, split: str) -> None:
    counts = quilt_clip_counts(clips).set_index(["group", "reason"])["clips"]
    for group in COMPARED_GROUPS:
        if counts[group, USED] == 0:
            raise InputError(
                f"config key quilts.segment_ms: no clip of {GROUP_NAMES[group]} in the "
                f"{split} split can be quilted: {counts[group, TOO_SHORT]} have less "
                f"sound than {LEAST_SEGMENTS} segments of {max(quilts.segment_ms)} ms, "
                "and "
                f"{counts[group, FILLED_BY_REPETITION]} are filled by repetition; "
                "leave out the longest segments, set audio.fill to zeros, or add "
                "longer clips"
            )
