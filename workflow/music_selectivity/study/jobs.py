"""What every script of a rule does around its work: log, errors, a record."""

import contextlib
import errno
import gc
import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Any

from music_selectivity.errors import InputError
from music_selectivity.store import STORAGE_FAILURES
from music_selectivity.study import provenance

# What is wrong with the disk or folder, rather than with a file.
DISK_IS_FULL = "the disk is full, or a quota is used up: make room"
MAY_NOT_WRITE = "it is not writable: make results/ a folder that you may write to"
DOES_NOT_ANSWER = "its disk or network mount does not answer: mount it again"
STORAGE_ERRORS = {
    errno.ENOSPC: DISK_IS_FULL,
    errno.EDQUOT: DISK_IS_FULL,
    errno.EFBIG: DISK_IS_FULL,
    errno.EROFS: MAY_NOT_WRITE,
    errno.EACCES: MAY_NOT_WRITE,
    errno.EPERM: MAY_NOT_WRITE,
    **dict.fromkeys(STORAGE_FAILURES, DOES_NOT_ANSWER),
}


@contextlib.contextmanager
def job(snakemake: Any) -> Iterator[logging.Logger]:
    """Run a script's body; log to its log file and, for progress, to the terminal.

    An InputError, and a disk that is full or gone, end the script with one sentence for
    users to read; any other error also leaves its traceback in the log. A job that
    succeeds leaves a record of what made its outputs.

    Parameters
    ----------
    snakemake
        The object of that name in every script.
    """
    log_path = snakemake.log[0]
    form = logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S")
    to_file = logging.FileHandler(log_path, mode="w", encoding="utf-8")
    to_terminal = logging.StreamHandler(sys.stderr)
    to_terminal.setLevel(logging.INFO)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for handler in (to_file, to_terminal):
        handler.setFormatter(form)
        root.addHandler(handler)
    logging.captureWarnings(True)
    # A full disk that rejects a log line must not raise a second error.
    logging.raiseExceptions = False
    try:
        yield logging.getLogger("music_selectivity")
        provenance.write_record(
            snakemake.rule,
            dict(snakemake.wildcards.items()),
            snakemake.output,
            snakemake.params.code,
            log_path,
        )
    except InputError as error:
        root.error("error: %s", error)
        sys.exit(1)
    except OSError as error:
        root.error("%s", _storage_failure(error) or _unexpected())
        sys.exit(1)
    except Exception:
        root.error("%s", _unexpected())
        sys.exit(1)
    finally:
        root.removeHandler(to_file)
        root.removeHandler(to_terminal)
        to_file.close()
        # Python would search all modules for garbage before it ends, which takes up to
        # a quarter of a short job's time.
        gc.freeze()


def _storage_failure(error: OSError) -> str:
    """A sentence about storage that fails; empty for any other error."""
    remedy = STORAGE_ERRORS.get(error.errno)
    if remedy is None:
        return ""
    place = f"{error.filename}: " if error.filename else ""
    return (
        f"error: {place}{error.strerror}; {remedy}, and run the same command again, "
        "which continues from what is complete"
    )


def _unexpected() -> str:
    return f"unexpected error:\n{traceback.format_exc()}"
