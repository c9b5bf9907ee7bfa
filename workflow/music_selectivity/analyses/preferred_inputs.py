"""The sounds that drive single units most, by gradient ascent.

What a network is driven by need not be a sound. A preferred input is therefore made
audible, and counts only as what a listener hears: the sound is encoded, read and
analysed as a clip would be, and must drive the unit more than nearly all clips do.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import nn

from music_selectivity.analyses.selectivity import top_units
from music_selectivity.audio.inversion import Inversion
from music_selectivity.audio.mp3 import encode_mp3
from music_selectivity.audio.reading import (
    AudioSettings,
    EncodedSound,
    fit,
    read_mono,
)
from music_selectivity.networks.ascent import ascend, best_noise
from music_selectivity.networks.log_mel_statistics import LogMelStatistics
from music_selectivity.vocabulary import MS_UNITS, OTHER_SPLIT, RANDOM_UNITS

MOST_SELECTIVE = 4
"""Number of MS units, those of largest index: as many as a reader will listen to."""

PERCENTILE = 99
"""Share of the clips, in percent, that a preferred input must surpass."""

PEAK = 0.9
"""Highest magnitude of a sound's samples; encoding may raise it by a tenth."""


class PreferredInput(NamedTuple):
    """What drives a unit most.

    Attributes
    ----------
    kind : str
        Of the unit: ms, random, or untrained if its network is.
    unit : int
    log_mel : array, shape (mels, frames), float32
        Result of the ascent, dB.
    mp3 : bytes
        Its sound.
    optimised, heard : float
        Response of the unit to the log-mel, and to the sound.
    """

    kind: str
    unit: int
    log_mel: np.ndarray
    mp3: bytes
    optimised: float
    heard: float

    @property
    def sound(self) -> str:
        """Name of the file of its sound."""
        return f"{self.kind}_{self.unit:03d}.mp3"


def chosen_units(
    units: pd.DataFrame, fraction: float, measured_split: str, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Units whose preferred inputs are sought.

    Parameters
    ----------
    units
        ``selectivity.unit_table``.
    fraction
        Share of the units that are music-selective.
    measured_split
        Config value ``analysis.measured_split``; the other split selects the units.
    rng
        Draws the random unit.

    Returns
    -------
    dict
        Unit numbers: ms, those of the most selective units; and random, that of one
        of the others that respond to any clip, unless there is none.
    """
    selective = top_units(units[f"msi_{OTHER_SPLIT[measured_split]}"], fraction)
    responding = units.loc[units[f"l1_{measured_split}"] > 0, "unit"]
    others = rng.permutation(np.setdiff1d(responding, selective))
    chosen = {MS_UNITS: selective[:MOST_SELECTIVE], RANDOM_UNITS: others[:1]}
    return {kind: numbers for kind, numbers in chosen.items() if len(numbers)}


def preferred_inputs(
    kind: str,
    network: nn.Module,
    units: np.ndarray,
    clips: LogMelStatistics,
    inversion: Inversion,
    audio: AudioSettings,
    rng: np.random.Generator,
) -> list[PreferredInput]:
    """The preferred input of each unit of a network.

    Parameters
    ----------
    kind
        Of these units.
    network
        As described in ``networks.registry``, in evaluation mode, on the CPU.
    units
        Numbers of the units.
    clips
        Statistics of clips' log-mels.
    inversion, audio
        Of the study's front end.
    rng
        Gives the noise from which the ascent and the inversion start.
    """

    def responses(log_mels: torch.Tensor) -> torch.Tensor:
        return network.units(log_mels)[:, units]

    log_mels = ascend(responses, best_noise(responses, clips, rng), clips)
    mp3s = [_encoded(each, audio) for each in inversion(log_mels, rng).numpy()]
    heard = inversion.log_mel(np.stack([_decoded(mp3, audio) for mp3 in mp3s]))
    with torch.inference_mode():
        columns = (
            units.tolist(),
            log_mels.numpy(),
            mp3s,
            responses(log_mels).diagonal().tolist(),
            responses(torch.from_numpy(heard)).diagonal().tolist(),
        )
    return [PreferredInput(kind, *each) for each in zip(*columns, strict=True)]


def _encoded(waveform: np.ndarray, audio: AudioSettings) -> bytes:
    """A waveform as MP3, softer if it would exceed full scale."""
    waveform = waveform / audio.full_scale
    return encode_mp3(
        waveform * min(1, PEAK / np.abs(waveform).max()), audio.sample_rate
    )


def _decoded(mp3: bytes, audio: AudioSettings) -> np.ndarray:
    """The waveform that the study reads from an encoded sound."""
    sound = EncodedSound(mp3, "preferred input")
    waveform = read_mono(sound, audio.sample_rate, audio.clip_seconds)
    return fit(waveform, audio.n_samples, "zeros") * np.float32(audio.full_scale)


def verdict_table(
    found: Iterable[PreferredInput], responses: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    """Whether each preferred input drives its unit more than nearly all clips do.

    Parameters
    ----------
    found
        `preferred_inputs` of all kinds.
    responses
        By kind, responses of its network to held-out clips, (clips, units).

    Returns
    -------
    DataFrame
        kind; unit; optimised and heard, the responses to the log-mel and to the sound;
        percentile_99 of the unit's responses to the clips; kept, whether `heard` is
        above it; and sound, the name of the sound's file.
    """
    rows = []
    for each in found:
        limit = np.percentile(responses[each.kind][:, each.unit], PERCENTILE)
        rows.append(
            {
                "kind": each.kind,
                "unit": each.unit,
                "optimised": each.optimised,
                "heard": each.heard,
                "percentile_99": limit,
                "kept": each.heard > limit,
                "sound": each.sound,
            }
        )
    return pd.DataFrame(rows)


def log_mel_table(found: Iterable[PreferredInput]) -> pd.DataFrame:
    """Log-mels of the inputs: kind, unit, band, and a float32 column for each frame."""
    tables = []
    for each in found:
        bands, frames = each.log_mel.shape
        keys = {"kind": each.kind, "unit": each.unit, "band": range(bands)}
        names = [f"frame_{frame:03d}" for frame in range(frames)]
        levels = pd.DataFrame(each.log_mel, columns=names)
        tables.append(pd.DataFrame(keys).join(levels))
    return pd.concat(tables, ignore_index=True)
