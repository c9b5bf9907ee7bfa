"""Sounds that are cut into segments, for tests of segments and quilts."""

import numpy as np

from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.stimuli.segments import Frames, Segments
from music_selectivity.vocabulary import ADJACENT, NOTEBOOK, OVERATH, OVERLAPPING
from small_sounds import RATE

FRONT_END = LogMelSettings(551, 275, 64, 0, 8000)
OF_SEGMENTS = LogMel(FRONT_END, RATE, center=False)
BOUNDARY = {OVERATH: OVERLAPPING, NOTEBOOK: ADJACENT}


def sound(seconds: float, seed: int = 0) -> np.ndarray:
    """A gliding tone in noise, without two equal moments."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    glide = np.sin(2 * np.pi * (200 * time + 150 * time**2 + rng.random()))
    noise = rng.normal(size=len(time)) * 0.1
    return ((glide + noise) * 0.3).astype(np.float32)


def segments_of(waveform, segment_ms, count=None) -> Segments:
    length = segment_ms * RATE // 1000
    count = count or len(waveform) // length
    return Segments(Frames(waveform, OF_SEGMENTS), length, count)
