"""Downloads that end whole, verified, or with one clear sentence.

What has come of a file is kept in a ``.part`` beside it, and goes on from there after a
broken connection or a killed run, if the server says that the file is still the same.
"""

import contextlib
import errno
import gzip
import hashlib
import http.client
import json
import logging
import lzma
import os
import re
import shutil
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from music_selectivity.errors import InputError

log = logging.getLogger(__name__)

TRIES, TRIES_UNANSWERED = 8, 3
"""Connections in a row that may fail without bringing anything; fewer to a server that
has not answered yet, for then this machine may be offline. Nor may a file be begun anew
more often, as it must be where a server cannot go on."""

LONGEST_WAIT = 300.0
"""Seconds, even if a server asks for more."""

CHUNK = 2**20
TRANSIENT = {408, 425, 429, 500, 502, 503, 504}
SHA256 = re.compile(r'"?([0-9a-f]{64})"?')

MAX_UNPACKED = 50 * 2**30
"""Bytes that an archive may unpack to."""

BROKEN_ARCHIVE = (
    *(zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile),
    *(EOFError, zlib.error, lzma.LZMAError),
)


class _Failed(Exception):
    """A connection worth another try, after `wait` seconds if the server says so."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class _Changed(_Failed):
    """What had come is no part of the file as the server has it now."""


def fetch(
    address: str,
    path: str | os.PathLike,
    sha256: str | None = None,
    wait: float = 2.0,
    timeout: float = 60.0,
) -> None:
    """Download `address` to `path`.

    Parameters
    ----------
    address
        http or https; redirects are followed, but none from https to http.
    path
        Written only when whole and verified. While the download goes on, ``.NAME.part``
        and ``.NAME.part.json`` stand beside it.
    sha256
        Of the file. Without it that which the server states is checked, if it states
        one, as Hugging Face does; else the length, if it states that; else only that
        the transfer came to its end.
    wait
        Seconds before the second try; they double with each that brings nothing.
    timeout
        Seconds of silence after which a connection counts as broken.

    Raises
    ------
    InputError
        Offline, not there, not what the checksum says, or no room on the disk.
    """
    if not address.startswith(("http://", "https://")):
        raise InputError(f"{address!r} is no http or https address")
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _Part(path)
    failures = spoilt = 0
    while True:
        before = part.size
        try:
            stated = part.download(address, timeout)
            part.verify(sha256 or stated)
            part.finish()
            return
        except _Changed as reason:
            part.discard()
            spoilt += 1
            if spoilt == 2:
                raise InputError(
                    f"{address}: {reason}, twice; correct its sha256 or address under "
                    f"'downloads' in the config, or put the right file at {path}"
                ) from reason
            log.warning("%s: %s; starting anew", address, reason)
        except _Failed as reason:
            failures = 0 if part.size > before else failures + 1
            given_up = None
            if failures == (TRIES if part.answered else TRIES_UNANSWERED):
                given_up = f"{failures} times in a row"
            elif part.restarts == TRIES:
                given_up = f"after {TRIES} times from the beginning"
            if given_up:
                raise InputError(
                    f"{address}: {reason}, {given_up}; fetch where there is a "
                    f"connection, such as a login node, or put the file at {path}"
                ) from reason
            pause = (
                wait * 2 ** max(0, failures - 1) if reason.wait is None else reason.wait
            )
            log.warning("%s: %s; trying again in %.0f s", address, reason, pause)
            time.sleep(min(pause, LONGEST_WAIT))


class _Part:
    """What has come of a file, and which version of it that is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = path.with_name(f".{path.name}.part")
        self.note = path.with_name(f".{path.name}.part.json")
        self.answered = False
        self.restarts = 0

    @property
    def size(self) -> int:
        """Bytes that have come."""
        return self.data.stat().st_size if self.data.exists() else 0

    def version(self) -> str | None:
        """What the server called the version that has come in part."""
        try:
            return json.loads(self.note.read_text())["version"]
        except (OSError, ValueError, KeyError):
            return None

    def download(self, address: str, timeout: float) -> str | None:
        """Go on to the end; the SHA-256 that the server states, if any."""
        version = self.version()
        headers = {"User-Agent": "music-selectivity"}
        # Without a version nobody could say that both parts are of one file.
        if self.size and version:
            headers |= {"Range": f"bytes={self.size}-", "If-Range": version}
        redirects = Redirects()
        opener = urllib.request.build_opener(redirects)
        request = urllib.request.Request(address, headers=headers)
        try:
            with opener.open(request, timeout=timeout) as response:
                self._receive(address, response)
        except urllib.error.HTTPError as error:
            self._refused(address, error)
        except urllib.error.URLError as error:
            raise _Failed(f"no connection ({error.reason})") from error
        except (OSError, http.client.HTTPException) as error:
            raise _Failed(
                f"broken connection ({error or type(error).__name__})"
            ) from error
        return redirects.sha256

    def _receive(self, address: str, response: http.client.HTTPResponse) -> None:
        self.answered = True
        resumed = response.status == 206
        start = self.size if resumed else 0
        span = re.match(
            r"bytes (\d+)-\d*/(\d+)", response.headers.get("Content-Range", "")
        )
        if resumed and (span is None or int(span[1]) != start):
            raise _Changed("the server sent another part than was asked for")
        length = response.headers.get("Content-Length")
        total = int(span[2]) if resumed else int(length) if length else None
        if not resumed:
            self.restarts += self.size > 0
            version = response.headers.get("ETag") or response.headers.get(
                "Last-Modified"
            )
            # A weak tag speaks of meaning, not of bytes.
            strong = version and not version.startswith("W/")
            self._write_note(version if strong else None)
        with _disk(self.data), open(self.data, "ab" if resumed else "wb") as file:
            for done in _copied(response, file, start):
                _tell(address, done, total)
        if total is not None and self.size < total:
            raise _Failed(f"only {self.size} of {total} bytes came")
        if total is not None and self.size > total:
            raise _Changed(f"{self.size} bytes came of {total}")

    def _refused(self, address: str, error: urllib.error.HTTPError) -> None:
        self.answered = True
        if error.code == 416:  # Nothing stands behind what has come.
            raise _Changed("the file has changed") from error
        if error.code in TRANSIENT:
            after = error.headers.get("Retry-After", "")
            wait = float(after) if after.isdigit() else None
            raise _Failed(f"the server answers {error.code}", wait) from error
        raise InputError(
            f"{address}: the server answers {error.code} {error.reason}; correct the "
            f"address under 'downloads' in the config, or put the file at {self.path}"
        ) from error

    def verify(self, sha256: str | None) -> None:
        """Compare the whole with its checksum."""
        if sha256 is None:
            return
        with open(self.data, "rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha256.lower():
            raise _Changed(f"SHA-256 {found} instead of {sha256.lower()}")

    def finish(self) -> None:
        """Give the file its name."""
        with open(self.data, "rb") as file:
            os.fsync(file.fileno())
        os.replace(self.data, self.path)
        self.note.unlink(missing_ok=True)

    def discard(self) -> None:
        """Forget what has come."""
        self.data.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)

    def _write_note(self, version: str | None) -> None:
        with _disk(self.note):
            self.note.write_text(json.dumps({"version": version}))


class Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, none to a place less safe, and hears what they state."""

    sha256: str | None = None

    def redirect_request(self, request, file, code, message, headers, address):
        if request.full_url.startswith("https:") and not address.startswith("https:"):
            raise InputError(
                f"{request.full_url}: leads to {address}, which is not encrypted; "
                "correct the address under 'downloads' in the config"
            )
        stated = SHA256.fullmatch(headers.get("X-Linked-ETag", ""))
        self.sha256 = stated[1] if stated else self.sha256
        return super().redirect_request(request, file, code, message, headers, address)


def _copied(response: BinaryIO, file: BinaryIO, done: int) -> Iterator[int]:
    """Copy to the end; the bytes of the whole file that are there by now."""
    while chunk := response.read(CHUNK):
        file.write(chunk)
        done += len(chunk)
        yield done


def _tell(address: str, done: int, total: int | None) -> None:
    every = 2**28 if total is None else max(CHUNK, total // 20)
    if done // every > (done - CHUNK) // every:
        of = f" of {total / 1e6:.0f}" if total else ""
        log.info("%s: %.0f%s MB", address, done / 1e6, of)


@contextlib.contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Tell in a sentence what the disk refuses."""
    try:
        yield
    except OSError as error:
        refusals = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES)
        if error.errno in refusals:
            raise InputError(
                f"{path}: cannot be written ({error.strerror}); make room or give "
                "leave, and run the same command again, which goes on from here"
            ) from error
        raise


def unpack(
    archive: str | os.PathLike,
    folder: str | os.PathLike,
    place: Callable[[str], str | None],
    max_bytes: int = MAX_UNPACKED,
) -> int:
    """Unpack files of a zip or tar archive into a new folder.

    Parameters
    ----------
    archive
        .zip, or .tar however compressed; told by content.
    folder
        Appears when all is unpacked; what stood there is replaced.
    place
        Given a file's name in the archive, its place below `folder`, or None to leave
        it out. Links, devices and folders of the archive are left out.
    max_bytes
        That it may unpack to.

    Returns
    -------
    int
        How many files were unpacked.

    Raises
    ------
    InputError
        It is no archive, is broken, as its checksums tell, encrypted, too large, or
        holds no wanted file; or a place lies outside `folder`.
    """
    folder = Path(folder)
    temporary = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(temporary, ignore_errors=True)
    done, room = 0, max_bytes
    try:
        for name, file in _members(Path(archive)):
            below = place(name)
            if below is None:
                continue
            pure = PurePosixPath(below)
            if pure.is_absolute() or ".." in pure.parts or not pure.parts:
                raise InputError(f"{archive}: {name!r} would be put outside the folder")
            target = temporary / pure
            with _disk(target):
                target.parent.mkdir(parents=True, exist_ok=True)
                with open(target, "wb") as out:
                    for size in _copied(file, out, 0):
                        if size > room:
                            raise InputError(
                                f"{archive}: unpacks to more than {max_bytes:,} bytes; "
                                "this is not the archive that was meant"
                            )
            room -= target.stat().st_size
            done += 1
    except BROKEN_ARCHIVE as error:
        raise InputError(
            f"{archive}: broken archive ({error}); remove it and fetch it anew"
        ) from error
    except RuntimeError as error:  # zipfile's word for passwords and odd compressions.
        raise InputError(
            f"{archive}: cannot be unpacked ({error}); put a plain archive without a "
            "password in its place"
        ) from error
    if done == 0:
        raise InputError(f"{archive}: holds none of the files that were looked for")
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(temporary, folder)
    return done


def _members(archive: Path) -> Iterator[tuple[str, BinaryIO]]:
    """Name and content of each file in an archive; a zip's is checked as it is read."""
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
