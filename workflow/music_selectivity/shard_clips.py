"""The clips of one shard, in a fixed order, in whatever form the corpus has them."""

import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from music_selectivity.audio import EncodedSound, Source
from music_selectivity.errors import InputError
from music_selectivity.sources import is_parquet

log = logging.getLogger(__name__)

BATCH_ROWS = 16
"""Clips that are taken from a Parquet file at once, of about 1.4 MB each."""


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


def chosen_clips(
    chosen: pd.DataFrame, clips: Clips
) -> Iterator[tuple[int, str, Source]]:
    """Row, id and source of those clips of a shard that a stimulus set holds.

    Parameters
    ----------
    chosen
        ``stimuli.stimulus_clips`` of the shard.
    clips
        `shard_clips`.

    Raises
    ------
    InputError
        A chosen clip is no longer there.
    """
    rows = dict(zip(chosen["clip_id"], chosen["row"], strict=True))
    for clip_id, source in clips:
        if clip_id in rows:
            yield rows.pop(clip_id), clip_id, source
    if rows:
        raise InputError(
            f"clip {next(iter(rows))!r} is gone since the clip table was made; run "
            "the same command again, which makes the table anew"
        )


class ParquetClips:
    """Clips in Parquet files of encoded sound, as public mirrors of AudioSet have them.

    A row is a clip: ``video_id`` and ``audio {bytes}``; other columns are left alone.
    Of an id that stands twice the first is taken; a row without sound has no bytes.

    Raises
    ------
    InputError
        A file is no whole Parquet file, or lacks a column.
    """

    def __init__(self, paths: Sequence[str | os.PathLike]) -> None:
        self._paths = list(paths)
        self._places: dict[str, tuple[str | os.PathLike, int]] = {}
        for path in self._paths:
            for row, entry in enumerate(_rows(path, ["video_id"])):
                clip_id, place = entry["video_id"], (path, row)
                if not clip_id:
                    log.warning("%s, clip %d: no video_id; passed over", *place)
                    continue
                first = self._places.setdefault(clip_id, place)
                if first != place:
                    log.warning("%s, clip %d: %s again; passed over", *place, clip_id)

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[tuple[str, EncodedSound]]:
        for path in self._paths:
            for row, entry in enumerate(_rows(path, ["video_id", "audio.bytes"])):
                if self._places.get(entry["video_id"]) == (path, row):
                    sound = (entry["audio"] or {}).get("bytes")
                    yield entry["video_id"], EncodedSound(sound or b"", path)


def _rows(path: str | os.PathLike, columns: list[str]) -> Iterator[dict]:
    """Rows of a Parquet file of clips, `columns` alone.

    By row groups, and streamed within them: what must be in memory is about twice the
    largest page, in files of public mirrors some 100 clips.
    """
    try:
        with pq.ParquetFile(path, pre_buffer=False, buffer_size=2**20) as file:
            _check_columns(file, path)
            for group in range(file.num_row_groups):
                for batch in file.iter_batches(BATCH_ROWS, [group], columns):
                    yield from batch.to_pylist()
    except InputError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(
            f"{path}: not a whole Parquet file ({reason}); fetch it anew"
        ) from error


def _check_columns(file: pq.ParquetFile, path: str | os.PathLike) -> None:
    columns = [file.schema.column(index) for index in range(len(file.schema))]
    held = {column.path for column in columns if column.physical_type == "BYTE_ARRAY"}
    missing = {"video_id", "audio.bytes"} - held
    if missing:
        raise InputError(
            f"{path}: lacks the column(s) {', '.join(sorted(missing))} of AudioSet in "
            "Parquet; give such files, or move this one out of the corpus's folder"
        )
