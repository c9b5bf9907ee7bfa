"""The clips of one shard in a fixed order, whatever the type of the corpus."""

import contextlib
import itertools
import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from music_selectivity.audio.reading import (
    AudioSettings,
    EncodedSound,
    Source,
    UnusableClip,
    load_clip,
)
from music_selectivity.corpus.shards import is_parquet
from music_selectivity.errors import InputError
from music_selectivity.store import STORAGE_FAILURES

log = logging.getLogger(__name__)

BATCH_ROWS = 16
"""Clips that are read from a Parquet file at once; each has about 1.4 MB."""

DAMAGED = b"damaged"
"""Replaces the sound of a clip that cannot be read from its Parquet file.

No decoder accepts it, so the clip is excluded as unreadable.
"""

_BROKEN = (pa.ArrowException, OSError, ValueError)


class Clips(Protocol):
    """Clip id and source of each clip of a shard, in a fixed order."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[tuple[str, Source]]: ...


def shard_clips(clip_ids: Sequence[str], audio: Sequence[str | os.PathLike]) -> Clips:
    """The clips of a shard, from the input files of a rule.

    Parameters
    ----------
    clip_ids
        Ids of the files in `audio`. Empty if the audio gives them: for Parquet files,
        and for the folder of a generated shard, whose files have the names of their
        clips. For a shard without clips, both are empty.
    audio
        Paths, in order.

    Raises
    ------
    InputError
        A Parquet file is broken or lacks a column.
    """
    if clip_ids:
        return dict(zip(clip_ids, map(Path, audio), strict=True)).items()
    if any(map(is_parquet, audio)):
        return ParquetClips(audio)
    found = (path for folder in audio for path in sorted(Path(folder).glob("*.flac")))
    return {path.stem: path for path in found}.items()


def chosen_waveforms(
    chosen: pd.DataFrame, clips: Clips, settings: AudioSettings
) -> Iterator[tuple[int, str, np.ndarray]]:
    """Row, id and waveform of the clips of a shard that belong to a stimulus set.

    Parameters
    ----------
    chosen
        Rows of ``stimuli.arrays.stimulus_clips`` for this shard.
    clips
        `shard_clips`.

    Yields
    ------
    int, str, array
        Row in the arrays of the stimulus set, clip id, and waveform as from
        ``audio.reading.load_clip``; in the order of `clips`.

    Raises
    ------
    InputError
        A chosen clip is no longer there, or no longer usable.
    """
    rows = dict(zip(chosen["clip_id"], chosen["row"], strict=True))
    for clip_id, source in clips:
        if clip_id in rows:
            try:
                waveform, _ = load_clip(source, settings)
            except UnusableClip as reason:
                raise InputError(
                    f"clip {clip_id!r} is no longer usable ({reason}); check that the "
                    "disk or network mount of the corpus is available, and run the "
                    "same command again"
                ) from reason
            yield rows.pop(clip_id), clip_id, waveform
    if rows:
        raise InputError(
            f"clip {next(iter(rows))!r} is gone since the clip table was made; "
            "check that the disk or network mount of the corpus is available, and run "
            "the same command again"
        )


class ParquetClips:
    """Clips in Parquet files of encoded sound, as in public mirrors of AudioSet.

    Each row is a clip, with ``video_id`` and ``audio {bytes}``; other columns are
    ignored. If an id occurs twice, the first row is used. A row without sound has no
    bytes. Where the sounds of a row group become unreadable, the rest of its clips are
    `DAMAGED`.

    Raises
    ------
    InputError
        A file is not a complete Parquet file, lacks a column, or has unreadable ids.
    OSError
        The disk or network mount that holds a file does not answer.
    """

    def __init__(self, paths: Sequence[str | os.PathLike]) -> None:
        self._paths = list(paths)
        self._places: dict[str, tuple[str | os.PathLike, int]] = {}
        for path in self._paths:
            with _opened(path) as file:
                groups = range(file.num_row_groups)
                ids = (_column(file, group, "video_id") for group in groups)
                for row, clip_id in enumerate(itertools.chain.from_iterable(ids)):
                    self._place(clip_id, (path, row))

    def _place(self, clip_id: str | None, place: tuple[str | os.PathLike, int]) -> None:
        if not clip_id:
            log.warning("%s, clip %d: no video_id; ignored", *place)
        elif self._places.setdefault(clip_id, place) != place:
            log.warning("%s, clip %d: %s occurs again; ignored", *place, clip_id)

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[tuple[str, EncodedSound]]:
        for path in self._paths:
            with _opened(path) as file:
                for row, (clip_id, data) in enumerate(_rows(file, path)):
                    if self._places.get(clip_id) == (path, row):
                        yield clip_id, EncodedSound(data, path)


@contextlib.contextmanager
def _opened(path: str | os.PathLike) -> Iterator[pq.ParquetFile]:
    """An open Parquet file of clips; errors in its content raise InputError."""
    try:
        with pq.ParquetFile(path, pre_buffer=False, buffer_size=2**20) as file:
            _check_columns(file, path)
            yield file
    except InputError:
        raise
    except _BROKEN as error:
        if _is_failure_of_machine(error):
            raise
        raise InputError(
            f"{path}: not a complete Parquet file ({_first_line(error)}); fetch it "
            "again"
        ) from error


def _is_failure_of_machine(error: Exception) -> bool:
    """Whether the cause is a failing disk or too little memory, and not the file."""
    failed = isinstance(error, OSError) and error.errno in STORAGE_FAILURES
    return failed or isinstance(error, MemoryError)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _rows(
    file: pq.ParquetFile, path: str | os.PathLike
) -> Iterator[tuple[str | None, bytes]]:
    """Id and encoded sound of each row; unreadable sounds are `DAMAGED`."""
    for group in range(file.num_row_groups):
        ids = list(_column(file, group, "video_id"))
        read = 0
        try:
            sounds = _column(file, group, "audio.bytes")
            for clip_id, sound in zip(ids, sounds, strict=True):
                read += 1
                yield clip_id, (sound or {}).get("bytes") or b""
        except _BROKEN as error:
            if _is_failure_of_machine(error):
                raise
            log.warning(
                "%s, row group %d: the sounds of its last %d clips cannot be read (%s)",
                path,
                group,
                len(ids) - read,
                _first_line(error),
            )
            yield from ((clip_id, DAMAGED) for clip_id in ids[read:])


def _column(file: pq.ParquetFile, group: int, name: str) -> Iterator:
    """Values of a column in a row group, streamed.

    About twice the largest page is held in memory: some 100 clips in public mirrors.
    """
    for batch in file.iter_batches(BATCH_ROWS, [group], [name]):
        yield from batch.column(0).to_pylist()


def _check_columns(file: pq.ParquetFile, path: str | os.PathLike) -> None:
    columns = [file.schema.column(index) for index in range(len(file.schema))]
    held = {column.path for column in columns if column.physical_type == "BYTE_ARRAY"}
    missing = {"video_id", "audio.bytes"} - held
    if missing:
        raise InputError(
            f"{path}: lacks the column(s) {', '.join(sorted(missing))} of AudioSet in "
            "Parquet; give files with them, or move this one out of the corpus's folder"
        )
