"""What every script behind a rule does around its work: log, threads, errors."""

import contextlib
import logging
import sys
import traceback
from collections.abc import Iterator

from music_selectivity.errors import InputError


@contextlib.contextmanager
def job(log_path: str) -> Iterator[logging.Logger]:
    """Run a script's body; log to `log_path` and, for progress, to the terminal.

    An InputError ends the script with its message alone, for users to read; any other
    error leaves its traceback in the log too.
    """
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
    try:
        yield logging.getLogger("music_selectivity")
    except InputError as error:
        root.error("error: %s", error)
        sys.exit(1)
    except Exception:
        root.error("unexpected error:\n%s", traceback.format_exc())
        sys.exit(1)
    finally:
        root.removeHandler(to_file)
        root.removeHandler(to_terminal)
        to_file.close()
