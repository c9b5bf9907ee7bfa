"""How much of a clip is sound, and the zeros that fill the rest."""

import numpy as np
import pandas as pd


def sound_samples(clips: pd.DataFrame, sample_rate: int) -> pd.Series:
    """Samples of sound in each clip, before filling.

    Parameters
    ----------
    clips
        Rows of the clip table; `seconds` is read.
    sample_rate
        Hz.

    Returns
    -------
    Series of int
        With the index of `clips`.
    """
    return (clips["seconds"].astype(float) * sample_rate).round().astype(int)


def padded(waveform: np.ndarray, n_samples: int) -> np.ndarray:
    """`waveform`, (samples,), followed by zeros: (n_samples,)."""
    return np.pad(waveform, (0, n_samples - len(waveform)))
