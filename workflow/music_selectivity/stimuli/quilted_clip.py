"""The quilts of one clip in all lengths and orders, and the original of these."""

import numpy as np

from music_selectivity.audio.log_mel import LogMel
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.stimuli.quilt_clips import QuiltSettings, segment_samples
from music_selectivity.stimuli.quilts import order, quilt
from music_selectivity.stimuli.segments import Frames, Segments, joint_change
from music_selectivity.stimuli.sets import StimulusSet


class QuiltedClip:
    """One clip whose quilts are made, of frames that are computed once for all.

    Parameters
    ----------
    clip_id
        It names the random draws.
    sound
        (samples,): the sound of the clip, without what fills the clip.
    audio, quilts
        How clips are read; lengths of segments and of sound.
    log_mel
        Front end without centring.

    Attributes
    ----------
    original : array, shape (samples,)
        The part of the sound that quilts consist of.
    """

    def __init__(
        self,
        clip_id: str,
        sound: np.ndarray,
        audio: AudioSettings,
        quilts: QuiltSettings,
        log_mel: LogMel,
    ) -> None:
        self._clip_id, self._quilts = clip_id, quilts
        self._rate, self._log_mel = audio.sample_rate, log_mel
        self.original = sound[: quilts.samples(len(sound), self._rate)]
        self._frames = Frames(sound, log_mel)

    def quilt(self, stimuli: StimulusSet) -> tuple[np.ndarray, float, float]:
        """The clip's quilt in a set, and the change at its joints and originally."""
        segment_ms = int(stimuli.segment)
        length = segment_samples(segment_ms, self._rate)
        segments = Segments(self._frames, length, len(self.original) // length)
        sequence = order(
            segments, stimuli.order, self._quilts.boundary, self._clip_id, segment_ms
        )
        quilted = quilt(segments, sequence, self._rate)
        change = joint_change(quilted, length, self._log_mel)
        return quilted, change, segments.original_change()
