"""The audio files of each type of corpus, by clip id.

Only the standard library is used, because the Snakefile calls this to find the inputs
of each shard before any job runs.
"""

import csv
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from music_selectivity.corpus.shards import is_parquet
from music_selectivity.errors import InputError
from music_selectivity.vocabulary import (
    AUDIOSET,
    NATURAL,
    NATURAL_FILE,
    NATURAL_LABELS,
    SPLITS,
    TABLE,
)

# Folder of the mirror's files, below the downloads.
MIRROR = "audioset/parquet"

# Suffixes that are preferred if a clip is there in several formats. A clip may have any
# other suffix, or none, because the reader recognises formats by the first bytes.
AUDIO_SUFFIXES = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff")

# Suffixes of other files that downloads and analyses write under a clip's name.
SIDECARS = frozenset(
    [
        ".json",
        ".txt",
        ".csv",
        ".tsv",
        ".md",
        ".description",
        ".vtt",
        ".srt",
        ".jpg",
        ".jpeg",
        ".png",
        ".webp",
        ".part",
        ".tmp",
        ".ytdl",
        ".npy",
        ".h5",
    ]
)

# Most clips that are used without a table that lists them; both splits have 42,531.
MOST_UNLISTED = 100_000

# AudioSet clips are named YTID, YTID_start or YTID_start_end, in some collections after
# the letter Y. As a YTID has 11 characters, none of these names is ambiguous.
AUDIOSET_NAME = re.compile(r"Y?([A-Za-z0-9_-]{11})(_[0-9.]+){0,2}")


def split_name(name: str) -> tuple[str, str]:
    """Stem and lower-case suffix of a file's name, both without a suffix of gzip."""
    if name.lower().endswith(".gz"):
        name = name[: -len(".gz")]
    stem, suffix = os.path.splitext(name)
    return stem, suffix.lower()


def ytid_in(name: str) -> str | None:
    """YTID of an AudioSet clip from its file's name; None if it has no such name."""
    match = AUDIOSET_NAME.fullmatch(split_name(name)[0])
    return match and match[1]


def audioset_files(
    folder: str | os.PathLike,
    parquet: Sequence[str] = ("**/*.parquet",),
    listed: Collection[str] | None = None,
) -> dict[str, Path]:
    """Files in a folder of AudioSet, including its subfolders; links are followed.

    Parameters
    ----------
    folder
        Folder of the clips.
    parquet
        Globs, relative to the folder, of the Parquet files to use; ``**`` matches any
        number of folders.
    listed
        YTIDs of the clip files to use; None for all.

    Returns
    -------
    dict
        Either Parquet files, which contain the clips, by their paths below the folder;
        or clip files by YTID, sorted. If a YTID has several files, those with a suffix
        of `AUDIO_SUFFIXES` come first, then files in a folder before those in its
        subfolders, in the order of their names.

    Raises
    ------
    InputError
        The folder is missing, unreadable, without clips, contains both kinds of files,
        or has too many clips to use all of them; or a Parquet file cannot be read.
    """
    folder = _existing_folder(folder, "corpus.audioset.folder")
    in_parquet: dict[str, Path] = {}
    clips: dict[str, Path] = {}
    for path in _walk(folder):
        if is_parquet(path):
            name = path.relative_to(folder)
            if any(_matches(name.parts, tuple(glob.split("/"))) for glob in parquet):
                _check_parquet(path)
                in_parquet[name.as_posix()] = path
        elif _is_clip(path, listed):
            _check_name(path)
            ytid = ytid_in(path.name)
            first = clips.setdefault(ytid, path)
            if _is_named_sound(path) and not _is_named_sound(first):
                clips[ytid] = path
            if listed is None and len(clips) > MOST_UNLISTED:
                raise InputError(
                    f"{folder}: more than {MOST_UNLISTED:,} clips; give segment tables "
                    "of the clips to use as corpus.audioset.train_segments and "
                    "corpus.audioset.eval_segments, then no others are read"
                )
    if in_parquet and clips:
        raise InputError(
            f"{folder}: contains {len(in_parquet)} Parquet files and {len(clips)} clip "
            f"files, such as {next(iter(clips.values()))}; move one kind elsewhere, or "
            "set corpus.audioset.parquet to [] to use the clip files only"
        )
    if not in_parquet and not clips:
        which = "" if listed is None else " that the segment tables list"
        raise InputError(
            f"{folder}: no Parquet file of corpus.audioset.parquet "
            f"({', '.join(parquet) or 'none'}), and no clip named YTID, YTID_start or "
            f"YTID_start_end{which}; check corpus.audioset.folder"
        )
    return in_parquet or dict(sorted(clips.items()))


def _matches(path: Sequence[str], glob: Sequence[str]) -> bool:
    """Whether the parts of a relative path match those of a glob."""
    if not glob:
        return not path
    if glob[0] == "**":
        return any(_matches(path[n:], glob[1:]) for n in range(len(path) + 1))
    return bool(path) and fnmatchcase(path[0], glob[0]) and _matches(path[1:], glob[1:])


def _is_clip(path: Path, listed: Collection[str] | None) -> bool:
    """Whether a file is, by its name, one of the requested clips."""
    ytid = ytid_in(path.name)
    if not ytid or split_name(path.name)[1] in SIDECARS:
        return False
    return (listed is None or ytid in listed) and _is_readable(path)


def _is_named_sound(path: Path) -> bool:
    return split_name(path.name)[1] in AUDIO_SUFFIXES


def _check_parquet(path: Path) -> None:
    _check_name(path)
    if not _is_readable(path):
        raise InputError(
            f"{path}: cannot be read; fetch it again, or move it out of the corpus's "
            "folder"
        )


def _is_readable(path: str | os.PathLike) -> bool:
    """Whether a path is a regular file that may be read; all others count as missing.

    Snakemake opens its inputs. It would wait for a named pipe, and fail on the others.
    """
    return os.path.isfile(path) and os.access(path, os.R_OK)


def _check_name(path: Path) -> None:
    """Refuse names that Snakemake cannot handle."""
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{str(path)!a}: name is not UTF-8; rename it") from error
    if "{" in str(path) or "}" in str(path):
        raise InputError(
            f"{path}: Snakemake reads braces in a path as wildcards; rename it"
        )


def _walk(folder: Path) -> Iterator[Path]:
    """Files below a folder; links are followed, and each folder is visited once."""

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
    """Numbered rows of a user's own clip table; its header is row 1.

    Raises
    ------
    InputError
        The table is missing or empty, lacks a column, repeats an id or a file, or names
        a file outside the folder; the message names the row.
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
                    f"{', '.join(sorted(missing))}; add them to those it has: "
                    f"{', '.join(reader.fieldnames or ['none'])}"
                )
            # Blank lines are counted, as in an editor.
            rows = [(reader.line_num, row) for row in reader]
    except OSError as error:
        raise InputError(
            f"{path}: cannot read the clip table ({error.strerror}); check "
            "corpus.table.folder and corpus.table.table"
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"{path}: not a CSV table in UTF-8 ({error}); save it as one"
        ) from error
    if not rows:
        raise InputError(f"{path}: the clip table has a header but no rows; add clips")
    seen: dict[str, int] = {}
    files: dict[str, int] = {}
    for number, row in rows:
        if any(row.get(None, ())):
            raise InputError(
                f"{path}, row {number}: more cells than the header; enclose cells that "
                "contain a comma in double quotes"
            )
        if not row["clip_id"] or not row["file"]:
            raise InputError(f"{path}, row {number}: clip_id or file is empty; give it")
        if row["clip_id"] in seen:
            raise InputError(
                f"{path}, row {number}: clip_id {row['clip_id']!r} is already in row "
                f"{seen[row['clip_id']]}; give each clip its own id"
            )
        seen[row["clip_id"]] = number
        if row["file"] in files:
            raise InputError(
                f"{path}, row {number}: file {row['file']!r} is already in row "
                f"{files[row['file']]}; remove one of them, because units would be "
                "tested on the clips that selected them"
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
                "which Snakemake reads as a wildcard; rename it"
            )
    return rows


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
        clip_id: path for clip_id, path in sorted(files.items()) if _is_readable(path)
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
    found = {name: path for name, path in files.items() if _is_readable(path)}
    for path in found.values():
        _check_name(path)
    if not found:
        raise InputError(
            f"{folder}: none of the {len(files)} files listed in {table} exists; check "
            "that its disk is mounted, and natural_sounds.folder"
        )
    return found


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


def _listed_ytids(audioset: Mapping, downloads: str | os.PathLike) -> set[str] | None:
    """YTIDs in the user's own segment tables; None unless both are given.

    Downloaded tables do not count. They may not exist yet, and the inputs of a run must
    not change when they arrive.
    """
    tables = [Path(audioset[f"{split}_segments"]) for split in SPLITS]
    if any(table.is_relative_to(downloads) for table in tables):
        return None
    return {cells[0] for table in tables for _, cells in segment_rows(table)}


def segment_rows(path: str | os.PathLike) -> list[tuple[int, list[str]]]:
    """Numbered rows of a segment CSV, without comments and empty lines.

    Raises
    ------
    InputError
        The table cannot be read, has no rows, or has a row that is not CSV.
    """
    rows = []
    for number, line in enumerate(text_lines(path), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            # Line by line, so that an unclosed quote does not swallow the next line.
            cells = next(csv.reader([line], skipinitialspace=True))
        except csv.Error as error:
            raise InputError(
                f"{path}, row {number}: not CSV ({error}); correct it"
            ) from error
        rows.append((number, cells))
    if not rows:
        raise InputError(f"{path}: the segment table lists no clip; add clips")
    return rows


def text_lines(path: str | os.PathLike) -> list[str]:
    """Lines of a text file in UTF-8.

    Raises
    ------
    InputError
        The file cannot be read, or is not such text.
    """
    try:
        return Path(path).read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); check its path in the config"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: not text in UTF-8 ({error}); save it as UTF-8"
        ) from error


def mirror_files(mirror: Mapping) -> list[str]:
    """Names of the mirror's Parquet files (config section `corpus.audioset.mirror`)."""
    counts = {"bal_train": mirror["train_files"], "eval": mirror["eval_files"]}
    return [
        f"{split}/{number:02d}.parquet"
        for split, count in counts.items()
        for number in range(count)
    ]


def _existing_folder(folder: str | os.PathLike | None, key: str) -> Path:
    if not folder:
        raise InputError(f"config key {key} is empty; give the folder of your clips")
    if not Path(folder).is_dir():
        raise InputError(f"{folder}: no such folder; correct config key {key}")
    _check_name(Path(folder))
    return Path(folder)
