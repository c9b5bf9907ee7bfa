"""Where the clips' audio lies: files of each form of corpus, by clip id.

Standard library only: the Snakefile calls this to learn the inputs of each shard
before any job runs.
"""

import csv
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from music_selectivity.errors import InputError

# Folder of the mirror's files among the downloads.
MIRROR = "audioset/parquet"

AUDIO_SUFFIXES = (".wav", ".flac", ".ogg", ".mp3", ".opus")

# AudioSet clips are kept as YTID, YTID_start or YTID_start_end, with a Y before them in
# some collections; a YTID is 11 long, so none of these can be mistaken for another.
AUDIOSET_NAME = re.compile(r"Y?([A-Za-z0-9_-]{11})(_[0-9.]+){0,2}")


def shard_of(name: str, n_shards: int) -> int:
    """The fixed shard of a clip or Parquet file: a hash of its id, so that none moves
    when others come."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % n_shards


def audioset_files(folder: str | os.PathLike) -> dict[str, Path]:
    """Files of a folder of AudioSet, nested or flat, links followed.

    Parquet files, if the folder holds any, by their paths below it: the clips stand in
    them. Else audio files by YTID, sorted by id; of several with one YTID the first
    counts, in order of names, those of a folder before those of its subfolders.

    Raises
    ------
    InputError
        If the folder is missing, holds no clip or cannot be read, or a Parquet file
        cannot.
    """
    folder = _existing_folder(folder, "corpus.audioset.folder")
    parquet: dict[str, Path] = {}
    clips: dict[str, Path] = {}
    for path in _walk(folder):
        stem, suffix = os.path.splitext(path.name.removesuffix(".gz"))
        match = AUDIOSET_NAME.fullmatch(stem)
        if match and suffix.lower() in AUDIO_SUFFIXES and _is_readable(path):
            _check_name(path)
            clips.setdefault(match[1], path)
        elif is_parquet(path):
            _check_name(path)
            if not _is_readable(path):
                raise InputError(
                    f"{path}: cannot be read; fetch it anew, or move it out of the "
                    "corpus's folder"
                )
            parquet[path.relative_to(folder).as_posix()] = path
    if not parquet and not clips:
        raise InputError(
            f"{folder}: no Parquet file, and no clip named YTID, YTID_start or "
            f"YTID_start_end with a suffix among {', '.join(AUDIO_SUFFIXES)}; check "
            "corpus.audioset.folder"
        )
    return parquet or dict(sorted(clips.items()))


def is_parquet(path: str | os.PathLike) -> bool:
    """Whether a file is named as Parquet; hidden ones are other programs' own."""
    name = os.path.basename(path)
    return name.endswith(".parquet") and not name.startswith(".")


def _is_readable(path: str | os.PathLike) -> bool:
    """Whether a path is a regular file that may be read; what is not counts as missing.

    Snakemake opens its inputs: it would wait for a named pipe, and fail on the rest.
    """
    return os.path.isfile(path) and os.access(path, os.R_OK)


def _check_name(path: Path) -> None:
    """Refuse names that Snakemake cannot carry."""
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{str(path)!a}: a name not in UTF-8; rename it") from error
    if "{" in str(path) or "}" in str(path):
        raise InputError(
            f"{path}: Snakemake takes braces in a path for wildcards; rename it"
        )


def _walk(folder: Path) -> Iterator[Path]:
    """What lies below a folder but is none, links followed, each folder once."""

    def refuse(error: OSError) -> None:
        raise InputError(
            f"{error.filename}: cannot be listed ({error.strerror}); make the folder "
            "readable or move it out of the corpus"
        )

    seen = set()
    for parent, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        status = os.stat(parent)
        identity = status.st_dev, status.st_ino
        if identity in seen:
            folders.clear()
            continue
        seen.add(identity)
        folders.sort()
        yield from (Path(parent, name) for name in sorted(names))


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
    path = Path(folder, table)
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
        if any(row.get(None, ())):
            raise InputError(
                f"{path}, row {number}: more cells than the header has; put a cell "
                "with a comma in it in double quotes"
            )
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
    """Readable files of a user's own clip table, by clip id, sorted by id."""
    files = {
        row["clip_id"]: Path(folder, row["file"])
        for _, row in table_rows(folder, table)
    }
    return {
        clip_id: path for clip_id, path in sorted(files.items()) if _is_readable(path)
    }


def corpus_files(corpus: Mapping, downloads: str | os.PathLike) -> dict[str, Path]:
    """Files of the corpus that the config section `corpus` describes, by clip id.

    Parquet files, which hold many clips, by their paths below the folder; those that
    are fetched need not be there yet.
    """
    if corpus["form"] == "table":
        return table_files(corpus["table"]["folder"], corpus["table"]["table"])
    if not corpus["audioset"]["folder"]:
        names = mirror_files(corpus["audioset"]["mirror"])
        return {name: Path(downloads, MIRROR, name) for name in names}
    return audioset_files(corpus["audioset"]["folder"])


def mirror_files(mirror: Mapping) -> list[str]:
    """Names of the mirror's Parquet files (config section corpus.audioset.mirror)."""
    counts = {"bal_train": mirror["train_files"], "eval": mirror["eval_files"]}
    return [
        f"{split}/{number:02d}.parquet"
        for split, count in counts.items()
        for number in range(count)
    ]


def _existing_folder(folder: str | os.PathLike | None, key: str) -> Path:
    if not folder:
        raise InputError(f"config key {key} is empty: give the folder of your clips")
    if not Path(folder).is_dir():
        raise InputError(f"{folder}: no such folder; correct config key {key}")
    _check_name(Path(folder))
    return Path(folder)
