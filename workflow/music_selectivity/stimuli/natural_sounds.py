"""The 165 natural sounds, and the brain's responses to them (paper Fig. 3).

The sounds are those of Norman-Haignere, Kanwisher & McDermott (2015), in the layout of
their public repository.
"""

import os

import numpy as np
import pandas as pd

from music_selectivity.audio.reading import UnusableClip, read_mono
from music_selectivity.corpus.natural_sounds import read_categories
from music_selectivity.errors import InputError
from music_selectivity.stimuli.response_components import (
    components_path,
    read_components,
)

# Differences in length that resampling may cause.
TOLERANCE_SECONDS = 0.005


def read_sounds(folder: str | os.PathLike) -> pd.DataFrame:
    """The sounds of a folder, with their categories and the brain's responses.

    Parameters
    ----------
    folder
        As for ``corpus.natural_sounds.read_categories``; it also holds
        data/components.mat (R, stim_names, component_names).

    Returns
    -------
    DataFrame
        sound, category, file, and component_<name> for each of `COMPONENTS`, in the
        order of the labels.

    Raises
    ------
    InputError
        A file is missing or has another format, or tables and waveforms disagree.
    """
    sounds = read_categories(folder)
    components = read_components(folder)
    absent = set(sounds["sound"]) - set(components.index)
    if absent:
        raise InputError(
            f"{components_path(folder)}: no response to {min(absent)}, which is listed "
            "in sounds/category_labels.csv; use both from the same release"
        )
    return sounds.join(components, on="sound")


def waveforms(
    sounds: pd.DataFrame, sample_rate: int, rms: float, full_scale: float
) -> np.ndarray:
    """Waveforms of the sounds, with equal length and RMS amplitude.

    Parameters
    ----------
    sounds
        `read_sounds`.
    sample_rate
        Sample rate of the result, Hz.
    rms
        RMS amplitude re full scale: the mean of the training clips (paper, Methods).
    full_scale
        Value of a full-scale sample in the result.

    Returns
    -------
    array, shape (sounds, samples), float32
        Cut to the shortest sound, then set to the same level.

    Raises
    ------
    InputError
        A file cannot be used, or the sounds differ in length.
    """
    waveforms = []
    for path in sounds["file"]:
        try:
            waveform = read_mono(path, sample_rate, max_seconds=60)
        except UnusableClip as reason:
            raise InputError(f"{path}: {reason}; replace the file") from reason
        if not waveform.any():
            raise InputError(f"{path}: silent; replace the file")
        waveforms.append(waveform)
    lengths = [len(waveform) for waveform in waveforms]
    if max(lengths) - min(lengths) > TOLERANCE_SECONDS * sample_rate:
        longest = sounds["file"].iloc[int(np.argmax(lengths))]
        raise InputError(
            f"{longest}: {max(lengths) / sample_rate:.2f} s, but others have "
            f"{min(lengths) / sample_rate:.2f} s; cut all to one length"
        )
    cut = np.stack([waveform[: min(lengths)] for waveform in waveforms])
    power = np.square(cut, dtype=np.float64).mean(axis=1, keepdims=True)
    return cut * (rms * full_scale / np.sqrt(power)).astype(np.float32)
