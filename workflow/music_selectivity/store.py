"""Files that are either complete or absent, and arrays too large for memory.

Every result is written under a temporary name in its own folder and then renamed. A
file under its final name is therefore complete, even if the job was killed.
"""

import contextlib
import errno
import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

STORAGE_FAILURES = frozenset(
    [
        errno.EIO,
        errno.ESTALE,
        errno.ENOTCONN,
        errno.ENODEV,
        errno.ENXIO,
        errno.ETIMEDOUT,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.EREMOTEIO,
    ]
)
"""Errors of a disk or network mount, which say nothing about the files on it."""


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a temporary path in the folder of `path`; rename it to `path` on success.

    The bytes reach the disk before the new name does. After an error no file is left.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The suffix stays last, because several writers choose their format by it. Files of
    # killed writers are removed; a writer that still runs can then no longer rename.
    # The name of another file, such as that of a.1 beside a, never looks like one.
    for stale in path.parent.glob(
        f".{glob.escape(path.stem)}.partial-[0-9]*{path.suffix}"
    ):
        stale.unlink(missing_ok=True)
    temporary = path.with_name(f".{path.stem}.partial-{os.getpid()}{path.suffix}")
    try:
        yield temporary
        with open(temporary, "rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        error.filename = error.filename or os.fspath(path)
        raise
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | os.PathLike, text: str) -> None:
    """Write `text` as UTF-8, atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_table(path: str | os.PathLike, table: pd.DataFrame) -> None:
    """Write `table` atomically, as Parquet or CSV by the suffix of `path`."""
    with atomic_path(path) as temporary:
        if temporary.suffix == ".parquet":
            table.to_parquet(temporary, index=False)
        elif temporary.suffix == ".csv":
            table.to_csv(temporary, index=False, na_rep="nan", lineterminator="\n")
        else:
            raise ValueError(f"{path}: tables are .parquet or .csv")


def read_table(path: str | os.PathLike) -> pd.DataFrame:
    """Read a table that `write_table` wrote.

    In CSV, "nan" is NaN and an empty cell is empty text.
    """
    if Path(path).suffix == ".parquet":
        return pd.read_parquet(path)
    return pd.read_csv(path, keep_default_na=False, na_values=["nan"])


class ShardedArray:
    """Rows from several .npy files, which are mapped into memory.

    Only the requested rows are read, so memory does not grow with the data set.

    Parameters
    ----------
    paths
        One .npy file per shard, with the same row shape and dtype.
    shard, row
        For each item of this array, the index into `paths` and the row in that file.

    Raises
    ------
    IndexError
        A file has no such row; the message names it.
    """

    def __init__(
        self, paths: Sequence[str | os.PathLike], shard: np.ndarray, row: np.ndarray
    ) -> None:
        self._maps = [np.load(path, mmap_mode="r") for path in paths]
        self._shard = np.asarray(shard, dtype=np.int64)
        self._row = np.asarray(row, dtype=np.int64)
        if self._shard.shape != self._row.shape:
            raise ValueError("shard and row must have the same length")
        for index in np.unique(self._shard):
            rows = self._row[self._shard == index]
            if rows.min() < 0 or rows.max() >= len(self._maps[index]):
                raise IndexError(
                    f"{paths[index]}: rows {rows.min()} to {rows.max()} were "
                    f"requested, but the file has {len(self._maps[index])}"
                )

    def __len__(self) -> int:
        return len(self._row)

    @property
    def row_shape(self) -> tuple[int, ...]:
        """Shape of one item."""
        return self._maps[0].shape[1:]

    def take(self, items: np.ndarray) -> np.ndarray:
        """Copy of the given items: float32, shape (items, *row_shape)."""
        items = np.asarray(items, dtype=np.int64)
        out = np.empty((len(items), *self.row_shape), dtype=np.float32)
        for position, item in enumerate(items):
            out[position] = self._maps[self._shard[item]][self._row[item]]
        return out
