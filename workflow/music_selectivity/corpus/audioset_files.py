"""The clips in a folder of AudioSet, and in its mirror.

Only the standard library is used, because the Snakefile calls this to find the inputs
of each shard before any job runs.
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from music_selectivity.corpus.shards import is_parquet
from music_selectivity.corpus.usable_paths import (
    check_name,
    existing_folder,
    is_readable,
)
from music_selectivity.errors import InputError

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


def mirror_files(mirror: Mapping) -> list[str]:
    """Names of the mirror's Parquet files (config section `corpus.audioset.mirror`)."""
    counts = {"bal_train": mirror["train_files"], "eval": mirror["eval_files"]}
    return [
        f"{split}/{number:02d}.parquet"
        for split, count in counts.items()
        for number in range(count)
    ]


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
    folder = existing_folder(folder, "corpus.audioset.folder")
    in_parquet: dict[str, Path] = {}
    clips: dict[str, Path] = {}
    for path in _walk(folder):
        if is_parquet(path):
            name = path.relative_to(folder)
            if any(_matches(name.parts, tuple(glob.split("/"))) for glob in parquet):
                _check_parquet(path)
                in_parquet[name.as_posix()] = path
        elif _is_clip(path, listed):
            check_name(path)
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
    return (listed is None or ytid in listed) and is_readable(path)


def _is_named_sound(path: Path) -> bool:
    return split_name(path.name)[1] in AUDIO_SUFFIXES


def _check_parquet(path: Path) -> None:
    check_name(path)
    if not is_readable(path):
        raise InputError(
            f"{path}: cannot be read; fetch it again, or move it out of the corpus's "
            "folder"
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
