"""The clips of one shard, in a fixed order, in whatever form the corpus has them."""

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
from music_selectivity.corpus.files import is_parquet
from music_selectivity.errors import STORAGE_FAILURES, InputError

log = logging.getLogger(__name__)

BATCH_ROWS = 16
"""Clips that are taken from a Parquet file at once, of about 1.4 MB each."""

DAMAGED = b"damaged"
"""What stands for the sound of a clip that cannot be taken from its Parquet file; no
decoder reads it."""

_BROKEN = (pa.ArrowException, OSError, ValueError)


class Clips(Protocol):
    """Clip id and source of each clip of a shard, in a fixed order."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[tuple[str, Source]]: ...


def shard_clips(clip_ids: Sequence[str], audio: Sequence[str | os.PathLike]) -> Clips:
    """The clips of a shard, from the inputs that a rule has of it.

    Parameters
    ----------
    clip_ids
        Ids of the files in `audio`. None where the audio itself tells them: for
        Parquet files, and for the one folder of a synthetic shard, whose files are
        named for their clips. A shard without any clip has neither.
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
    """Row, id and waveform of those clips of a shard that a stimulus set holds.

    Parameters
    ----------
    chosen
        ``stimuli.stimulus_clips`` of the shard.
    clips
        `shard_clips`.

    Raises
    ------
    InputError
        A chosen clip, which was usable, is so no longer.
    """
    rows = dict(zip(chosen["clip_id"], chosen["row"], strict=True))
    for clip_id, source in clips:
        if clip_id in rows:
            try:
                waveform, _ = load_clip(source, settings)
            except UnusableClip as reason:
                raise _changed(clip_id, f"is no longer usable ({reason})") from reason
            yield rows.pop(clip_id), clip_id, waveform
    if rows:
        raise _changed(next(iter(rows)), "is gone")


def _changed(clip_id: str, what: str) -> InputError:
    return InputError(
        f"clip {clip_id!r} {what} since the clip table was made; see that the disk or "
        "network mount of the corpus is there, and run the same command again"
    )


class ParquetClips:
    """Clips in Parquet files of encoded sound, as public mirrors of AudioSet have them.

    A row is a clip: ``video_id`` and ``audio {bytes}``; other columns are left alone.
    Of an id that stands twice the first is taken; a row without sound has no bytes.
    From where the sounds of a row group cannot be read, its clips get DAMAGED.

    Raises
    ------
    InputError
        A file is no whole Parquet file, lacks a column, or its ids cannot be read.
    OSError
        The disk or network mount that holds it does not answer.
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
            log.warning("%s, clip %d: no video_id; passed over", *place)
        elif self._places.setdefault(clip_id, place) != place:
            log.warning("%s, clip %d: %s again; passed over", *place, clip_id)

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
    """A Parquet file of clips; what is broken in it raises InputError."""
    try:
        with pq.ParquetFile(path, pre_buffer=False, buffer_size=2**20) as file:
            _check_columns(file, path)
            yield file
    except InputError:
        raise
    except _BROKEN as error:
        if _is_of_machine(error):
            raise
        raise InputError(
            f"{path}: not a whole Parquet file ({_told(error)}); fetch it anew"
        ) from error


def _is_of_machine(error: Exception) -> bool:
    """Whether a disk that fails or too little memory is to blame, not the file."""
    failed = isinstance(error, OSError) and error.errno in STORAGE_FAILURES
    return failed or isinstance(error, MemoryError)


def _told(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _rows(
    file: pq.ParquetFile, path: str | os.PathLike
) -> Iterator[tuple[str | None, bytes]]:
    """Id and encoded sound of each row.

    From where a row group's sounds cannot be read, each of them is DAMAGED.
    """
    for group in range(file.num_row_groups):
        ids = list(_column(file, group, "video_id"))
        read = 0
        try:
            sounds = _column(file, group, "audio.bytes")
            for clip_id, sound in zip(ids, sounds, strict=True):
                read += 1
                yield clip_id, (sound or {}).get("bytes") or b""
        except _BROKEN as error:
            if _is_of_machine(error):
                raise
            log.warning(
                "%s, row group %d: the sounds of its last %d clips cannot be read (%s)",
                *(path, group, len(ids) - read, _told(error)),
            )
            yield from ((clip_id, DAMAGED) for clip_id in ids[read:])


def _column(file: pq.ParquetFile, group: int, name: str) -> Iterator:
    """Values of a column in a row group, streamed.

    What must be in memory is about twice the largest page, in files of public mirrors
    some 100 clips.
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
            "Parquet; give such files, or move this one out of the corpus's folder"
        )
