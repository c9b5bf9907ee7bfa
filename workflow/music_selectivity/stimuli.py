"""Stimulus sets beside the clips themselves: equal levels, and quilts.

They are made once, as log-mel shards in the clips' own shards, and every network hears
the same. Which clip lies in which row follows from the clip table alone.
"""

import contextlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from music_selectivity import seeds
from music_selectivity.audio import AudioSettings, load_clip
from music_selectivity.logmel import (
    LogMel,
    LogMelSettings,
    open_array,
)
from music_selectivity.quilts import QuiltSettings, cut_and_pad, quilt
from music_selectivity.store import ShardedArray, atomic_path

# Level of a log-mel bin without any power: torchaudio's floor of 1e-10, in dB.
FLOOR_DB = -100.0

LEVELLED, NATURAL_SOUNDS = "levelled", "natsound165"


def stimulus_clips(clips: pd.DataFrame, stimuli: str) -> pd.DataFrame:
    """The clips of a stimulus set, with the shard and row of each.

    Parameters
    ----------
    clips
        The clip table, with clips set aside.
    stimuli
        original: every usable clip; power_1: music and non-music of both splits;
        power_k: its music; levelled: as power_1; quilt_*: music and non-music of the
        eval split.

    Returns
    -------
    DataFrame
        Rows of `clips`, in order, their column row being that in the set's shards.
    """
    chosen = clips[clips["excluded"] == ""]
    if stimuli == "original":
        return chosen.reset_index(drop=True)
    chosen = chosen[chosen["group"].isin(["music", "nonmusic"])]
    if stimuli.startswith("quilt_"):
        chosen = chosen[chosen["split"] == "eval"]
    chosen = chosen.assign(row=chosen.groupby("shard").cumcount())
    if stimuli.startswith("power_") and stimuli != "power_1":
        chosen = chosen[chosen["group"] == "music"]
    return chosen.reset_index(drop=True)


def open_stimuli(
    table: pd.DataFrame, stimuli: str, paths: Sequence[str | os.PathLike]
) -> tuple[np.ndarray, ShardedArray]:
    """Names and log-mels, (sounds, mels, frames) in dB, of a stimulus set.

    Parameters
    ----------
    table
        The clip table; of natsound165, that of its sounds.
    stimuli
        As for `stimulus_clips`, or natsound165.
    paths
        The .npy files of the set in order of shards; natsound165 has one.
    """
    if stimuli == NATURAL_SOUNDS:
        rows = np.arange(len(table))
        names = table["sound"].to_numpy(dtype=object)
        return names, ShardedArray(paths, np.zeros_like(rows), rows)
    chosen = stimulus_clips(table, stimuli)
    log_mels = ShardedArray(paths, chosen["shard"], chosen["row"])
    if stimuli.startswith("power_"):
        log_mels = Attenuated(log_mels, 1 / int(stimuli.removeprefix("power_")))
    return chosen["clip_id"].to_numpy(dtype=object), log_mels


class Attenuated:
    """Log-mels of the same waveforms at `power_ratio`, up to 1, of their power.

    Exact: scaling a waveform shifts each bin, but for the floor that silence has.
    """

    def __init__(self, log_mels: ShardedArray, power_ratio: float) -> None:
        self._log_mels = log_mels
        self._gain = np.float32(10 * np.log10(power_ratio))

    def __len__(self) -> int:
        return len(self._log_mels)

    @property
    def row_shape(self) -> tuple[int, ...]:
        """Shape of one item."""
        return self._log_mels.row_shape

    def take(self, items: np.ndarray) -> np.ndarray:
        """Copy of the given items, as `ShardedArray.take`."""
        return np.maximum(self._log_mels.take(items) + self._gain, FLOOR_DB)


def mean_rms(clips: pd.DataFrame) -> float:
    """Mean RMS amplitude of the train split, re full scale (paper, Methods)."""
    usable = clips[(clips["excluded"] == "") & (clips["split"] == "train")]
    return float((10 ** (usable["level_dbfs"].astype(float) / 20)).mean())


def with_rms(waveform: np.ndarray, rms: float) -> np.ndarray:
    """`waveform` scaled to an RMS amplitude; one without any sound stays as it is."""
    present = np.sqrt(np.mean(np.square(waveform, dtype=np.float64)))
    return waveform * np.float32(rms / present) if present > 0 else waveform


def write_levelled_shard(
    clips: pd.DataFrame,
    files: Mapping[str, str | os.PathLike],
    audio: AudioSettings,
    settings: LogMelSettings,
    rms: float,
    path: str | os.PathLike,
) -> None:
    """Write log-mels of one shard's clips, each brought to the same RMS amplitude.

    `clips` are those of the shard, `stimulus_clips` in order, and `rms` is re full
    scale (paper, Fig. 2c).
    """
    log_mel = LogMel(settings, audio.sample_rate)
    with _open_shards([path], len(clips), audio, settings) as (shard,):
        for row, clip_id in enumerate(clips["clip_id"]):
            waveform, _ = load_clip(files[clip_id], audio)
            shard[row] = log_mel(with_rms(waveform, rms * audio.full_scale))


def write_quilt_shards(
    clips: pd.DataFrame,
    files: Mapping[str, str | os.PathLike],
    audio: AudioSettings,
    settings: LogMelSettings,
    quilts: QuiltSettings,
    paths: Sequence[str | os.PathLike],
) -> None:
    """Write log-mels of quilts of one shard's clips (paper, Fig. 4).

    Each clip and length has a random start of its own. `paths` has a file a length, and
    one for the originals.
    """
    log_mel = LogMel(settings, audio.sample_rate)
    of_segments = LogMel(settings, audio.sample_rate, center=False)
    sound = round(quilts.sound_seconds * audio.sample_rate)
    with _open_shards(paths, len(clips), audio, settings) as shards:
        for row, clip_id in enumerate(clips["clip_id"]):
            waveform, _ = load_clip(files[clip_id], audio)
            versions = [
                quilt(
                    waveform,
                    audio.sample_rate,
                    length / 1000,
                    seeds.generator("quilt", clip_id, length),
                    quilts.order,
                    of_segments,
                )
                for length in quilts.segment_ms
            ]
            for shard, version in zip(shards, [*versions, waveform], strict=True):
                shard[row] = log_mel(cut_and_pad(version, sound, audio.n_samples))


@contextlib.contextmanager
def _open_shards(
    paths: Sequence[str | os.PathLike],
    n_clips: int,
    audio: AudioSettings,
    settings: LogMelSettings,
) -> Iterable[list[np.ndarray]]:
    """Memory-mapped .npy files, renamed into place together when all are whole."""
    shape = (n_clips, settings.n_mels, settings.n_frames(audio.n_samples))
    with contextlib.ExitStack() as stack:
        temporary = [stack.enter_context(atomic_path(Path(path))) for path in paths]
        shards = [open_array(path, shape) for path in temporary]
        yield shards
        for shard in shards:
            if isinstance(shard, np.memmap):
                shard.flush()
