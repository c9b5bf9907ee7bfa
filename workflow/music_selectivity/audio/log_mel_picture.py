"""Log-mel spectrograms as small pictures, for pages in a browser."""

import zlib

import numpy as np

MOST_COLUMNS = 64
"""Frames are averaged to at most so many columns: 31 ms each in a sound of 2 s."""

RANGE_DB = 60
LEVELS = 16
"""A picture has so many levels, evenly spaced over so much below its loudest."""


def log_mel_picture(log_mel: np.ndarray) -> bytes:
    """A log-mel spectrogram as a picture of few bytes: 1.4 kB for 64 bands.

    Parameters
    ----------
    log_mel
        (mels, frames), dB.

    Returns
    -------
    bytes
        Compressed by zlib: an array (mels, columns) of bytes, each a level from 0 to
        ``LEVELS - 1``.
    """
    n_frames = log_mel.shape[1]
    n_columns = min(n_frames, MOST_COLUMNS)
    edges = np.arange(n_columns + 1) * n_frames // n_columns
    sums = np.add.reduceat(log_mel.astype(np.float64), edges[:-1], axis=1)
    means = sums / np.diff(edges)
    share = 1 + (means - means.max()) / RANGE_DB
    levels = np.rint(share.clip(0, 1) * (LEVELS - 1)).astype(np.uint8)
    return zlib.compress(levels.tobytes(), 9)
