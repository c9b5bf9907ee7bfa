"""The audio files of each type of corpus, by clip id.

Only the standard library is used, because the Snakefile calls this to find the inputs
of each shard before any job runs.
"""

import csv
import os
from collections.abc import Mapping
from pathlib import Path

from music_selectivity.corpus.audioset_files import (
    MIRROR,
    audioset_files,
    mirror_files,
)
from music_selectivity.corpus.text_tables import segment_rows, table_rows, text_lines
from music_selectivity.corpus.usable_paths import check_name, is_readable
from music_selectivity.errors import InputError
from music_selectivity.vocabulary import (
    AUDIOSET,
    NATURAL,
    NATURAL_FILE,
    NATURAL_LABELS,
    SPLITS,
    TABLE,
)


def corpus_files(corpus: Mapping, downloads: str | os.PathLike) -> dict[str, Path]:
    """Files of the corpus that the config section `corpus` describes, by clip id.

    Parquet files, which contain many clips, are keyed by their paths below the folder.
    Files that are to be downloaded are listed although they may not exist yet.

    Raises
    ------
    InputError
        As `table_files`, `natural_files`, `audioset_files` and `segment_rows`.
    """
    if corpus["type"] == NATURAL:
        return natural_files(corpus[NATURAL]["folder"])
    if corpus["type"] == TABLE:
        return table_files(corpus[TABLE]["folder"], corpus[TABLE]["table"])
    audioset = corpus[AUDIOSET]
    if not audioset["folder"]:
        names = mirror_files(audioset["mirror"])
        return {name: Path(downloads, MIRROR, name) for name in names}
    listed = _listed_ytids(audioset, downloads)
    return audioset_files(audioset["folder"], audioset["parquet"], listed)


def table_files(folder: str | os.PathLike, table: str) -> dict[str, Path]:
    """Readable files of a user's own clip table by clip id, sorted by id.

    Raises
    ------
    InputError
        The table is wrong, or none of its files exists.
    """
    files = {
        row["clip_id"]: Path(folder, row["file"])
        for _, row in table_rows(folder, table)
    }
    found = {
        clip_id: path for clip_id, path in sorted(files.items()) if is_readable(path)
    }
    if not found:
        # Refused before results are recomputed without sound: a mount may be gone.
        raise InputError(
            f"{folder}: none of the {len(files)} files listed in {table} exists; check "
            "that its disk is mounted, and corpus.table.folder"
        )
    return found


def natural_files(folder: str | os.PathLike) -> dict[str, Path]:
    """Files of the 165 natural sounds by name, as far as they are there.

    Parameters
    ----------
    folder
        As for ``natural_sounds.read_categories``, which checks the table.

    Raises
    ------
    InputError
        The table cannot be read, or none of its files exists.
    """
    table = Path(folder, NATURAL_LABELS)
    names = [cells[0] for cells in csv.reader(text_lines(table)) if cells]
    files = {
        name: Path(folder, NATURAL_FILE.format(name=name)) for name in sorted(names)
    }
    found = {name: path for name, path in files.items() if is_readable(path)}
    for path in found.values():
        check_name(path)
    if not found:
        raise InputError(
            f"{folder}: none of the {len(files)} files listed in {table} exists; check "
            "that its disk is mounted, and natural_sounds.folder"
        )
    return found


def _listed_ytids(audioset: Mapping, downloads: str | os.PathLike) -> set[str] | None:
    """YTIDs in the user's own segment tables; None unless both are given.

    Downloaded tables do not count. They may not exist yet, and the inputs of a run must
    not change when they arrive.
    """
    tables = [Path(audioset[f"{split}_segments"]) for split in SPLITS]
    if any(table.is_relative_to(downloads) for table in tables):
        return None
    return {cells[0] for table in tables for _, cells in segment_rows(table)}
