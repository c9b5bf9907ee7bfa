"""Log-mel spectrograms of the clips, in one array on disk per shard."""

import contextlib
import logging
import os
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np
import pandas as pd

from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.audio.reading import AudioSettings, UnusableClip, load_clip
from music_selectivity.corpus.shard_clips import Clips
from music_selectivity.errors import InputError
from music_selectivity.store import atomic_path
from music_selectivity.vocabulary import MISSING_FILE, NOT_FINITE, USED

log = logging.getLogger(__name__)

# float16 would need half the space, but its rounding moved responses by up to 1.5e-3 of
# a unit's SD in trained networks, and by more in untrained ones.
SHARD_DTYPE = np.float32


def write_shard(
    clips: Clips,
    audio: AudioSettings,
    settings: LogMelSettings,
    array_path: str | os.PathLike,
) -> pd.DataFrame:
    """Write the log-mels of one shard of clips, and return what was found in each clip.

    Memory does not grow with the shard, because the array is filled clip by clip.

    Parameters
    ----------
    clips
        ``shard_clips.shard_clips``, or the items of a dict of files by clip id.
    audio, settings
        How clips are read, and the front end.
    array_path
        .npy file to write: float32, shape (len(clips), n_mels, frames).

    Returns
    -------
    DataFrame
        clip_id, found_in (the file), row, excluded (the reason, or empty), the measures
        of ``audio.reading.load_clip``, and mel_00, mel_01, ...: the mean level of each
        band over time, dB. An unusable clip has row -1, zeros in the array, NaN
        measures and no content.

    Raises
    ------
    InputError
        A file has vanished; all files existed when the run was planned.
    """
    log_mel = LogMel(settings, audio.sample_rate)
    found = []
    with open_shards([array_path], len(clips), audio, settings) as (shard,):
        for row, (clip_id, source) in enumerate(clips):
            entry = {"clip_id": clip_id, "found_in": str(source), "row": row}
            entry |= {"excluded": USED, "content": ""}
            try:
                waveform, measures = load_clip(source, audio)
                spectrogram = log_mel(waveform)
                if not np.isfinite(spectrogram).all():
                    # The samples are finite, but their power is not.
                    raise UnusableClip(NOT_FINITE)
                shard[row] = spectrogram
                bands = spectrogram.mean(axis=1)
                entry |= measures
                entry |= {f"mel_{band:02d}": level for band, level in enumerate(bands)}
            except UnusableClip as reason:
                if str(reason) == MISSING_FILE:
                    raise InputError(
                        f"{source} has vanished since this run was planned; check that "
                        "the disk or network mount of the corpus is available, and run "
                        "the same command again"
                    ) from reason
                entry |= {"row": -1, "excluded": str(reason)}
                log.warning("%s is excluded: %s", clip_id, reason)
            found.append(entry)
            if (row + 1) % 1000 == 0:
                log.info("%d of %d clips", row + 1, len(clips))
    return _with_all_columns(pd.DataFrame(found), settings.n_mels)


class ShardFile:
    """A float32 .npy array in a file, filled with zeros until its rows are written.

    It is not a memory map, because all touched pages would count as memory of the job.

    Parameters
    ----------
    file
        An empty file, open for writing and reading.
    shape
        Shape of the array; the first axis is rows.

    Raises
    ------
    OSError
        The disk has too little space for the whole array.
    """

    def __init__(self, file: BinaryIO, shape: tuple[int, ...]) -> None:
        descr = np.lib.format.dtype_to_descr(np.dtype(SHARD_DTYPE))
        header = {"descr": descr, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        file.flush()
        self._file, self._shape, self._start = file, shape, file.tell()
        self._row_bytes = int(np.prod(shape[1:])) * np.dtype(SHARD_DTYPE).itemsize
        # The space is reserved now, so that a full disk is noticed before the work.
        size = self._start + shape[0] * self._row_bytes
        os.posix_fallocate(file.fileno(), 0, size)

    def __setitem__(self, row: int, values: np.ndarray) -> None:
        values = np.ascontiguousarray(values, SHARD_DTYPE)
        if not 0 <= row < self._shape[0] or values.shape != self._shape[1:]:
            raise IndexError(
                f"{values.shape} cannot be row {row} of an array of {self._shape}"
            )
        self._file.seek(self._start + row * self._row_bytes)
        self._file.write(values)


@contextlib.contextmanager
def open_shards(
    paths: Sequence[str | os.PathLike],
    n_clips: int,
    audio: AudioSettings,
    settings: LogMelSettings,
) -> Iterator[list[ShardFile]]:
    """Open log-mel arrays of `n_clips` as .npy files, all renamed on success."""
    shape = (n_clips, settings.n_mels, settings.n_frames(audio.n_samples))
    with contextlib.ExitStack() as stack:
        temporary = [stack.enter_context(atomic_path(path)) for path in paths]
        files = [stack.enter_context(open(path, "w+b")) for path in temporary]
        yield [ShardFile(file, shape) for file in files]


def _with_all_columns(found: pd.DataFrame, n_mels: int) -> pd.DataFrame:
    """`found` with the same columns and types, whatever clips there are."""
    texts = ["clip_id", "found_in", "excluded", "content"]
    numbers = ["seconds", "level_dbfs", "silent_share", "filled_share"]
    numbers += ["clipped_share"]
    numbers += [f"mel_{band:02d}" for band in range(n_mels)]
    found = found.reindex(columns=[*texts, "row", *numbers])
    return found.astype(
        {"row": np.int64}
        | dict.fromkeys(texts, str)
        | dict.fromkeys(numbers, np.float32)
    )
