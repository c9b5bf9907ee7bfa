"""Where the clips' audio lies: clip ids and files of each form of corpus.

Standard library only: the Snakefile calls this to learn the inputs of each shard
before any job runs, and the jobs call it again to read them.
"""

import csv
import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from music_selectivity.errors import InputError

AUDIO_SUFFIXES = (".wav", ".flac", ".ogg", ".mp3", ".opus")

# AudioSet clips are kept as YTID, YTID_start or YTID_start_end; a YTID is 11 long.
AUDIOSET_NAME = re.compile(r"([A-Za-z0-9_-]{11})(_[0-9.]+){0,2}")


def shard_of(clip_id: str, n_shards: int) -> int:
    """The fixed shard of a clip: a hash of its id, so that new clips move no other."""
    digest = hashlib.blake2b(clip_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % n_shards


def audioset_files(folder: str | os.PathLike) -> dict[str, Path]:
    """Files of a folder of AudioSet clips, nested or flat, by YTID, sorted by id.

    Raises
    ------
    InputError
        If the folder is missing or holds no clip.
    """
    folder = _existing_folder(folder, "corpus.audioset.folder")
    files: dict[str, Path] = {}
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            stem, suffix = os.path.splitext(name)
            match = AUDIOSET_NAME.fullmatch(stem)
            if match and suffix.lower() in AUDIO_SUFFIXES:
                files.setdefault(match[1], Path(parent, name))
    if not files:
        raise InputError(
            f"{folder}: no clip named YTID, YTID_start or YTID_start_end with a suffix "
            f"among {', '.join(AUDIO_SUFFIXES)}; check corpus.audioset.folder"
        )
    return dict(sorted(files.items()))


def table_rows(
    folder: str | os.PathLike, table: str
) -> list[tuple[int, dict[str, str]]]:
    """Numbered rows of a user's own clip table; the header is row 1.

    Raises
    ------
    InputError
        If the table is missing, empty, lacks a column, repeats an id or names a file
        outside the folder; the message gives the row.
    """
    folder = _existing_folder(folder, "corpus.table.folder")
    path = folder / table
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, restval="")
            missing = {"clip_id", "file", "labels", "split"} - set(
                reader.fieldnames or []
            )
            if missing:
                raise InputError(
                    f"{path}: the table lacks the column(s) "
                    f"{', '.join(sorted(missing))}; it has "
                    f"{', '.join(reader.fieldnames or ['none'])}"
                )
            # Blank lines count as rows, as they do in an editor.
            rows = [(reader.line_num, row) for row in reader]
    except OSError as error:
        raise InputError(
            f"{path}: cannot read the clip table ({error.strerror}); check "
            "corpus.table.folder and corpus.table.table"
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: not a CSV table in UTF-8 ({error})") from error
    if not rows:
        raise InputError(f"{path}: the clip table has a header but no rows")
    seen: dict[str, int] = {}
    files: dict[str, int] = {}
    for number, row in rows:
        if not row["clip_id"] or not row["file"]:
            raise InputError(f"{path}, row {number}: clip_id or file is empty")
        if row["clip_id"] in seen:
            raise InputError(
                f"{path}, row {number}: clip_id {row['clip_id']!r} stands already in "
                f"row {seen[row['clip_id']]}; ids must differ"
            )
        seen[row["clip_id"]] = number
        if row["file"] in files:
            raise InputError(
                f"{path}, row {number}: file {row['file']!r} stands already in row "
                f"{files[row['file']]}; a sound in both splits would test units on the "
                "clips that chose them"
            )
        files[row["file"]] = number
        parts = Path(row["file"]).parts
        if ".." in parts or Path(row["file"]).is_absolute():
            raise InputError(
                f"{path}, row {number}: file {row['file']!r} lies outside the folder; "
                "give a path below it"
            )
        if "{" in row["file"] or "}" in row["file"]:
            raise InputError(
                f"{path}, row {number}: file {row['file']!r} has a brace in its name, "
                "which Snakemake takes for a wildcard; rename it"
            )
    return rows


def table_files(folder: str | os.PathLike, table: str) -> dict[str, Path]:
    """Existing files of a user's own clip table, by clip id, sorted by id."""
    files = {
        row["clip_id"]: Path(folder, row["file"])
        for _, row in table_rows(folder, table)
    }
    return {clip_id: path for clip_id, path in sorted(files.items()) if path.is_file()}


def files_by_clip(corpus: Mapping) -> dict[str, Path]:
    """Files of the corpus that the config section `corpus` describes, by clip id."""
    if corpus["form"] == "table":
        return table_files(corpus["table"]["folder"], corpus["table"]["table"])
    return audioset_files(corpus["audioset"]["folder"])


def shard_files(clip_ids: Sequence[str], audio: Sequence[str]) -> dict[str, Path]:
    """Files of one shard by clip id, from the inputs that a rule has of it.

    A synthetic shard is one folder whose files are named for their clips, and comes
    without ids; so does a shard without any clip, which has no input either.
    """
    if clip_ids:
        return dict(zip(clip_ids, map(Path, audio), strict=True))
    found = (path for folder in audio for path in sorted(Path(folder).glob("*.flac")))
    return {path.stem: path for path in found}


def _existing_folder(folder: str | os.PathLike | None, key: str) -> Path:
    if not folder:
        raise InputError(f"config key {key} is empty: give the folder of your clips")
    if not Path(folder).is_dir():
        raise InputError(f"{folder}: no such folder; correct config key {key}")
    if "{" in str(folder) or "}" in str(folder):
        raise InputError(
            f"{folder}: Snakemake takes braces in a path for wildcards; rename the "
            f"folder of config key {key}"
        )
    return Path(folder)
