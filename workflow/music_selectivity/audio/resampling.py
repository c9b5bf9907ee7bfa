"""Resampling, wherever a sound changes its sample rate."""

import numpy as np
import soxr


def resampled(waveform: np.ndarray, rate: int, new_rate: int) -> np.ndarray:
    """A waveform, (samples,) float32, at `new_rate` Hz instead of `rate` Hz."""
    if rate == new_rate or not len(waveform):
        return waveform
    # Without the mean, which would make the resampler ring at the ends.
    offset = np.float32(waveform.mean(dtype=np.float64))
    return soxr.resample(waveform - offset, rate, new_rate) + offset
