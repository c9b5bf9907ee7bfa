"""Whether files and folders can be inputs of jobs.

Only the standard library is used, as in all modules that the Snakefile calls.
"""

import os
from pathlib import Path

from music_selectivity.errors import InputError


def existing_folder(folder: str | os.PathLike | None, key: str) -> Path:
    """The folder that a config key gives, as a path.

    Raises
    ------
    InputError
        The key is empty, there is no such folder, or see `check_name`.
    """
    if not folder:
        raise InputError(f"config key {key} is empty; give the folder of your clips")
    if not Path(folder).is_dir():
        raise InputError(f"{folder}: no such folder; correct config key {key}")
    check_name(Path(folder))
    return Path(folder)


def is_readable(path: str | os.PathLike) -> bool:
    """Whether a path is a regular file that may be read; all others count as missing.

    Snakemake opens its inputs. It would wait for a named pipe, and fail on the others.
    """
    return os.path.isfile(path) and os.access(path, os.R_OK)


def check_name(path: Path) -> None:
    """Refuse names that Snakemake cannot handle.

    Raises
    ------
    InputError
        The name is not UTF-8 or has a brace.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{str(path)!a}: name is not UTF-8; rename it") from error
    if "{" in str(path) or "}" in str(path):
        raise InputError(
            f"{path}: Snakemake reads braces in a path as wildcards; rename it"
        )
