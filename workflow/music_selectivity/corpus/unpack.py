"""Selected files of a downloaded archive, in a folder that appears when it is complete.

This is our own code because no library does all of this: pooch's processors and
``shutil.unpack_archive`` unpack every file under its own name, without a limit of size
and into the final folder; before Python 3.12 pooch lets a tar archive write outside it;
and none reads on to the checksum at the end of a gzip file.
"""

import gzip
import lzma
import os
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from music_selectivity.errors import InputError

MAX_BYTES = 50 * 2**30
"""Bytes that an archive may unpack to."""

CHUNK = 2**20

BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    gzip.BadGzipFile,
    EOFError,
    zlib.error,
    lzma.LZMAError,
)


def unpack(
    archive: str | os.PathLike,
    folder: str | os.PathLike,
    place: Callable[[str], str | None],
    max_bytes: int = MAX_BYTES,
) -> int:
    """Unpack files of a zip or tar archive into a new folder.

    Parameters
    ----------
    archive
        .zip, or .tar with any compression; recognised by its content.
    folder
        Appears when everything is unpacked; an old one is replaced.
    place
        Given a file's name in the archive, its path below `folder`, or None to leave it
        out. Links, devices and empty folders of the archive are left out.
    max_bytes
        Limit of all unpacked files together.

    Returns
    -------
    int
        Number of unpacked files.

    Raises
    ------
    InputError
        The file is not an archive, is broken (by its own checksums), encrypted or too
        large, it holds no wanted file, or a path lies outside `folder`.
    OSError
        The disk is full or not writable.
    """
    folder = Path(folder)
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        count = _extract(Path(archive), partial, place, max_bytes)
        if count == 0:
            raise InputError(f"{archive}: holds none of the files that are needed")
        shutil.rmtree(folder, ignore_errors=True)
        partial.replace(folder)
    except BROKEN_ARCHIVE as error:
        raise InputError(
            f"{archive}: broken archive ({error}); remove it and fetch it again"
        ) from error
    except RuntimeError as error:  # From zipfile: passwords and unknown compressions.
        raise InputError(
            f"{archive}: cannot be unpacked ({error}); replace it with a plain archive "
            "without a password"
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return count


def _extract(
    archive: Path, folder: Path, place: Callable[[str], str | None], max_bytes: int
) -> int:
    """Write the wanted files below a folder; how many there are."""
    count, room = 0, max_bytes
    for name, file in _members(archive):
        below = place(name)
        if below is None:
            continue
        relative = PurePosixPath(below)
        if relative.is_absolute() or ".." in relative.parts or not relative.parts:
            raise InputError(f"{archive}: {name!r} would be put outside the folder")
        target = folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target, "wb") as out:
            while chunk := file.read(CHUNK):
                room -= len(chunk)
                if room < 0:
                    raise InputError(
                        f"{archive}: unpacks to more than {max_bytes:,} bytes; this is "
                        "not the right archive"
                    )
                out.write(chunk)
        count += 1
    return count


def _members(archive: Path) -> Iterator[tuple[str, BinaryIO]]:
    """Name and content of each file in an archive; zipfile checks what it reads."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            for name in opened.namelist():
                if not name.endswith("/"):
                    with opened.open(name) as file:
                        yield name, file
        return
    with tarfile.open(archive) as opened:
        for member in opened:
            if member.isreg():
                with opened.extractfile(member) as file:
                    yield member.name, file
        # To the very end, where gzip has its checksum.
        while opened.fileobj.read(CHUNK):
            pass
