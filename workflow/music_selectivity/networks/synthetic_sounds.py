"""Sounds with which networks are tried."""

import numpy as np

from music_selectivity import seeds


def synthetic_sounds(seconds: float, sample_rate: int) -> np.ndarray:
    """Four sounds: a melody, a rising tone, syllables of noise, and clicks.

    Returns
    -------
    array, shape (4, samples), float32
        With a peak of 0.5.
    """
    rng = seeds.generator("synthetic sounds")
    t = np.arange(round(seconds * sample_rate)) / sample_rate
    pitch = 220 * 2 ** (rng.integers(0, 12, 1 + int(4 * seconds)) / 12)
    phase = 2 * np.pi * np.cumsum(pitch[(4 * t).astype(int)]) / sample_rate
    melody = sum(np.sin(k * phase) / k for k in range(1, 6)) * np.exp(-3 * (4 * t % 1))
    rising = np.sin(2 * np.pi * (100 * t + 0.5 * 2000 / seconds * t**2))
    syllables = rng.standard_normal(len(t)) * np.sin(np.pi * 4 * t) ** 2
    clicks = rng.standard_normal(len(t)) * np.exp(-100 * (t * 7 % 1))
    sounds = np.stack([melody, rising, syllables, clicks])
    return (0.5 * sounds / np.abs(sounds).max(1, keepdims=True)).astype(np.float32)
