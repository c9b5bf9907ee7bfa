"""Complete, verified downloads, or one clear error.

Files on Hugging Face (``hf://`` addresses) are read with huggingface_hub, all others
with pooch. This module adds what the two libraries do not do:

- Resuming. ``HfFileSystem`` reads ranges of a file, so that a partial file is continued
  after a broken connection or in a later run. ``hf_hub_download`` would start again:
  since version 1.18 each call writes to a new temporary file. It also compares only
  the size, not the checksum. pooch cannot resume, so plain downloads start again. In
  the default config those are small tables and archives of GitHub repositories, which
  GitHub serves without ranges.
- Names. ``pooch.retrieve`` writes to a temporary file with a random name, which a
  killed run leaves behind and which only its owner may read. Here only pooch's
  downloader and its checksum are used.
- Retries. pooch tries a missing or wrong file as often as a broken connection, and
  does not log the reason.
- Refusing redirects from https to http, which pooch follows. The checksum
  of a file on Hugging Face comes over https, so its content may come from any server.
"""

import logging
import os
import time
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pooch
import requests
from huggingface_hub import HfFileSystem
from huggingface_hub.errors import OfflineModeIsEnabled

from music_selectivity.errors import InputError
from music_selectivity.store import atomic_path

log = logging.getLogger(__name__)
# At level INFO it logs every request, with signed addresses.
logging.getLogger(httpx2.__name__).setLevel(logging.WARNING)

TRIES = 5
"""Failures after which a download is given up."""

TIMEOUT = 60.0
"""Seconds of silence after which a plain connection counts as broken."""

LONGEST_WAIT = 300.0
"""Seconds between two tries, even if a server asks for more."""

CHUNK, HUB_RANGE = 2**20, 2**24
"""Bytes read at once: of a plain download; of a file on Hugging Face, with one request
each. Hugging Face allows 3,000 requests in five minutes, or 160 MB per second."""

TRANSIENT = {408, 425, 429, 500, 502, 503, 504}
"""Answers of a server that may be better at the next try."""

# What pooch and huggingface_hub let through of the network's errors.
NETWORK_ERRORS = (requests.RequestException, httpx2.HTTPError, OfflineModeIsEnabled)


class _WrongFile(Exception):
    """What arrived is not the file that was asked for."""


def fetch(address: str, path: str | os.PathLike, sha256: str | None = None) -> None:
    """Download `address` to `path`.

    Parameters
    ----------
    address
        https, http, or ``hf://datasets/OWNER/NAME@REVISION/PATH`` on Hugging Face.
    path
        Written only when complete and verified. A partial file from Hugging Face is
        kept next to it as ``.NAME.part`` and continued by the next call.
    sha256
        Of the file. Without it, the checksum that Hugging Face states is used; of other
        servers only the length is checked, where they state it.

    Raises
    ------
    InputError
        The machine is offline, or the file is missing or does not match its checksum.
    OSError
        The disk is full or not writable.
    """
    download = DOWNLOADERS.get(address.partition("://")[0])
    if download is None:
        raise InputError(f"{address!r} is not an https, http or hf address")
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    failures, was_wrong = 0, False
    while True:
        try:
            download(address, path, sha256)
            return
        except _WrongFile as error:
            if was_wrong:
                raise InputError(
                    f"{address}: {error}, twice; correct its sha256 or address in the "
                    f"config, or put the right file at {path}"
                ) from error
            was_wrong = True
            log.warning("%s: %s; starting again", address, error)
        except NETWORK_ERRORS as error:
            failures += 1
            reason, pause = _diagnosis(error, failures)
            if pause is None:
                raise InputError(
                    f"{address}: {reason}; correct its address in the config, or put "
                    f"the file at {path}"
                ) from error
            if failures == TRIES:
                raise InputError(
                    f"{address}: {reason}, {failures} times; fetch where there is a "
                    f"connection, such as a login node, or put the file at {path}"
                ) from error
            log.warning("%s: %s; trying again in %.0f s", address, reason, pause)
            time.sleep(pause)


def _from_http(address: str, path: Path, sha256: str | None) -> None:
    """Download with pooch, from the beginning."""
    download = pooch.HTTPDownloader(
        progressbar=_Progress(address),
        chunk_size=CHUNK,
        timeout=TIMEOUT,
        # The checksum is of the file, not of a compressed copy.
        headers={"Accept-Encoding": "identity"},
        hooks={"response": _refuse_unencrypted},
    )
    with atomic_path(path) as temporary:
        download(address, temporary, None)
        _verify(temporary, sha256)


def _from_hub(address: str, path: Path, sha256: str | None) -> None:
    """Download from Hugging Face, continuing at the end of a partial file."""
    hub = HfFileSystem(skip_instance_cache=True)
    try:
        info = hub.info(address)
        if info["type"] != "file":
            raise FileNotFoundError(f"a {info['type']}")
    except (FileNotFoundError, ValueError, NotImplementedError) as error:
        raise InputError(
            f"{address}: no such file on Hugging Face ({error}); correct its address "
            f"in the config, or put the file at {path}"
        ) from error
    if sha256 is None and info["lfs"]:
        sha256 = info["lfs"].sha256
    part = path.with_name(f".{path.name}.part")
    # Without a checksum nothing would show that both parts are of the same version.
    with (
        hub.open(address, cache_type="none") as remote,
        open(part, "ab" if sha256 else "wb") as file,
    ):
        remote.seek(file.tell())
        progress = _Progress(address, info["size"], file.tell())
        while chunk := remote.read(HUB_RANGE):
            file.write(chunk)
            progress.update(len(chunk))
    try:
        if part.stat().st_size != info["size"]:
            raise _WrongFile(f"{part.stat().st_size} bytes instead of {info['size']}")
        _verify(part, sha256)
    except _WrongFile:
        part.unlink()
        raise
    with atomic_path(path) as temporary:
        part.replace(temporary)


DOWNLOADERS = {"https": _from_http, "http": _from_http, "hf": _from_hub}


def _refuse_unencrypted(response: requests.Response, **_) -> None:
    """Refuse redirects to a less safe address."""
    target = urljoin(response.url, response.headers.get("Location", ""))
    safe = ("https:",) if response.url.startswith("https:") else ("https:", "http:")
    if response.is_redirect and not target.startswith(safe):
        raise InputError(
            f"{response.url}: redirects to {target}, which is not encrypted; correct "
            "the address in the config"
        )


def _diagnosis(error: Exception, failures: int) -> tuple[str, float | None]:
    """What went wrong, and seconds until the next try; None if that cannot help."""
    backoff = 2.0 ** (failures - 1)
    response = getattr(error, "response", None)
    if response is None:
        while error.__context__:  # The library's error wraps the system's.
            error = error.__context__
        return f"the connection failed ({str(error) or type(error).__name__})", backoff
    reason = f"the server answers {response.status_code}"
    if response.status_code not in TRANSIENT:
        return reason, None
    asked = response.headers.get("Retry-After", "")
    return reason, min(float(asked) if asked.isdigit() else backoff, LONGEST_WAIT)


def _verify(path: Path, sha256: str | None) -> None:
    found = pooch.file_hash(path)
    if sha256 is not None and found != sha256.lower():
        raise _WrongFile(f"SHA-256 {found} instead of {sha256.lower()}")


class _Progress:
    """A progress bar, as pooch calls it, that logs every twentieth of a file."""

    def __init__(self, address: str, total: int = 0, done: int = 0) -> None:
        self.address, self.total, self.done = address, total, done

    def update(self, size: int) -> None:
        step = self.total // 20 or 2**28  # The total may be unknown.
        before = self.done
        self.done = min(before + size, self.total or before + size)
        if self.done // step > before // step:
            of = f" of {self.total / 1e6:.0f}" if self.total else ""
            log.info("%s: %.0f%s MB", self.address, self.done / 1e6, of)

    def reset(self) -> None:
        """Does nothing; otherwise pooch would count the file twice."""

    def close(self) -> None:
        """Does nothing."""
